#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Filters of watch: several values of one kind match more, several kinds match less.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 1
"$sample" recording >sample.rec

# shows NAME MICROSECONDS OPTION...: exactly these lines, by the last digits of
# their time (each line of the sample has its own)
shows()
{
	name=$1
	echo "$2" >expected
	shift 2
	"$tcpclose" watch --input sample.rec "$@" 2>complaints |
		sed -n 's/^..:..:..\.0000\([0-9]*\) .*/\1/p' | tr '\n' ' ' | sed 's/ $//' >actual
	echo >>actual
	same "$name" expected actual
}

all="01 02 03 04 05 06 07 08 09 10 11"
shows "no filter shows everything" "$all"

shows "--port finds the local port" "01 02 03 04 05 06 07 08 09 10" --port 40000
shows "--port finds the remote port" "01 02 03 04 05 06 07 08 09 10" --port 443
shows "--port takes a range" "01 02 03 04 05 06 07 08 09 10" --port 400-500
shows "--port leaves others out" "" --port 80
shows "--port twice means either" "01 02 03 04 05 06 07 08 09 10" --port 80 --port 443

shows "--addr finds the local address" "01 02 03 04 05 08 09 10 11" --addr 10.0.0.1
shows "--addr finds the remote address" "01 02 03 04 05 08 09 10 11" --addr 10.0.0.2
shows "--addr takes an IPv4 prefix" "01 02 03 04 05 08 09 10 11" --addr 10.0.0.3/30
shows "--addr compares every bit of a prefix" "" --addr 10.0.0.4/30
shows "--addr finds IPv4-mapped IPv6" "07" --addr 192.0.2.0/24
shows "--addr takes IPv4-mapped IPv6" "07" --addr ::ffff:192.0.2.1
shows "--addr takes an IPv6 address" "06" --addr 2001:db8::1:0:0:2
shows "--addr takes an IPv6 prefix" "06" --addr 2001:db8::/32
shows "--addr 0.0.0.0/0 means all of IPv4" "01 02 03 04 05 07 08 09 10 11" --addr 0.0.0.0/0
shows "--addr ::/0 means all of IPv6" "06 07" --addr ::/0
shows "--addr twice means either" "06 07" --addr 2001:db8::1 --addr 192.0.2.2

shows "--family inet" "01 02 03 04 05 08 09 10 11" --family inet
shows "--family 6" "06 07" --family 6
shows "--family twice means either" "$all" --family 4 --family inet6

shows "--netns takes a name" "01 02 03 04 05 08 09" --netns client
shows "--netns takes an inode" "10" --netns 4026539999
shows "--netns self is the recorder's" "07" --netns self
shows "--netns host is the whole machine's first" "07" --netns host
shows "--netns twice means either" "07 10" --netns self --netns 4026539999
shows "--netns leaves an unknown name out" "" --netns nobody

# A recorder that saw its own namespace only: byte 44 of the header
cp sample.rec confined.rec
printf '\000' | dd of=confined.rec bs=1 seek=44 conv=notrunc 2>/dev/null
complains "--netns host is refused where the initial namespace is not seen" "use --netns self" \
	"$tcpclose" watch --input confined.rec --netns host

shows "--pid finds what it made, and what it holds" "01 02 03 04 05" --pid 4711
shows "--pid twice means either" "01 02 03 04 05 10" --pid 4711 --pid 99

shows "--state finds the old and the new" "03 04 05" --state TIME_WAIT
shows "--state takes a list" "01 02 10" --state ESTABLISHED,FIN_WAIT1,LAST_ACK --family inet
shows "--state takes any spelling" "03 04 05 08" --state time-wait,Closing
shows "--state takes the RFC's names" "01 02 03 09" --state FIN-WAIT-1,fin-wait-2
shows "--state takes CLOSED for CLOSE" "05 06 07 08 09" --state closed

shows "several kinds must all match" "03 04 05" --port 443 --state TIME_WAIT --netns client \
	--addr 10.0.0.0/8 --family inet
shows "several kinds leave out a record that one kind leaves out" "" --port 443 --state TIME_WAIT --netns self
shows "--count ends early" "01 02 03" --count 3
shows "--count counts what is shown" "03 04" --count 2 --state TIME_WAIT
shows "--duration is the recording's time" "01 02 03 04" --duration 30.5
shows "--duration takes a fraction" "01 02" --duration 0.0000015

# The same, and more, as words
shows "a word" "03 04 05" state:TIME_WAIT
shows "words must all match" "03 04 05" state:TIME_WAIT port:443 addr:10.0.0.0/8
shows "in one argument, too" "03 04 05" "state:TIME_WAIT  port:443"
shows "and may stand between them" "03 04 05" state:TIME_WAIT and port:443
shows "values with commas mean either" "01 02 10" state:ESTABLISHED,FIN_WAIT1,LAST_ACK family:inet
shows "options and words must both match" "03" --state TIME_WAIT from:FIN_WAIT2
shows "not" "01 02 06 07 08 09 10 11" not state:TIME_WAIT
shows "not applies to the next word only" "01 02 08 09 10" not state:TIME_WAIT port:443 family:4
shows "or" "03 04 05 10" "state:TIME_WAIT or to:LAST_ACK"
shows "or is weaker than and" "03 10" "from:FIN_WAIT2 to:TIME_WAIT or to:LAST_ACK"
shows "parentheses" "03" "to:TIME_WAIT (from:FIN_WAIT2 or to:LAST_ACK)"
shows "not before parentheses" "01 02 06 07 08 09 11" "not (state:TIME_WAIT or to:LAST_ACK)"
shows "not not" "03 04 05" not not state:TIME_WAIT
shows "! is not" "01 02 06 07 08 09 10 11" ! state:TIME_WAIT
shows "the old state" "04 05" from:TIME_WAIT
shows "the new state" "03 04" to:time-wait
shows "upper and lower case are the same" "03 04 05" STATE:time_wait
shows "the local end" "01 02 03 04 05 08 09 10 11" local:10.0.0.1
shows "the remote end" "" remote:10.0.0.1
shows "the local port" "" lport:443
shows "the remote port" "01 02 03 04 05 06 07 08 09 10" rport:443
shows "the process, or whose it is" "01 02 03 04 05" comm:curl
shows "a name with an asterisk" "01 02 03 04 05" "comm:cu*"
shows "a thread" "01 10" comm:worker
shows "a cause" "06" cause:rst
shows "an end" "05 09" end:expired
shows "which end closed first" "01 02 03 04 05" closer:local pid:4711
shows "an error" "06" error:ECONNRESET
shows "control bits" "03" flags:FIN from:FIN_WAIT2
shows "more than a time" "04 05" "dwell>5s"
shows "at least a time" "04 05" "dwell>=30s" "dwell>=0.5m"
shows "less than a time" "03" "dwell<1ms" state:TIME_WAIT
shows "at most a time" "03" "dwell<=999ns" "dwell>0"
shows "what is not known is neither more nor less" "" cookie:1 "dwell<1s" "dwell>=1s"
shows "a mark" "10" mark:old

"$tcpclose" watch --json --input sample.rec --port 80 2>/dev/null >actual
printf '%s\n' '{"ts_ns":1090000005000,"time":"2026-01-02T03:05:35.000005000Z","cpu":0,"lost":17}' \
	'{"ts_ns":1090000010000,"time":"2026-01-02T04:05:35.000010000Z","cpu":2,"lost":1}' >expected
same "losses are reported with any filter" expected actual

finish
