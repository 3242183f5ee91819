#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The output for people and programs does not change: it is compared with golden files.
#
# To accept a change: UPDATE=1 selftests/host/output.sh, and look at the diff.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 1
"$sample" recording >sample.rec

golden "watch writes text" watch.txt "$tcpclose" watch --input sample.rec
golden "watch writes UTF-8 where the locale has it" watch-utf8.txt \
	env LC_ALL=C.UTF-8 "$tcpclose" watch --input sample.rec
golden "watch writes JSON" watch.json "$tcpclose" watch --json --input sample.rec

# An end stands beside a cause only where it says more, and each word means one thing
"$sample" ends >ends.rec
golden "watch names a mini-socket's end once" watch-ends.txt "$tcpclose" watch --input ends.rec

# Whose a connection is, and what its cgroup is called
"$sample" owners >owners.rec
golden "watch names owners" watch-owners.txt "$tcpclose" watch --input owners.rec
golden "and so in JSON" watch-owners.json "$tcpclose" watch --json --input owners.rec

# Each RST, and how many have no record; without the option as if there were none
"$sample" rsts >rsts.rec
golden "watch writes RSTs" watch-rsts.txt "$tcpclose" watch --rsts --input rsts.rec
golden "and so in JSON" watch-rsts.json "$tcpclose" watch --rsts --json --input rsts.rec
"$tcpclose" watch --rsts --input rsts.rec 2>&1 >/dev/null | grep -c \
	'left out 123456 RSTs sent and 7 received on CPU 0 before 2026-01-02 03:04:06' >actual
echo 1 >expected
same "watch reports RSTs that were left out" expected actual
"$tcpclose" watch --json --input rsts.rec >actual 2>&1
: >expected
same "watch leaves out RSTs unless asked for" expected actual
"$tcpclose" watch --rsts --count 2 --input rsts.rec 2>/dev/null | grep -c '^[0-9]' >actual
echo 2 >expected
same "RSTs that are shown count" expected actual
"$tcpclose" watch --rsts --json --state FIN_WAIT2 --input rsts.rec 2>/dev/null |
	grep -o '"reason":"[^"]*"' >actual
echo '"reason":"TCP_TIMEWAIT_SOCKET"' >expected
same "filters choose RSTs, too" expected actual

# What listeners drop, and what is in their queues
"$sample" drops >drops.rec
golden "watch writes drops by listeners" watch-drops.txt \
	"$tcpclose" watch --drops --input drops.rec
golden "and so in JSON" watch-drops.json "$tcpclose" watch --drops --json --input drops.rec
"$tcpclose" watch --drops --input drops.rec 2>&1 >/dev/null | grep -c \
	'left out 98765 drops by listeners on CPU 0 before 2026-01-02 03:04:06' >actual
echo 1 >expected
same "watch reports drops that were left out" expected actual
"$tcpclose" watch --rsts --json --input drops.rec 2>&1 | grep -c . >actual
echo 4 >expected
same "watch leaves out drops unless asked for" expected actual
"$tcpclose" watch --drops --json --port 40003 --input drops.rec 2>/dev/null |
	grep -o '"drop":"[^"]*"' >actual
echo '"drop":"syn-queue"' >expected
same "filters choose drops, too" expected actual
# Each call that failed at once, only if asked for
"$sample" failed-calls >failed-calls.rec
golden "watch writes failed calls" watch-failed-calls.txt \
	"$tcpclose" watch --failed-calls --input failed-calls.rec
golden "and so in JSON" watch-failed-calls.json \
	"$tcpclose" watch --failed-calls --json --input failed-calls.rec
"$tcpclose" watch --failed-calls --input failed-calls.rec 2>&1 >/dev/null | grep -c \
	'left out 1234 failed calls on CPU 0 before 2026-01-02 03:04:06' >actual
echo 1 >expected
same "watch reports failed calls that were left out" expected actual
"$tcpclose" watch --json --rsts --input failed-calls.rec >actual 2>&1
: >expected
same "watch leaves out failed calls unless asked for" expected actual

