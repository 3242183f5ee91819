#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# How live commands end: nothing is left behind in tracefs, however they end; what a
# killed one left is removed by the next; a reader that has seen enough is no error;
# a COMMAND that does not want to end is ended.
#
# vm: --smp 2 --memory 1024

set -u
export LC_ALL=C

if [ ! -r /dev/tcpclose ] || [ ! -d /sys/kernel/tracing/instances ]; then
	echo "1..0 # SKIP needs root, tracefs, and the module: modprobe tcpclose"
	exit 4
fi

count=0 failed=0
instances=/sys/kernel/tracing/instances
work=/tmp/ends
mkdir -p "$work"
cd "$work" || exit 1

say()
{
	count=$((count + 1))
	echo "$1 $count $2"
	[ "$1" = ok ] || failed=1
}

# left NUMBER NAME: so many instances of the tool are there
left()
{
	found=$(find "$instances" -maxdepth 1 -name 'tcpclose-[0-9]*' | wc -l)
	if [ "$found" = "$1" ]; then say ok "$2"; else
		echo "# $found, not $1"
		sed 's/^/# /' out err
		say "not ok" "$2"
	fi
}

# begin COMMAND...: compares while COMMAND runs, in the background; $pid
begin()
{
	rm -f begun
	env --default-signal=INT,HUP tcpclose verify --against-kernel -- sh -c ": >begun; $*" >out 2>err &
	pid=$!
	until [ -e begun ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}

# ends STATUS NAME
ends()
{
	wait "$pid"
	status=$?
	if [ "$status" = "$1" ]; then say ok "$2"; else
		echo "# exit status $status, not $1"
		sed 's/^/# /' out err
		say "not ok" "$2"
	fi
}

begin 'exec sleep 1000'
left 1 "a comparison has an instance"
kill -s HUP "$pid"
ends 0 "SIGHUP ends it cleanly"
left 0 "and nothing is left"

begin 'exec sleep 2'
kill -s KILL "$pid"
wait "$pid" 2>/dev/null
left 1 "one that is killed leaves its instance"
begin 'exec sleep 1000'
left 1 "the next one removes it"
first=$pid
tcpclose verify --against-kernel --duration 1 >out2 2>&1
left 1 "but none that is in use"
pid=$first
kill -s TERM "$pid"
ends 0 "which goes on"
left 0 "and is removed at its end"

begin 'trap "" TERM; while :; do sleep 0.2; done'
kill -s TERM "$pid"
ends 0 "a command that ignores SIGTERM is ended"

tcpclose record --duration 2 - 2>err | head -c 1 >out
if grep -q -e pipe -e cut err; then
	sed 's/^/# /' err
	say "not ok" "record into a pipe whose reader has seen enough does not complain"
else
	say ok "record into a pipe whose reader has seen enough does not complain"
fi

echo "1..$count"
exit "$failed"
