#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ports: who has local ports at the end of a recording, and which calls found none. Output
# is compared with golden files; to accept a change: UPDATE=1
# selftests/host/ports-output.sh, and look at the diff.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 1
"$sample" ports >ports.rec
"$sample" recording >sample.rec
"$sample" empty >empty.rec
export TZ=UTC

golden "ports writes text" ports.txt "$tcpclose" ports --input ports.rec
golden "ports writes JSON" ports.json "$tcpclose" ports --json --input ports.rec
golden "a recording that does not know how many ports there are" ports-unknown.txt \
	"$tcpclose" ports --input sample.rec
exits "an empty recording" 0 "$tcpclose" ports --input empty.rec
if grep -q "^Ports suffice: no connection has one\.$" out; then ok "has no ports"; else not_ok "has no ports" out; fi

# plugin STATUS PATTERN RECORDING OPTION...
plugin()
{
	status=$1 pattern=$2 recording=$3
	shift 3
	exits "--plugin $* of $recording exits with $status" "$status" "$tcpclose" ports --plugin --input "$recording" "$@"
	if [ "$(wc -l <out)" -eq 1 ] && grep -q "$pattern" out; then
		ok "and writes one line: $pattern"
	else
		not_ok "and writes one line: $pattern" out
	fi
}

plugin 2 "^PORTS CRITICAL - connect() found no port 2 times.* | percent=100;79;94 " ports.rec
plugin 3 "^PORTS UNKNOWN - How many ports there are is not known" sample.rec
plugin 0 "^PORTS OK - .* | percent=30;79;94 " ports.rec port:7042
plugin 1 "^PORTS WARNING - .* | percent=30;29;39 " ports.rec port:7042 --warning 30 --critical 40
plugin 2 "^PORTS CRITICAL - .* | percent=30;19;29 " ports.rec port:7042 --warning 20 --critical 30
plugin 3 "UNKNOWN - could not run: no-such-file" no-such-file

# lines FILTER...: destinations that are listed
lines()
{
	"$tcpclose" ports --json --input ports.rec "$@" | grep -c '"kind":"destination"'
}

# is NAME A B
is()
{
	echo "$2 $3" >figures
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" figures; fi
}

is "a filter chooses destinations" "$(lines port:7043)" 1
is "by process, too" "$(lines comm:curl)" 1
is "by family" "$(lines --family inet6)" 1
is "and no others" "$(lines port:7044)" 0
is "--top shortens each kind" "$("$tcpclose" ports --json --top 1 --input ports.rec | wc -l)" 4

exits "--plugin and --json" 3 "$tcpclose" ports --plugin --json --input ports.rec
if grep -q "UNKNOWN - could not run: .*not both" out; then ok "do not go together"; else not_ok "do not go together" out; fi
complains "more than a hundred percent" "nor that above 100" "$tcpclose" ports --critical 101
complains "a warning that comes too late" "must not be above --critical" "$tcpclose" ports --warning 96
complains "an operand" "expected a word and its value" "$tcpclose" ports x

finish
