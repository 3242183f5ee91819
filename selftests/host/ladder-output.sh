#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Ladders: which connection is drawn and how, and that no content of a recording
# breaks the format.
#
# To accept a change: UPDATE=1 selftests/host/ladder-output.sh, and look at the diff.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 1
"$sample" closes >lives.rec
"$sample" closes-old >old.rec
"$sample" closes-left-out >left-out.rec
"$sample" closes-lost >lost.rec
"$sample" closes-many 20000 >many.rec

recording=lives.rec

# ladder PORT|COOKIE [OPTION...]: from the recording, without the complaints
ladder()
{
	which="--port $1"
	case $1 in
	0x*) which=$1 ;;
	esac
	shift
	# shellcheck disable=SC2086 # an option and its value
	"$tcpclose" ladder --input "$recording" $which "$@" 2>complaints
}

# golden NAME FILE COMMAND...
golden()
{
	name=$1 file=$2
	shift 2
	"$@" >actual 2>/dev/null
	licence="# SPDX-License-Identifier: GPL-2.0-only"
	[ -z "${UPDATE:-}" ] || { echo "$licence"; cat actual; } >"$golden/$file"
	sed "1{/^$licence\$/d}" "$golden/$file" >expected
	same "$name" expected actual
}

# draws NAME PORT|COOKIE PATTERN: a row of the ladder matches
draws()
{
	if ladder "$2" | grep -q -e "$3"; then
		ok "$1"
	else
		ladder "$2" >drawn
		not_ok "$1" drawn
	fi
}

# draws_no NAME PORT|COOKIE PATTERN: no row of the ladder matches, and there is a ladder
draws_no()
{
	ladder "$2" >drawn
	if grep -q '^model: ' drawn && ! grep -q -e "$3" drawn; then
		ok "$1"
	else
		not_ok "$1" drawn
	fi
}

# reports NAME PATTERN COMMAND...: standard error has a line that matches
reports()
{
	name=$1 pattern=$2
	shift 2
	"$@" >drawn 2>complaints
	if grep -q -e "$pattern" complaints; then
		ok "$name"
	else
		not_ok "$name" complaints
	fi
}

# count_ladders FILE
count_ladders()
{
	grep -c '^time 0 is ' "$1"
}

all_of_them()
{
	for port in 8000 8001 8002 8003 8004 8005 8006 8007 8008 8009 8010 8011 8012 8013 \
		    8014 8015 8016 8017 8018 8019 8020 8021 8022 8023 8024 8025 8026 8027 \
		    8030 8031 8032 8033 8034 8035 8036 8037 8038 8039 8040 8041 8042 8043 \
		    8044 8045 8046 8047 8048 8049 8050 8051 8052 8053 8054 8055 8056 8057 8058 \
		    8060 8061 8062 8063 8064 8065 8066 8067 8068 8069 8070 8071 8072 8073 8074; do
		echo "---- $port"
		ladder "$port"
		cat complaints
	done
}

golden "ladders as text" ladder.txt all_of_them
golden "a ladder in UTF-8 where the locale has it" ladder-utf8.txt env LC_ALL=C.UTF-8 \
	"$tcpclose" ladder --input lives.rec --port 8003
golden "crossing segments as SVG" ladder-simultaneous.svg ladder 8003 --format svg
golden "hostile names as SVG" ladder-names.svg ladder 8010 --format svg
golden "a lost last ACK as SVG" ladder-lost.svg ladder 8007 --format svg
golden "one end alone as SVG" ladder-alone.svg ladder 8008 --format svg
golden "an answer without a socket as SVG" ladder-rsts.svg ladder 8015 --format svg

# Only what follows from the records is drawn
draws "the FIN with the ACK is one segment" 8001 '<- 10.0ms -----.* |$'
if [ "$(ladder 8001 | grep -c 'FIN,ACK')" = 2 ] && [ "$(ladder 8001 | grep -c ' ACK ')" = 1 ]; then
	ok "three segments close in three"
else
	ladder 8001 >drawn
	not_ok "three segments close in three" drawn
