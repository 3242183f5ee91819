#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# stuck and why over a recording: what is there at its end, and what is wrong. Output is
# compared with golden files; to accept a change: UPDATE=1 selftests/host/answers.sh, and
# look at the diff.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 1
"$sample" closes >closes.rec
"$sample" owners >owners.rec
"$sample" many 2000 >many.rec

golden "stuck writes text" stuck.txt "$tcpclose" stuck --input closes.rec
golden "stuck writes JSON" stuck.json "$tcpclose" stuck --json --input closes.rec
golden "stuck answers a monitoring system" stuck-plugin.txt "$tcpclose" stuck --plugin --input closes.rec
golden "conns --live writes text" conns-live.txt "$tcpclose" conns --live --input closes.rec
golden "conns --live adds up" conns-live-by.txt "$tcpclose" conns --live --by remote --input closes.rec
golden "why writes text" why.txt "$tcpclose" why --input closes.rec
golden "why writes JSON" why.json "$tcpclose" why --json --input closes.rec
golden "why names owners and containers" why-owners.txt "$tcpclose" why --input owners.rec

# is NAME A OPERATOR B
is()
{
	name=$1
	shift
	echo "$*" >figures
	# shellcheck disable=SC2070
	if test "$@"; then ok "$name"; else not_ok "$name" figures; fi
}

# stuck OPTION...: how many sockets
stuck()
{
	"$tcpclose" stuck --json --input closes.rec "$@" 2>/dev/null | wc -l
}

all=$(stuck)
is "there are some" "$all" -gt 1
is "of any age" "$(stuck --older-than 0s)" -ge "$all"
is "none is older than the recording" "$(stuck --older-than 10d)" = 0
is "one state has an age of its own" "$(stuck --older-than 10d --older-than CLOSE_WAIT=0s)" = "$(stuck --older-than 0s state:CLOSE_WAIT)"
is "a filter and its opposite are all" "$(($(stuck state:CLOSE_WAIT) + $(stuck not state:CLOSE_WAIT)))" = "$all"
is "all of them are open" "$("$tcpclose" conns --live --json --input closes.rec 2>/dev/null | grep -c '"state":"[A-Z_0-9]*","closed_ns":null')" = "$all"
is "--top limits" "$(stuck --top 1)" = 1

exits "stuck as a plugin warns" 1 "$tcpclose" stuck --plugin --warning "$all" --input closes.rec
exits "it is critical" 2 "$tcpclose" stuck --plugin --warning 1 --critical "$all" --input closes.rec
exits "one less is well" 0 "$tcpclose" stuck --plugin --warning $((all + 1)) --input closes.rec
exits "trouble has its exit status" 1 "$tcpclose" why --input closes.rec
exits "as a plugin another one" 2 "$tcpclose" why --plugin --input closes.rec
exits "what is lost may be trouble" 2 "$tcpclose" why --input closes.rec cookie:1
if grep -q '^Cannot tell' out; then ok "and is said to be"; else not_ok "and is said to be" out; fi
exits "as a plugin it is unknown" 3 "$tcpclose" why --plugin --input closes.rec cookie:1

# Names of processes come from outside: nothing of them controls the terminal
sed 's/curl/c\x1b[l/g; s/nginx/n\x07\nnx/g' closes.rec >hostile.rec
for command in why stuck "stuck --plugin" "why --plugin" "conns --live" conns ports; do
	# shellcheck disable=SC2086
	"$tcpclose" $command --input hostile.rec >out 2>&1
	if [ -s out ] && ! LC_ALL=C tr -d '\n' <out | LC_ALL=C grep -q '[[:cntrl:]]'; then
		ok "$command shows no control character"
	else
		not_ok "$command shows no control character" out
	fi
done

# A name of any length
long=$(printf '%0200d' 0)
cp closes.rec "$long"
"$tcpclose" why --input "$long" >out 2>&1
if grep -q '^  See     tcpclose conns --input FILE ' out; then ok "a long name is left out"; else not_ok "a long name is left out" out; fi

# Each finding has what its interface says
"$tcpclose" why --json --input closes.rec 2>/dev/null | grep -o '"id":"[a-z0-9-]*"' | sort -u >ids
"$tcpclose" help findings | sed -n 's/^\([a-z][a-z0-9-]*\) .*/"id":"\1"/p' | sort >known
if [ -s ids ] && [ -z "$(comm -23 ids known)" ]; then ok "all names are known"; else not_ok "all names are known" ids; fi

finish
