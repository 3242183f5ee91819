#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Ladders of live connections: each way to close, over IPv4 and IPv6, between two
# namespaces 10 ms apart, has the same rows as in a textbook.
#
# vm: --icount --smp 1 --limit 900 --slow

set -u
export LC_ALL=C

# The virtual machine sets it
if [ -z "${TCPCLOSE_PATIENCE:-}" ]; then
	echo "1..0 # SKIP compares times that are exact in the virtual machine of \"make check\" only"
	exit 4
fi

count=0 failed=0 port=7100
work=/tmp/ladder
mkdir -p "$work"

say()
{
	count=$((count + 1))
	echo "$1 $count $2"
	[ "$1" = ok ] || failed=1
}

# rows NAME FILE PATTERN...: rows match, in this order; other rows may be between
rows()
{
	name=$1 file=$2
	shift 2
	line=1
	for pattern; do
		found=$(sed -n "$line,\$p" "$file" | grep -n -m 1 -e "$pattern")
		if [ -z "$found" ]; then
			sed 's/^/# /' "$file" "$file.err"
			echo "# not there, or not in this order: $pattern"
			say "not ok" "$name"
			return
		fi
		line=$((line + ${found%%:*}))
	done
	say ok "$name"
}

lacks()
{
	if grep -q -e "$3" "$2"; then
		sed 's/^/# /' "$2"
		say "not ok" "$1"
	else
		say ok "$1"
	fi
}