fi
draws "both FINs are under way at once" 8003 '+- FIN,ACK -+ nginx'
draws "a half-close is shutdown(SHUT_WR)" 8002 ' shutdown(SHUT_WR) |'
draws "close() after shutdown() is drawn apart from the hand-over" 8002 'curl\[4711\] close() |'
draws "an ACK without a reaction is marked as uncertain" 8007 '+-- ACK -*\.*?'
draws "a retransmitted FIN starts TIME_WAIT again" 8007 'FIN again: re-arm 1 |<-- FIN,ACK'
draws "close() or shutdown() is unknown" 8018 'close() or shutdown() |'
draws "TIME_WAIT is drawn up to its end" 8009 'TIME_WAIT of .*: 9.0s, until a new SYN took the port'
draws "missing steps are marked" 8013 '(steps not seen)'
draws "an end of many is no end" 8014 '(several sockets fit)'
draws "loopback is paired within its namespace" 8011 '^ *\[::1\]:40011 *\[::1\]:8011$'
draws "an open connection says so" 8012 '^not closed, or not seen to the end: .* FIN_WAIT2, .* CLOSE_WAIT$'
draws "what the model forbids is said" 8020 'illegal: 2 (TIME_WAIT -> FIN_WAIT1'

# No segment that was never sent
draws_no "a close in repair mode sends no RST" 8030 '.*RST.*nginx'
draws "and a later RST came from somewhere else" 8030 '  \.\.\.*-* RST -->| CLOSE'
draws_no "a connect() without a local port sends no SYN" 8031 'SYN -'
draws "and says why" 8031 ' connect(): no port |'
draws_no "a connect() that failed before sends no SYN" 8032 'SYN -'
draws_no "a FIN that was never sent is not drawn" 8033 'FIN,ACK'
draws "and says behind what it was" 8033 ' FIN behind 2496230 B unsent |'
draws "also at the end" 8033 \
	'^the FIN of 10.0.0.1:40033 was never sent: it was behind 2496230 unsent bytes$'
draws "a FIN that was sent later arrives later" 8034 "'-* 3.0s ->| CLOSE_WAIT"
draws "a RST does not show that the FIN arrived" 8035 'curl\[4711\] close() +-- FIN,ACK -*\.*? *|$'
draws "a FIN out of order is a FIN, whatever filled the gap" 8058 'close() +- FIN,ACK -'
draws_no "a FIN without data before it may never leave either" 8055 'FIN,ACK'
draws_no "a timer that gave up sends no RST" 8036 '| *+-* RST'
draws_no "an orphan that a timer ended may have sent no RST" 8039 'RST'
draws "one that close() ended sent a RST" 8040 'curl\[4711\] +- RST,ACK -'
draws_no "ss -K sends no RST after both FINs" 8041 'RST'
ladder 8042 --count 2 >drawn
if [ "$(grep -c 'RST,ACK' drawn)" = 1 ] && [ "$(grep -c 'FIN,ACK -.*?' drawn)" = 1 ]; then
	ok "nor does SO_LINGER 0, unless the FIN has not left"
else
	not_ok "nor does SO_LINGER 0, unless the FIN has not left" drawn
fi
draws "a RST without an ACK did not come from an abort" 8043 'nginx\[815\] +-- RST,ACK -*\.*?'
draws_no "a restored connection sends no SYN and no ACK" 8044 'SYN -\|connect.*ACK'
draws_no "nor is the ACK drawn that a reset forestalled" 8045 ' ACK -'
draws "a SYN is not answered by a SYN" 8052 ' connect() +-- SYN -*\.*?'

# RSTs are what was recorded
draws "a RST that is ignored is drawn" 8060 '|\.*-* RST -->| ignored$'
draws "also if the kernel does not say by which socket" 8061 '|\.*-* RST -->| ignored$'
if [ "$(ladder 8061 | grep -c ' ignored$')" = 2 ]; then
	ok "before the first step, too"
else
	ladder 8061 >drawn
	not_ok "before the first step, too" drawn