# How long close() waited, where it certainly did
"$sample" lingers >lingers.rec
golden "watch says how long close() waited" watch-lingers.txt \
	"$tcpclose" watch --input lingers.rec
"$tcpclose" watch --json --input lingers.rec |
	grep -o '"lport":[0-9]*\|"close_wait":"[^"]*","linger_ms":[0-9]*,"close_waited_ms":[0-9a-z]*' |
	grep -B1 close_wait >lingers
golden "and so in JSON" watch-lingers.json cat lingers

# Transitions of MPTCP sessions; who closed one is known without the option, too
"$sample" sessions >sessions.rec
golden "watch writes transitions of sessions" watch-sessions.txt \
	"$tcpclose" watch --sessions --input sessions.rec
golden "and so in JSON" watch-sessions.json \
	"$tcpclose" watch --sessions --json --input sessions.rec
"$tcpclose" watch --sessions --input sessions.rec | grep -v ' mptcp session' | tr -s ' ' >expected
"$tcpclose" watch --input sessions.rec | tr -s ' ' >actual
same "watch leaves them out unless asked for" expected actual
"$tcpclose" watch --sessions --json --pid 301 --input sessions.rec | grep -c '"protocol":"mptcp"' >actual
"$tcpclose" watch --sessions --json --port 4002 --input sessions.rec |
	grep -c '"protocol":"mptcp"' >>actual
"$tcpclose" watch --port 5002 --input sessions.rec | grep -c 'by client/301, which' >>actual
printf '%s\n' 1 2 1 >expected
same "filters choose them" expected actual

golden "stat writes text" stat.txt "$sample" text
golden "stat writes JSON" stat.json "$sample" json
golden "stat writes what is not tracked, as far as it is known" stat-untracked.txt \
	"$sample" untracked
golden "and so in JSON" stat-untracked.json "$sample" untracked-json

env TZ=Asia/Kolkata "$tcpclose" watch --input sample.rec 2>/dev/null >local
if [ -e /usr/share/zoneinfo/Asia/Kolkata ] && ! grep -q '^08:34:05.000001 ' local; then
	not_ok "watch shows local time" local
else
	ok "watch shows local time"
fi

# Midnight is between 03:05:35 and 04:05:35 UTC there
env TZ=XXX3:30 "$tcpclose" watch --input sample.rec 2>/dev/null |
	sed -n 's/^\(--.*\)/\1/p; s/^\(..:..:..\)\..*/\1/p' | uniq >actual
printf '%s\n' "-- 2026-01-01 -0330" 23:34:05 23:34:35 23:35:35 "-- 2026-01-02 -0330" 00:35:35 >expected
same "watch writes the date when a day begins" expected actual
"$tcpclose" watch --input ends.rec | grep -c ^-- >actual
echo 1 >expected
same "and writes it once a day" expected actual

# Whatever the zone
env TZ=XXX3:30 "$tcpclose" watch --json --input sample.rec 2>/dev/null >actual
"$tcpclose" watch --json --input sample.rec 2>/dev/null >expected
same "JSON has UTC in any zone" expected actual

"$tcpclose" watch --json --input sample.rec 2>/dev/null >expected
"$tcpclose" watch --json --input - <sample.rec 2>/dev/null >actual
same "a recording can come from standard input" expected actual
head -c 1000000 sample.rec | "$tcpclose" watch --json --input - 2>/dev/null >actual
same "a recording can come from a pipe" expected actual

# No escape sequences unless the terminal supports them, and never any from a name
# that was read
"$tcpclose" watch --input sample.rec 2>/dev/null >actual
if LC_ALL=C tr -d '\n -~' <actual | grep -q .; then
	not_ok "names from outside contain no control characters" actual
else
	ok "names from outside contain no control characters"
fi

"$sample" many 100000 >many.rec
"$tcpclose" watch --json --input many.rec >many.json
if [ "$(wc -l <many.json)" = 100000 ] && [ "$(sort -u many.json | wc -l)" = 100000 ]; then
	ok "a long recording is shown in full"
else
	not_ok "a long recording is shown in full"
fi

finish
