#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The report and the exit status of tcpclose verify. tampering.c tests that it finds
# tampering at any place.
#
# To accept a change: UPDATE=1 selftests/host/verify-output.sh, and look at the diff.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

self=$(readlink -f "$0")
cd "$work" || exit 1
"$sample" lives 300 6 >lives.rec
"$sample" losses 2000 6 >losses.rec

# part FROM TO: records FROM to TO of the recording, from 0, TO not included
part()
{
	tail -c +$((128 + 128 * $1 + 1)) lives.rec | head -c $((128 * ($2 - $1)))
}

# tampered RECORDS...: a recording of these parts, FROM-TO each
tampered()
{
	head -c 128 lives.rec
	for range; do
		part "${range%-*}" "${range#*-}"
	done
}

# golden NAME FILE: $work/out is equal to the golden file
golden()
{
	licence="# SPDX-License-Identifier: GPL-2.0-only"
	[ -z "${UPDATE:-}" ] || { echo "$licence"; cat out; } >"$golden/$2"
	sed "1{/^$licence\$/d}" "$golden/$2" >expected
	same "$1" expected out
}

# says NAME PATTERN: standard output has such a line
says()
{
	if grep -q -e "$2" out; then ok "$1"; else not_ok "$1" out; fi
}

end=$((($(wc -c <lives.rec) - 128) / 128))

exits "a whole stream is clean" 0 "$tcpclose" verify --input lives.rec
golden "and this is the report" verify.txt
exits "also as JSON" 0 "$tcpclose" verify --json --input lives.rec
golden "and this is the object" verify.json
if [ "$(wc -l <out)" = 1 ]; then ok "on one line"; else not_ok "on one line" out; fi
exits "and from a pipe" 0 sh -c "cat lives.rec | $tcpclose verify --input -"
cp out piped
"$tcpclose" verify --input lives.rec >out
same "with the same report" out piped

"$sample" rsts >rsts.rec
exits "RSTs of each kind are clean" 0 "$tcpclose" verify --json --input rsts.rec
says "each is counted" '"rsts":33,"rsts_left_out":123463,'
"$sample" drops >drops.rec
exits "drops by listeners of each kind are clean" 0 "$tcpclose" verify --json --input drops.rec
says "each of them is counted" '"drops":8,"drops_left_out":98765,'
"$sample" drops-illegal >drops.rec
exits "drops that no kernel has are a violation" 1 "$tcpclose" verify --input drops.rec
golden "and this is what is wrong with those" verify-drops.txt
"$sample" rsts-illegal >rsts.rec
exits "RSTs that no kernel has are a violation" 1 "$tcpclose" verify --input rsts.rec
golden "and this is what is wrong with them" verify-rsts.txt
exits "each of them is found" 1 "$tcpclose" verify --json --input rsts.rec
says "none is missed" '"wrong":21,'

"$sample" failed-calls >calls.rec
exits "failed calls are clean" 0 "$tcpclose" verify --json --input calls.rec
says "each is counted" '"failed_calls":10,"calls_left_out":1234,'
"$sample" failed-calls-illegal >calls.rec
exits "failed calls that no kernel has are a violation" 1 "$tcpclose" verify --input calls.rec
golden "and this is what is wrong with them" verify-failed-calls.txt
exits "each of them is found" 1 "$tcpclose" verify --json --input calls.rec
says "none is missed" '"wrong":6,'

"$sample" sessions >sessions.rec
exits "sessions that MPTCP has are clean" 0 "$tcpclose" verify --json --input sessions.rec
says "each transition is counted" '"sessions":10,'
"$sample" sessions-illegal >sessions.rec
exits "others are a violation" 1 "$tcpclose" verify --input sessions.rec
golden "and this is what is wrong with them" verify-sessions.txt

"$sample" gap-and-rst >gap.rec
exits "a RST shows that loss came after a gap" 1 "$tcpclose" verify --json --input gap.rec
says "so that the gap is not explained" '"gaps":{"unexplained":1,'

exits "reported loss is no violation" 0 "$tcpclose" verify --input losses.rec
says "and explains the gaps" '^gaps in histories, explained by that loss  *[1-9]'
says "which the report lists" '^transitions of a connection are missing: [1-9]'
says "and the verdict says so" '^VERDICT: clean.*loss explains'

