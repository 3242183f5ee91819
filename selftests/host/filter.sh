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

shows "--pid" "01" --pid 4711
shows "--pid twice means either" "01 10" --pid 4711 --pid 99

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

"$tcpclose" watch --json --input sample.rec --port 80 2>/dev/null >actual
printf '%s\n' '{"ts_ns":1090000005000,"time":"2026-01-02T03:05:35.000005000Z","cpu":0,"lost":17}' \
	'{"ts_ns":1090000010000,"time":"2026-01-02T04:05:35.000010000Z","cpu":2,"lost":1}' >expected
same "losses are reported with any filter" expected actual

finish
