#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/compared.rst has the scenarios that "make compare" plays, and these exist;
# what it shortens is counted rightly.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=selftests/host/lib/page.sh
. "$top/selftests/host/lib/page.sh"

page=$top/Documentation/compared.rst
lab=$top/selftests/lab

"$lab/compare" --list >"$work/played"
while read -r name; do
	[ -x "$lab/cases/$name" ] || echo "$name"
done <"$work/played" >"$work/gone"
if [ -s "$work/played" ] && [ ! -s "$work/gone" ]; then
	ok "each scenario that is played exists"
else
	not_ok "each scenario that is played exists" "$work/gone"
fi

# shellcheck disable=SC2016 # the accents are the page's
# rows PAGE: the scenarios of its table; sections PAGE: those that its sections name
rows()
{
	sed -n 's/^``\([a-z0-9-]*\)``  .*/\1/p' "$1"
}

# shellcheck disable=SC2016
sections()
{
	sed -n 's/^\*Scenario:\* ``\([a-z0-9-]*\)``.*/\1/p' "$1"
}

rows "$page" >"$work/rows"
same "the page's table has those that are played" "$work/played" "$work/rows"
sections "$page" >"$work/sections"
same "each of them has a section" "$work/played" "$work/sections"
page_is_good "$page"

# shellcheck disable=SC2016
sed 's/^``last-ack``/``first-ack``/; /^\*Scenario:\* ``zero-window``/d' "$page" >"$work/wrong"
rows "$work/wrong" >"$work/rows"
sections "$work/wrong" >"$work/sections"
if cmp -s "$work/played" "$work/rows" || cmp -s "$work/played" "$work/sections"; then
	not_ok "a wrong row and a missing section are noticed"
else
	ok "a wrong row and a missing section are noticed"
fi

# Two connections of one client, in each tool's own words
said=$work/said
mkdir "$said"
cat >"$said/ss.client" <<'X'
State      Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
CLOSE-WAIT 1      0           10.0.0.1:36680     10.0.0.2:7001 users:(("daemon",pid=274,fd=5))
CLOSE-WAIT 1      0           10.0.0.1:36728     10.0.0.2:7001 users:(("daemon",pid=274,fd=12))
X
cat >"$said/ss.server" <<'X'
State     Recv-Q Send-Q Local Address:Port Peer Address:Port Process
TIME-WAIT 0      0           10.0.0.2:7001     10.0.0.1:59420 timer:(timewait,59sec,0)
X
cat >"$said/nstat.client" <<'X'
#kernel
IpInReceives                    20                 0.0
TcpActiveOpens                  2                  0.0
TcpInSegs                       20                 0.0
TcpExtTW                        1                  0.0
X
echo '#kernel' >"$said/nstat.server"
cat >"$said/tcpstates" <<'X'
TIME(s)  SKADDR           PID     COMM       LADDR           LPORT RADDR           RPORT OLDSTATE    -> NEWSTATE    MS
21:03:18 ffff88803ce77200 248     a-long-nam 10.0.0.1        0     10.0.0.2        7001  CLOSE       -> SYN_SENT    0.000
21:03:18 ffff88803ce75580 248     a-long-nam 10.0.0.1        0     10.0.0.2        7001  CLOSE       -> SYN_SENT    0.000
21:03:18 ffff88803ce77200 0       swapper/0  10.0.0.1        36668 10.0.0.2        7001  SYN_SENT    -> ESTABLISHED 17.105
21:03:18 ffff88803ce75580 17      ksoftirqd/ 10.0.0.1        36669 10.0.0.2        7001  SYN_SENT    -> ESTABLISHED 17.105
X
cat >"$said/tcplife" <<'X'
TIME(s)  PID     COMM             LADDR           LPORT RADDR           RPORT TX_KB  RX_KB  MS
21:03:49 248     a-long-name      10.0.0.1        36668 10.0.0.2        7001  0.00   0.00   31007.38
21:03:49 0       swapper/0        10.0.0.2        7001  10.0.0.1        36669 0.00   0.00   31007.38
X
echo 'lost 3 events' >"$said/tcpstates.err"
: >"$said/tcplife.err"
echo 'Closing is healthy.' >"$said/why"
"$lab/digest" "$said" >"$work/digest"
cat >"$work/expected" <<'X'
ss, client:
      2  CLOSE-WAIT Recv-Q 1      Send-Q 0      to 10.0.0.2:7001 daemon
ss, server:
      1  TIME-WAIT  Recv-Q 0      Send-Q 0      at 10.0.0.2:7001 - timer timewait
nstat, client: TcpActiveOpens 2, TcpExtTW 1
nstat, server: -
tcpstates: 4 lines
      2  client   a-long-nam       CLOSE -> SYN_SENT
      2  client   bystander        SYN_SENT -> ESTABLISHED
tcplife: 2 lines
      1  client   a-long-name      ended
      1  server   bystander        ended
tcpstates complained: lost 3 events
tcpclose why:
  Closing is healthy.
X
same "what was said is shortened and counted" "$work/expected" "$work/digest"

finish