fi
draws "and one that a mini-socket takes" 8062 ' mini-socket ignores it |<-- RST -'
draws "the answer of no socket is drawn" 8063 ' no socket: reset  <-- PSH,ACK -'
draws "and arrives" 8063 "'---- 10.0ms ->| CLOSE$"
draws "and has a reason" 8063 '^10.0.0.2:8063 sent RST (NO_SOCKET)$'
draws "a listener answers, too" 8064 ' only a listener: reset  <-- PSH,ACK -'
draws "a FIN that is answered has arrived" 8015 ' no socket: reset  <- 10.0ms -'
draws "a RST with another number is another one" 8065 ' \.\.\.*-* RST -->| CLOSE$'
draws_no "an answer to a SYN is not of the connection before" 8066 'NO_SOCKET'
draws_no "nor is it guessed whose an answer is" 8067 'NO_SOCKET'
draws_no "no RST is drawn where there was none" 8068 'RST'
draws "a flood is counted" 8069 '^10.0.0.2:8069: 993 more RSTs are left out$'
draws "and hides no step" 8069 'RST,ACK -+ nginx\[815\]$'
draws "a RST that ends nothing is drawn" 8070 '^ *+-- RST -'
draws "one segment is one arrow, whichever record comes first" 8071 'RST,ACK -+ curl\[4711\] ss -K or BPF$'
if [ "$(ladder 8071 | grep -c ' RST.* -')" = 1 ]; then
	ok "and no second one"
else
	ladder 8071 >drawn
	not_ok "and no second one" drawn
fi
draws "and has the time of the RST" 8071 ' CLOSE |<- 8.0us -'
draws "a mini-socket's answer is its end" 8072 ' no receiver: reset +- RST -'
draws "a RST that a mini-socket ignored did not end it" 8073 ' mini-socket ignores it |<-- RST -'
draws "another one did" 8073 '^ *[0-9.]* *CLOSE |<-- RST -'
draws "an answer that is not sure says so" 8074 ' no socket: reset?  <-- ACK -'
draws_no "and is not drawn unless it arrives" 8074 'RST'
for recording in old.rec lost.rec; do
	draws "$recording: a RST may lack its record, and is inferred" 8068 '+-- RST,ACK -*\.*?'
	draws "$recording: and joined" 8072 ' no receiver: reset +- RST -'
	draws_no "$recording: but not that of no socket" 8063 '-* RST -*\. '
done
recording=left-out.rec
draws_no "RSTs that were left out ended no connection: none is inferred" 8068 'RST'
recording=lives.rec

# What a process did
draws "a kill is not close()" 8046 'curl\[4711\] is killed +- FIN,ACK'
draws "nor is the exit" 8046 'FIN,ACK -+ nginx\[815\] exits$'
draws "a deferred release says so" 8047 ' releases it late |'
draws "and names the thread beside the process" 8047 ' thread reader |'
draws "and that close() came before" 8047 'close() came before: .* call of dotnet\[815\] returned$'
draws_no "a worker is not a process" 8048 'kworker'
draws "but the kernel" 8048 ' kernel releases it +- FIN,ACK -'
"$sample" sessions >sessions.rec
exits "a subflow that a worker of the kernel closes" 0 \
	"$tcpclose" ladder --input sessions.rec --port 5002
grep '^10.0.0.1:5002: the MPTCP session was closed by client\[301\] (exit), ' out >drawn
if [ "$(wc -l <drawn)" = 1 ]; then
	ok "and who closed its session"
else
	not_ok "and who closed its session" out
fi
draws "a subflow names its session" 8049 '^ *MPTCP subflow of 0x15 *MPTCP subflow of 0x17$'
draws "and its self-loop is explained" 8049 '^FIN_WAIT1 -> FIN_WAIT1: MPTCP '
draws_no "but not a connection that is no subflow any more" 8057 'MPTCP'
draws "a RST of MPTCP says so" 8050 ' MPTCP resets it, ECONNRESET +- RST,ACK -'
draws "exec has its own name" 8051 ' exec, data unread$'
draws "a call of a 32-bit program is inferred" 8054 'curl\[4711\] shutdown() +- FIN,ACK'

# Why it ended
draws "a window of 0 is not silence" 8036 '^Abrupt end: the peer kept its window at 0 and answered the probes$'
draws "TCP_USER_TIMEOUT has its own words" 8037 ' within TCP_USER_TIMEOUT$'
draws "segments that acknowledged no SYN are counted" 0x1059 \
	'^Abrupt end: 3 segments came, but none acknowledged the SYN$'
draws "and the TIME_WAIT in the way is named" 0x1059 \
	'^meanwhile 10.0.0.1:40038 was in TIME_WAIT .*(cookie 0x1057); it received 7 SYN or RST that changed nothing$'