# Two machines, one cable, 10 ms long
ip netns add client
ip netns add server
ip link add eth0 netns client type veth peer name eth0 netns server
for end in client:1 server:2; do
	namespace=${end%:*} number=${end#*:}
	ip -n "$namespace" address add "10.0.0.$number/24" dev eth0
	ip -n "$namespace" address add "fd00::$number/64" dev eth0 nodad
	ip -n "$namespace" link set lo up
	ip -n "$namespace" link set eth0 up
	tc -n "$namespace" qdisc add dev eth0 root netem delay 10ms
done
ip netns exec client ping -c 1 10.0.0.2 >/dev/null
ip netns exec client ping -6 -c 1 fd00::2 >/dev/null

# watch NAME OPTION...: draw to the file NAME when the connection is over
pids=
watch()
{
	file=$work/$1
	shift
	tcpclose ladder "$@" >"$file" 2>"$file.err" &
	pids="$pids $!"
	sleep 0.1
}

# act SCENARIO NAME ADDRESS: run a scenario on a new port
act()
{
	watch "$2" --port "$port"
	scenario "$1" client server "$3" "$port" || echo "# $1 failed"
	port=$((port + 1))
}

# The client's last ACK is lost: of what it sends to that port, the first segment
# after its FIN that is an ACK and nothing else
ip netns exec client nft '
add table inet lost
add set inet lost closed { type inet_service; flags dynamic; size 64; }
add set inet lost done { type inet_service; flags dynamic; size 64; }
add chain inet lost out { type filter hook output priority 0; }'
act_lost()
{
	ip netns exec client nft "
add rule inet lost out tcp dport $port tcp flags & fin == fin add @closed { tcp dport }
add rule inet lost out tcp dport $port tcp dport @closed tcp dport != @done tcp flags & (fin | syn | rst | ack) == ack add @done { tcp dport } drop"
	act active "$1" "$2"
}

for address in 10.0.0.2 fd00::2; do
	for name in active passive half-close simultaneous fin-ack abort unread held-back \
		    refused; do
		act "$name" "$name-$address" "$address"
	done
	act_lost "lost-$address" "$address"
done

# Both ends in one namespace
for address in 127.0.0.1 ::1; do
	watch "loopback-$address" --port "$port"
	scenario active client client "$address" "$port"
	port=$((port + 1))
done

echo all >/sys/module/tcpclose/parameters/scope
for address in 10.0.0.2 fd00::2; do
	act active "opening-$address" "$address"
done
echo teardown >/sys/module/tcpclose/parameters/scope

# A connection that is not over when --duration ends
watch open --port "$port" --duration 5
scenario active client server 10.0.0.2 "$port"
port=$((port + 1))
watch interrupted --port "$port"
interrupted=$!
scenario active client server 10.0.0.2 "$port"
port=$((port + 1))
sleep 0.5
kill -TERM "$interrupted"

for pid in $pids; do
	wait "$pid" || echo "# a ladder ended with status $?"
done

# The cable's 10 ms, one way and both ways, and other known times. A kernel with
# checkers takes longer, and retransmits.
if [ "$TCPCLOSE_PATIENCE" = 1 ]; then
	once='10\.[0-9]ms' twice='20\.[0-9]ms' pause='300\.[0-9]ms'
	again='sent 1 segment again in LAST_ACK$' restarted='restarted once$'
else
	once='1[0-9]\.[0-9]ms' twice='2[0-9]\.[0-9]ms' pause='30[0-9]\.[0-9]ms'
	again='sent [12] segments* again in LAST_ACK$' restarted='restarted \(once\|2 times\)$'
fi
# Either end may be first
crossed="->| CLOSING \\| CLOSING .* |<- $once"
for address in 10.0.0.2 fd00::2; do
	v=IPv4
	[ "$address" = 10.0.0.2 ] || v=IPv6
	file=$work/active-$address
	rows "four segments close, $v" "$file" \
		'^Four-way close$' \
		' ESTABLISHED .*|.*| ESTABLISHED ' \
		'^  0.000000 .*client\[[0-9]*\] close() +- FIN,ACK -*\. *|' \
		' FIN_WAIT1 ' \
		"'---- $once ->| CLOSE_WAIT  $pause" \
		'\.-* ACK -+$' \
		" FIN_WAIT2 .* |<- [1-6][0-9]\.[0-9]ms -*'" \
		' goes on as mini-socket |' \
		'\.-* FIN,ACK -+ server\[[0-9]*\] close()$' \
		"| *LAST_ACK  $twice" \
		" TIME_WAIT  6[0-9]\.[0-9]s |<- $once -*'" \
		' +- ACK -*\.' \
		"'---- $once ->| CLOSE$" \
		' timer: TIME_WAIT is over |' \
		' CLOSE |' \
		'^graceful: both ends sent their FIN, .*[1:]:*[0-9]* first$' \
		'^TIME_WAIT of .*: 6[0-9]\.[0-9]s, until its timer expired$' \
		'^model: 7 of 8 steps as RFC 9293 documents them; Linux-specific: 1 (FIN_WAIT2 -> FIN_WAIT2 as mini-socket)$'
	rows "and two ends in two namespaces, $v" "$file" \
		'^ *namespace client *namespace server$' 'uid 0 .*uid 0$'
	rows "the server closes first, $v" "$work/passive-$address" \
		'^Four-way close$' \
		'^  0.000000 .*server\[[0-9]*\] close() +- FIN,ACK -' \
		"->| CLOSE_WAIT  $pause" '-+ client\[[0-9]*\] close()$' ' TIME_WAIT  6' \
		'^graceful: both ends sent their FIN, .*2[]]*:71[0-9]* first$'
	rows "a half-close, $v" "$work/half-close-$address" \
		'^Four-way close after a half-close$' \
		' client\[[0-9]*\] +- FIN,ACK -' ' shutdown(SHUT_WR) |' ' FIN_WAIT1 ' \
		'->| CLOSE_WAIT  9[0-9]*\.[0-9]ms' ' FIN_WAIT2  8' '-+ server\[[0-9]*\] close()$' \
		' TIME_WAIT  6' '->| CLOSE$' \
		'^model: 7 of 7 steps as RFC 9293 documents them$'
	rows "both close at once, and the FINs cross, $v" "$work/simultaneous-$address" \
		'^Simultaneous close$' '^  0.000000 .*close() +- FIN,ACK -' ' FIN_WAIT1 ' \
		'\.--+- FIN,ACK -+ ' '| FIN_WAIT1 ' "$crossed" "$crossed" \
		' TIME_WAIT ' 'timer: TIME_WAIT is over' 'timer: TIME_WAIT is over' \
		"^graceful: both ends sent their FIN before they had the other's$" \
		'^TIME_WAIT of ' '^TIME_WAIT of ' '^model: 8 of 8 steps'
	rows "three segments close, $v" "$work/fin-ack-$address" \
		'^Three-segment close$' '^  0.000000 .*client\[[0-9]*\] close() +- FIN,ACK -' \
		'->| CLOSE_WAIT  ' '-* FIN,ACK -+ server\[[0-9]*\] close()$' \
		" FIN_WAIT2 .* |<- $once -*'" ' TIME_WAIT .* +- ACK -' '->| CLOSE$' \
		'^model: 7 of 7 steps'
	rows "close() with SO_LINGER 0 resets, $v" "$work/abort-$address" \
		'^Abrupt end: close() with SO_LINGER 0$' ' client\[[0-9]*\] +- RST,ACK -' \
		' close(), SO_LINGER 0 |' ' CLOSE |' '->| CLOSE$' ' ECONNRESET$' \
		'^abrupt: close() with SO_LINGER 0, at .*[1:][]]*:[0-9]*$' \
		'^.*[1:][]]*:[0-9]* sent RST (TCP_STATE)$'
	rows "close() with unread data resets, $v" "$work/unread-$address" \
		'^Abrupt end: close() with unread data$' ' server\[[0-9]*\] +- RST,ACK -' \
		' close(), data unread |' ' CLOSE |' '->| CLOSE$' ' ECONNRESET$' \
		'^.*2[]]*:[0-9]* sent RST (TCP_ABORT_ON_CLOSE)$'
	rows "a FIN behind a closed window, $v" "$work/held-back-$address" \
		'^Abrupt end: close() with unread data$' ' client\[[0-9]*\] close() |' \
		' FIN behind [0-9]* B unsent |' ' FIN_WAIT1 ' '-* RST,ACK -+ server\[[0-9]*\]$' \
		' close(), data unread$' "^ *[0-9.]* *CLOSE |<- $once -*'" ' ECONNRESET ' \
		'^the FIN of .* was never sent: it was behind [0-9]* unsent bytes$'
	lacks "and no FIN arrives, $v" "$work/held-back-$address" 'FIN,ACK'
	rows "nobody listens, $v" "$work/refused-$address" \
		'^Connection refused$' '(not seen here)$' " SYN_SENT  $twice +-- SYN -*\.*>:" \
		'^  0.000000 .* CLOSE |<-- RST,ACK -*\.*:' ' ECONNREFUSED '
	rows "the last ACK is lost, $v" "$work/lost-$address" \
		'^Four-way close, and a repeated FIN$' '-* FIN,ACK -+ server\[' \
		' LAST_ACK  [2-9][0-9][0-9]\.[0-9]ms$' ' TIME_WAIT ' ' +-- ACK -*\.*? *|$' \
		' FIN again: re-arm 1 |<-- FIN,ACK -*\.*|$' ' +- ACK -*\. ' '->| CLOSE$' \
		"$again" \
		"until its timer expired, its timer was $restarted"
	rows "the opening, too, $v" "$work/opening-$address" \
		' | LISTEN$' '^  0.000000 .*client\[[0-9]*\] connect() +-- SYN -*\.*>|' ' SYN_SENT ' \
		' ESTABLISHED .* |<-- SYN,ACK -*\.*|$' ' +- ACK -' '->| SYN_RECV ' '| ESTABLISHED ' \
		'close() +- FIN,ACK -' '->| CLOSE_WAIT ' ' TIME_WAIT ' '->| CLOSE$' \
		'^model: 11 of 12 steps'
	for name in active passive half-close simultaneous fin-ack abort unread held-back \
		    lost; do
		lacks "$name: both ends are there, $v" "$work/$name-$address" '(not seen here)\|illegal'
	done
done
for address in 127.0.0.1 ::1; do
	rows "both ends in one namespace, $address" "$work/loopback-$address" \
		'^Four-way close$' '^ *namespace client *namespace client$' \
		'close() +- FIN,ACK -' '->| CLOSE_WAIT' ' TIME_WAIT ' '->| CLOSE$'
done
for name in open interrupted; do
	rows "$name: drawn as far as it was seen" "$work/$name" ' TIME_WAIT |<-' '->| CLOSE$' \
		'^TIME_WAIT of .* is not over$'
done

# Records that the module still holds: by cookie, as ss shows it, and as a picture
watch sleeping --port "$port"
sleeping=$!
scenario active client server 10.0.0.2 "$port"
cookie=$(ip netns exec client ss -tanHe "dport = $port" | sed -n 's/.* sk:\([0-9a-f]*\).*/\1/p')
tcpclose ladder --all --duration 0.1 "sk:$cookie" >"$work/held" 2>"$work/held.err"
rows "a cookie of ss chooses one" "$work/held" 'cookie 0x'"$cookie"', uid 0' ' TIME_WAIT |<-'
wait "$sleeping"
tcpclose ladder --all --port "$port" >"$work/again" 2>"$work/again.err"
if [ -n "$cookie" ] && cmp -s "$work/sleeping" "$work/again"; then
	say ok "what is over is drawn from what the module holds"
else
	diff "$work/sleeping" "$work/again" | sed 's/^/# /'
	say "not ok" "what is over is drawn from what the module holds"
fi
tcpclose ladder --all --port "$port" --format svg >"$work/picture" 2>"$work/picture.err"
rows "as a picture, too" "$work/picture" '^<svg ' '>FIN_WAIT1<' '>TIME_WAIT<' '^</svg>$'
status=0
tcpclose ladder --duration 0.1 --port 1 >"$work/none" 2>"$work/none.err" || status=$?
if [ "$status" = 2 ] && grep -q 'no connection matches' "$work/none.err"; then
	say ok "that there is nothing to draw is reported"
else
	say "not ok" "that there is nothing to draw is reported"
fi

echo "1..$count"
exit "$failed"
