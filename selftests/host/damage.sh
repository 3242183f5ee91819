#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A damaged recording: whole records are shown, damage is reported, and nothing
# crashes.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 1
"$sample" recording >sample.rec
"$tcpclose" watch --json --input sample.rec >whole 2>/dev/null

# recording.c cuts at each byte; this test checks the messages to the user
for at in 1 7 127; do
	head -c "$at" sample.rec >cut.rec
	complains "a cut within the header is refused ($at)" "ends after $at of 128" \
		"$tcpclose" watch --input cut.rec
done
for rest in 0 1 64 127; do
	at=$((128 * 10 + rest))
	head -c "$at" sample.rec >cut.rec
	exits "a cut leaves the whole records ($rest)" 0 "$tcpclose" watch --json --input cut.rec
	head -n "$(wc -l <out)" whole >expected
	same "and nothing else" expected out
	if [ "$rest" = 0 ]; then
		if grep -q 'within a record' err; then not_ok "and no cut record is reported" err; else ok "and no cut record is reported"; fi
	else
		if grep -q "within a record: its last $rest byte" err; then
			ok "and the cut record is reported"
		else
			not_ok "and the cut record is reported" err
		fi
	fi
done

# change OFFSET BYTES: a copy of the sample with other bytes (printf notation)
change()
{
	cp sample.rec changed.rec
	# shellcheck disable=SC2059
	printf "$2" | dd of=changed.rec bs=1 seek="$1" conv=notrunc status=none
}

change 0 X
complains "another magic is refused" "not a recording" "$tcpclose" watch --input changed.rec
change 8 '\002'
complains "a newer format is refused" "format 2.*newer tcpclose" "$tcpclose" watch --input changed.rec
change 8 '\000'
complains "format 0 is refused" "use the tcpclose that made it" "$tcpclose" watch --input changed.rec
change 10 '\001'
complains "another size of header is refused" "use the tcpclose that made it" "$tcpclose" watch --input changed.rec
change 12 '\003'
complains "another ABI is refused" "ABI 3.*ABI 2" "$tcpclose" watch --input changed.rec
change 14 '\377'
exits "a newer minor ABI is read" 0 "$tcpclose" watch --input changed.rec
change 16 '\377'
complains "another size of record is refused" "records of 255 bytes" "$tcpclose" watch --input changed.rec
change 20 '\001\002\003\004'
complains "another byte order than the rest of the header has is noticed" "format 256.*newer tcpclose" "$tcpclose" watch --input changed.rec
change 20 '\000'
complains "a damaged byte order is refused" "damaged header" "$tcpclose" watch --input changed.rec

: >empty.rec
complains "an empty file is refused" "is empty" "$tcpclose" watch --input empty.rec
complains "a directory is refused" "is a directory" "$tcpclose" watch --input .
complains "a missing file is refused" "cannot be read: No such file" "$tcpclose" watch --input no.rec
complains "another file is refused" "not a recording" "$tcpclose" watch --input whole

head -c 128 sample.rec >header.rec
exits "a header alone is a recording without records" 0 "$tcpclose" watch --json --input header.rec
if [ ! -s out ] && [ ! -s err ]; then ok "and there is no message"; else not_ok "and there is no message" out err; fi

# Zeros, as a disk leaves them after a loss of power
{ cat sample.rec; head -c 1280 /dev/zero; } >zeros.rec
exits "zeros behind a recording are left out" 0 "$tcpclose" watch --json --input zeros.rec
same "and all records before them are shown" whole out
if grep -q '11 records of unknown kind left out' err; then ok "and the zeros are reported"; else not_ok "and the zeros are reported" err; fi

finish