draws_no "but not one that received no SYN" 0x107f '^meanwhile'
if ladder 8038 --count 2 | grep -q 'until its timer expired, received 7 SYN or RST'; then
	ok "a TIME_WAIT counts what changed nothing"
else
	not_ok "a TIME_WAIT counts what changed nothing"
fi

# Which connection is drawn
"$tcpclose" ladder --input lives.rec --port 8027 2>/dev/null >latest
for spelling in 0x1045 sk:1045 4165; do
	exits "cookie $spelling" 0 "$tcpclose" ladder --input lives.rec "$spelling"
	same "and it draws the latest connection" latest out
done
exits "the other end's cookie" 0 "$tcpclose" ladder --input lives.rec 0x1046
same "and it draws the same ladder" latest out
exits "a port and a network namespace" 0 "$tcpclose" ladder --input lives.rec --netns server --port 8027
same "and the end in the other namespace is drawn, too" latest out
exits "a process" 0 "$tcpclose" ladder --input lives.rec --pid 815 --port 8027
same "and the transitions of other processes are drawn, too" latest out
exits "--count draws as many" 0 "$tcpclose" ladder --input lives.rec --port 8027 --count 3
if [ "$(count_ladders out)" = 3 ]; then ok "and these are three"; else not_ok "and these are three" out; fi
exits "--count draws no more than there are" 0 "$tcpclose" ladder --input lives.rec --port 8027 --count 64
if [ "$(count_ladders out)" = 7 ]; then ok "and these are seven"; else not_ok "and these are seven" out; fi
reports "other connections are reported" "0x1043: 10.0.0.1:40027 -> 10.0.0.2:8027" \
	"$tcpclose" ladder --input lives.rec --port 8027
reports "losses are reported" "lost 2 records" "$tcpclose" ladder --input lives.rec --port 8027
"$tcpclose" ladder --input - --port 8027 <lives.rec >out 2>/dev/null
same "a recording can come from standard input" latest out
exits "a long recording" 0 "$tcpclose" ladder --input many.rec --port 9000
if grep -q 'at least [0-9]* more connections match' err; then
	ok "and other connections are counted, as far as they are stored"
else
	not_ok "and other connections are counted, as far as they are stored" err
fi

head -c 256 lives.rec >none.rec
complains "a recording without connections" "no connection matches" "$tcpclose" ladder --input none.rec
complains "a port that no connection has" "no connection matches" sh -c \
	"'$tcpclose' ladder --input many.rec --port 1"
complains "a cookie that no socket has" "no transition of 0xffffff00ffff was seen" \
	"$tcpclose" ladder --input many.rec 0xffffff00ffff
reports "a listener is refused" "is a listener, not a connection" "$tcpclose" ladder --input lives.rec 0x1030
reports "a missing cookie is reported" "no cookie" "$tcpclose" ladder --input lives.rec --port 8021

# Recordings with any content
bad=
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
	"$sample" closes-random "$number" >random.rec
	"$tcpclose" ladder --input random.rec --count 64 >drawn 2>complaints || bad="$bad $number"
	if LC_ALL=C tr -d '\n -~' <drawn | grep -q .; then bad="$bad $number (characters)"; fi
	"$tcpclose" ladder --input random.rec --format svg >drawn.svg 2>complaints || bad="$bad $number (svg)"
	xmllint --noout --nonet drawn.svg || bad="$bad $number (xml)"
done
if [ -z "$bad" ]; then
	ok "records that make no sense are drawn nevertheless"
else
	echo "$bad" >drawn
	not_ok "records that make no sense are drawn nevertheless" drawn
fi
bad=
for port in 8000 8003 8006 8007 8008 8010 8013 8020 8023 8025; do
	ladder "$port" --format svg >drawn.svg
	xmllint --noout --nonet drawn.svg || bad="$bad $port"
done
if [ -z "$bad" ]; then ok "SVG is well-formed"; else not_ok "SVG is well-formed"; fi
ladder 8010 >drawn
if LC_ALL=C tr -d '\n -~' <drawn | grep -q .; then
	not_ok "names from outside contain no control characters" drawn
else
	ok "names from outside contain no control characters"
fi

finish
