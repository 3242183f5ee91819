#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# conns: a line per connection that ended, and sums. Output is compared with golden files;
# to accept a change: UPDATE=1 selftests/host/conns.sh, and look at the diff.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 1
"$sample" closes >closes.rec
"$sample" recording >sample.rec
"$sample" owners >owners.rec
"$sample" many 2000 >busy.rec

golden "conns writes text" conns.txt "$tcpclose" conns --input closes.rec
golden "conns writes JSON" conns.json "$tcpclose" conns --json --input sample.rec
golden "conns names owners and containers" conns-owners.txt "$tcpclose" conns --input owners.rec
golden "conns adds up" conns-by.txt "$tcpclose" conns --by remote --input closes.rec
golden "and so in JSON" conns-by.json "$tcpclose" conns --by cause --json --input closes.rec

# lines OPTION...: how many connections
lines()
{
	"$tcpclose" conns --json --input closes.rec "$@" 2>/dev/null | wc -l
}

# is NAME A OPERATOR B
is()
{
	name=$1
	shift
	echo "$*" >figures
	# shellcheck disable=SC2070
	if test "$@"; then ok "$name"; else not_ok "$name" figures; fi
}

all=$(lines)
is "every connection is told once" "$("$tcpclose" conns --json --input closes.rec 2>/dev/null |
	sort | uniq -d | wc -l)" -eq 0
is "a word matches any record of a connection" "$(lines state:CLOSE_WAIT)" -gt 0
is "and its opposite all others" "$(($(lines state:CLOSE_WAIT) + $(lines not state:CLOSE_WAIT)))" -eq "$all"
is "words of different records hold together" "$(lines from:FIN_WAIT1 to:TIME_WAIT)" -gt 0
is "a RST's reason is a connection's" "$(lines reason:TCP_ABORT_ON_CLOSE)" -gt 0
is "--count ends early" "$(lines --count 3)" -eq 3
is "--top" "$(lines --sort age --top 5)" -eq 5
for key in process container remote lport cause; do
	is "sums by $key are of all" "$("$tcpclose" conns --by "$key" --json --input closes.rec 2>/dev/null |
		sed 's/.*"count":\([0-9]*\),.*/\1/' | awk '{ n += $1 } END { print n }')" -eq "$all"
done
"$tcpclose" conns --input closes.rec 2>/dev/null | sed -n 's/^\(..:..:..\.......\) .*/\1/p' >closed
sort closed >sorted
same "in the order in which they closed" sorted closed
for key in age sent received closing time-wait; do
	case $key in
	age) name=age_ns ;;
	sent) name=bytes_sent ;;
	received) name=bytes_received ;;
	closing) name=closing_ns ;;
	time-wait) name=TIME_WAIT ;;
	esac
	"$tcpclose" conns --json --sort "$key" --input closes.rec 2>/dev/null |
		sed -n "s/.*\"$name\":\([0-9]*\).*/\1/p" >values
	sort -rn values >sorted
	if [ -s values ]; then same "--sort $key" sorted values; else not_ok "--sort $key" values; fi
done

finish
