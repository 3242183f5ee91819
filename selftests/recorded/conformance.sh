#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The model against the kernel: records programs that make connections end in every
# known way. Every recorded transition must be in the model, and together the
# programs must show every edge of the model, except those listed here.
#
# vm: --icount --smp 1 --slow

set -u

programs="abrupt backlog causes edges minisocket opening scope silence timewait"

# Edges that no program can cause: ends with an unknown cause, full sockets that
# outlive their network namespace (only the kernel's own sockets do), and actions of
# two CPUs on a mini-socket at the same time. Others cause those in repair mode
# (odd_closers) and by MPTCP (odd_layers); windows that stay 0 are shown in ESTABLISHED
# and FIN_WAIT1.
unshown="
close_wait-close-mptcp
close_wait-close-unknown
close_wait-close-zero_window
closing-close-mptcp
closing-close-netns
closing-close-repair
closing-close-unknown
closing-close-zero_window
established-close-mptcp
established-close-unknown
fin_wait1-close-mptcp
fin_wait1-close-netns
fin_wait1-close-repair
fin_wait1-close-unknown
fin_wait2-close-mptcp
fin_wait2-close-netns
fin_wait2-close-other
fin_wait2-close-repair
fin_wait2-close-unknown
last_ack-close-mptcp
last_ack-close-netns
last_ack-close-repair
last_ack-close-unknown
last_ack-close-zero_window
syn_recv-close-mptcp
syn_recv-close-repair
syn_recv-close-unknown
syn_sent-close-mptcp
syn_sent-close-repair
syn_sent-close-unknown
time_wait-close-other
time_wait-close-rst_sent
"

if [ "$(id -u)" != 0 ] || [ ! -c /dev/tcpclose ]; then
	echo "1..0 # SKIP needs root, and the module: modprobe tcpclose"
	exit 4
fi

here=$(dirname "$(readlink -f "$0")")
export PATH="$here:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

# result NAME STATUS FILE...: the files explain a failure
result()
{
	count=$((count + 1))
	name=$1 status=$2
	shift 2
	if [ "$status" = 0 ]; then
		echo "ok $count $name"
		return
	fi
	failed=1
	for file; do
		sed 's/^/# /' "$file"
	done
	echo "not ok $count $name"
}

# The file appears when the recorder has opened the device
record()
{
	tcpclose record "$1" 2>"$work/complaints" &
	recorder=$!
	tries=0
	until [ -e "$1" ] || [ "$tries" = 100 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
}

echo "TAP version 13"
for program in $programs; do
	record "$work/$program.rec"
	"$here/$program" >"$work/out" 2>&1
	status=$?
	kill -TERM "$recorder"
	wait "$recorder"
	result "$program passes while it is recorded" "$status" "$work/out"
	tcpclose verify --input "$work/$program.rec" >"$work/report"
	result "$program makes only transitions of the model" $? "$work/report"
	tcpclose verify --json --input "$work/$program.rec" >>"$work/all.json"
done

# edges PATTERN: ids of the edges whose object matches
edges()
{
	tr '{' '\n' <"$work/all.json" | sed -n "s/^\"id\":\"\([^\"]*\)\".*$1.*/\1/p" | sort -u
}

edges '"verdict":"[dL].*"count":' >"$work/model"
edges '"count":[1-9]' >"$work/shown"
printf '%s\n' "$unshown" | sed '/^$/d' | sort >"$work/listed"
grep -vxF -f "$work/shown" "$work/model" >"$work/missing"
{
	echo "edges of the model that no program shows, and that are not listed above:"
	grep -vxF -f "$work/listed" "$work/missing"
} >"$work/why"
[ "$(wc -l <"$work/why")" = 1 ]
result "every other edge of the model is shown" $? "$work/why"
{
	echo "edges that are listed above as not shown, and are shown:"
	grep -vxF -f "$work/missing" "$work/listed"
} >"$work/why"
[ "$(wc -l <"$work/why")" = 1 ]
result "no edge listed as not shown is shown" $? "$work/why"

echo "1..$count"
exit "$failed"