tampered 0-54 55-"$end" >dropped.rec
exits "a dropped record is a violation" 1 "$tcpclose" verify --input dropped.rec
golden "and this is the report on it" verify-dropped.txt
exits "also as JSON" 1 "$tcpclose" verify --json --input dropped.rec
says "with its name" '"name":"unreported-loss".*"verdict":"violation"}$'
tampered 0-50 49-"$end" >doubled.rec
exits "a doubled record is a violation" 1 "$tcpclose" verify --input doubled.rec
says "and reported" '^records that came twice, or out of order: 1'
tampered 0-50 60-61 50-60 61-"$end" >moved.rec
exits "a moved record is a violation" 1 "$tcpclose" verify --input moved.rec
tampered 1-"$end" >unstarted.rec
exits "a dropped START is a violation" 1 "$tcpclose" verify --input unstarted.rec
says "and reported" "^no start marker for a CPU's records: 1"

# The end of a recording may be cut: that is reported, and is no violation
head -c $((128 * 200 + 57)) lives.rec >cut.rec
exits "a cut recording is clean as far as it goes" 0 "$tcpclose" verify --input cut.rec
if grep -q 'ends within a record: its last 57 bytes are left out' err; then ok "and the cut is reported"; else not_ok "and the cut is reported" err; fi
head -c 128 lives.rec >empty.rec
exits "a recording of nothing is clean" 0 "$tcpclose" verify --input empty.rec
says "and says so" '^VERDICT: clean, but there was nothing to check'
exits "a recording with odd records is not clean" 1 sh -c "$sample recording | $tcpclose verify --input -"

exits "numbers begin again after a time without room" 0 sh -c "$sample room-at-last | $tcpclose verify --input -"

# Filters choose what is reported; all records are checked
exits "a filter narrows the report" 0 "$tcpclose" verify --json --family 6 --input lives.rec
all=$("$tcpclose" verify --input lives.rec | sed -n 's/^Checked \([0-9]*\) .*/\1/p')
six=$("$tcpclose" verify --family 6 --input lives.rec | sed -n 's/^Checked \([0-9]*\) .*/\1/p')
four=$("$tcpclose" verify --family 4 --input lives.rec | sed -n 's/^Checked \([0-9]*\) .*/\1/p')
if [ "$six" -gt 0 ] && [ "$four" -gt 0 ] && [ $((six + four)) = "$all" ]; then
	ok "and the parts add up to the whole"
else
	not_ok "and the parts add up to the whole"
fi
exits "a filter of states leaves no gaps" 0 "$tcpclose" verify --state TIME_WAIT --input lives.rec
says "and counts only those" '^TIME_WAIT  *CLOSE  *Timeout'
if grep -q '^ESTABLISHED' out; then not_ok "and no others" out; else ok "and no others"; fi
exits "--duration ends it early" 0 "$tcpclose" verify --duration 2 --input lives.rec
says "after that time" '^Checked [0-9]* transitions of [0-9]* connections, [12]\.[0-9] s'

complains "no device" "no/such: No such file\|no/such.*not" "$tcpclose" verify --device no/such
complains "a missing recording" "cannot be read" "$tcpclose" verify --input no/such
complains "an operand" "a recording goes with --input" "$tcpclose" verify lives.rec
complains "a command for nothing" "a command with --against-kernel" "$tcpclose" verify -- true
complains "a recording against the kernel" "--input and --all do not go with it" "$tcpclose" verify --against-kernel --input lives.rec
complains "the past against the kernel" "--input and --all do not go with it" "$tcpclose" verify --against-kernel --all
for filter in "--port 443" "--addr ::1" "--netns self" "--family 4" "--state CLOSE" "--pid 1"; do
	# shellcheck disable=SC2086
	complains "a part against the kernel: $filter" "filters do not go with it" "$tcpclose" verify --against-kernel $filter
done
complains "both a command and a time" "not both" "$tcpclose" verify --against-kernel --duration 1 -- true
complains "no device against the kernel" "no/such" "$tcpclose" verify --against-kernel --device no/such -- true
complains "no recording at all" "not a recording" "$tcpclose" verify --input "$self"

"$tcpclose" verify --input lives.rec >/dev/full 2>err
if [ $? = 2 ] && grep -q 'No space' err; then ok "a full disk is reported"; else not_ok "a full disk is reported" err; fi

finish
