#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tool makes of a device: nothing is lost in silence when a command ends, and
# what is reported as lost is reported where it was lost. A library makes up the device
# (lib/madeup.c), so each case happens in each run.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

lives=$work/lives.rec

# transitions FILE: their number in a recording
transitions()
{
	"$tcpclose" watch --json --input "$1" 2>"$work/complaints" |
		grep -c '"old":'
}

# whole NAME: passes if all transitions are in out.rec
whole()
{
	transitions "$lives" >"$work/expected"
	transitions "$work/out.rec" >"$work/number"
	same "$1" "$work/expected" "$work/number"
}

# exit_is NAME STATUS: of the command before
exit_is()
{
	if [ "$status" = "$2" ]; then
		ok "$1"
	else
		echo "exit status $status" >>"$work/err"
		not_ok "$1" "$work/err"
	fi
}

# try SETTING... "$tcpclose" ARGUMENT...: run it with such a device, keep output and status
try()
{
	status=0
	made_up "$@" >"$work/out.rec" 2>"$work/err" || status=$?
}

"$sample" lives 16000 20 >"$lives"
if [ "$(transitions "$lives")" -gt 10000 ]; then ok "there are records"; else not_ok "there are records"; fi
recording=MADEUP_RECORDING=$lives

for sees in machine namespace; do
	confined=MADEUP_NOTHING=
	[ $sees = machine ] || confined=MADEUP_CONFINED=1

	try "$recording" $confined MADEUP_SPREAD=900 "$tcpclose" record --all --duration 1 -
	whole "$sees: all that happened until the end of --duration is recorded"

	try "$recording" $confined MADEUP_SPREAD=900 MADEUP_STALL=1500 \
		"$tcpclose" record --all --duration 1 -
	whole "$sees: likewise if the output stalls until after the end"
	exit_is "$sees: and it ends well" 0

	try "$recording" $confined MADEUP_SPREAD=900 MADEUP_STALL=1500 MADEUP_STEP=1200 \
		"$tcpclose" record --all --duration 1 -
	whole "$sees: likewise if the clock is set meanwhile"

	try "$recording" $confined MADEUP_SPREAD=2000 MADEUP_SLOW=50 MADEUP_INTERRUPT=500 \
		MADEUP_LOG="$work/log" "$tcpclose" record --all -
	read -r before _ <"$work/log"
	echo "$before before Ctrl-C, $(transitions "$work/out.rec") recorded" >>"$work/err"
	if [ "$before" -gt 0 ] && [ "$(transitions "$work/out.rec")" -ge "$before" ]; then
		ok "$sees: all that happened until Ctrl-C is recorded"
	else
		not_ok "$sees: all that happened until Ctrl-C is recorded" "$work/err"
	fi

	try "$recording" $confined MADEUP_KIND=100 "$tcpclose" record --all --duration 0.1 -
	exit_is "$sees: a record of an unknown kind is no error" 0
	if grep -q ' 0 records lost' "$work/err"; then
		ok "$sees: nor a loss"
	else
		not_ok "$sees: nor a loss" "$work/err"
	fi
	exits "$sees: the recording is without fault" 0 "$tcpclose" verify \
		--input "$work/out.rec"
	try "$recording" $confined MADEUP_KIND=100 "$tcpclose" verify --all --duration 0.1
	exit_is "$sees: nor is it one live" 0

	try "$recording" $confined MADEUP_HOLE=2 "$tcpclose" record --all --duration 0.1 -
	whole "$sees: all is recorded where a CPU's number is not in use"
done

# All rings are overwritten while the output stalls: what was lost until the end, or is
# only noticed behind it, is reported for each CPU
"$sample" lives 400000 20 >"$work/many.rec"
cpus=$("$tcpclose" watch --json --input "$work/many.rec" | grep -o '"cpu":[0-9]*,"seq"' | sort -u | wc -l)
for stall in 600 1200; do
	try MADEUP_RECORDING="$work/many.rec" MADEUP_SPREAD=900 MADEUP_STALL=$stall \
		"$tcpclose" watch --json --duration 0.5
	exit_is "a stall of $stall ms that loses records is no error" 0
	sed -n 's/.* lost [0-9]* records* of CPU \([0-9]*\) .*/\1/p' "$work/err" | sort -u >"$work/lost"
	if [ "$cpus" -gt 1 ] && [ "$(wc -l <"$work/lost")" = "$cpus" ]; then
		ok "and what each CPU lost is reported"
	else
		not_ok "and what each CPU lost is reported" "$work/err"
	fi
done
rm "$work/many.rec"

# Whatever it begins or ends with: details, their transition, or something else
for first in 3000 3001 3002 3003 3004 3005 3006 3007; do
	try "$recording" MADEUP_CONFINED=1 MADEUP_LOSE="$first 40" \
		"$tcpclose" verify --all --duration 0.1
	exit_is "a loss that was reported explains what is missing from $first on" 0
done
if grep -q 'lost' "$work/out.rec"; then
	ok "and it is reported"
else
	not_ok "and it is reported" "$work/out.rec" "$work/err"
fi

try MADEUP_HOLE=2 "$tcpclose" stat --json
exit_is "stat reports where a CPU's number is not in use" 0
if grep -o '"cpu":[0-9]*,"written"' "$work/out.rec" | grep -o '[0-9]*' | tr '\n' ' ' |
   grep -q '^0 1 3 4 5 6 7 $'; then
	ok "and leaves it out"
else
	not_ok "and leaves it out" "$work/out.rec"
fi

try MADEUP_LOG="$work/log" "$tcpclose" stat --json --reset --count 5 --interval 0.01
read -r _ reset <"$work/log"
sum=$(grep -o '"from":"FIN_WAIT1","to":"FIN_WAIT2","count":[0-9]*' "$work/out.rec" |
      awk -F : '{ sum += $4 } END { print sum }')
echo "$sum reported, $reset counted" >>"$work/err"
if [ "$reset" -gt 0 ] && [ "$sum" = "$reset" ]; then
	ok "stat --reset reports everything that was counted"
else
	not_ok "stat --reset reports everything that was counted" "$work/err"
fi

finish
