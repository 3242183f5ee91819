#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Metrics: what Prometheus makes of them, how many there are, and that a file of them is
# never seen by halves. A library makes up the device (lib/madeup.c).

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
cd "$work" || exit 1

golden "export writes metrics" stat.prom "$sample" metrics

if promtool=$("$top/selftests/qemu/promtool" 2>err); then
	"$promtool" check metrics <"$golden/stat.prom" >out 2>&1
	status=$?
	if [ $status = 0 ] && [ ! -s out ]; then
		ok "promtool has no objection"
	else
		not_ok "promtool has no objection" out
	fi
else
	not_ok "there is promtool" err
fi

# Each name that there is has its series, and no number more
grep -vc '^#' "$golden/stat.prom" >series
if [ "$(cat series)" -lt 700 ]; then ok "there are less than 700 series"; else not_ok "there are less than 700 series" series; fi
grep '_bucket{' "$golden/stat.prom" | sed 's/,*le="[^"]*"//; s/ .*//' | sort | uniq -c |
	awk '$1 > 15' >out
if [ ! -s out ]; then ok "and 15 at most for each histogram"; else not_ok "and 15 at most for each histogram" out; fi
grep '_bucket{' "$golden/stat.prom" | awk '{
		name = $1; sub(/,?le="[^"]*"/, "", name)
		if (name == before && $2 < count) print
		before = name; count = $2 }' >out
if [ ! -s out ]; then ok "whose counts only grow"; else not_ok "whose counts only grow" out; fi

# The same numbers as those of stat
"$sample" json | tr '{' '\n' | sed -n 's/^"from":\(.*\),"to":\(.*\),"count":\([0-9]*\).*/\3/p' |
	sort -n >expected
sed -n 's/^tcpclose_transitions_total.* \([1-9][0-9]*\)$/\1/p' "$golden/stat.prom" | sort -n >actual
same "transitions are those of stat" expected actual

made_up "$tcpclose" export --textfile - >out 2>err
if grep -q '^tcpclose_build_info{module=".*",tool=".*"} 1$' out && [ ! -s err ]; then
	ok "export writes those of a device"
else
	not_ok "export writes those of a device" out err
fi

mkdir dir
echo old >dir/target
ln -s target dir/x.prom
umask 022
made_up "$tcpclose" export --textfile dir/x.prom >out 2>err
status=$?
if [ $status = 0 ] && [ ! -s out ] && [ ! -s err ] && tail -n 1 dir/x.prom | grep -q '^tcpclose_build_info'; then
	ok "and replaces a file"
else
	not_ok "and replaces a file" out err
fi
if [ "$(cat dir/target)" = old ] && [ ! -L dir/x.prom ]; then ok "but not what a link leads to"; else not_ok "but not what a link leads to"; fi
stat -c %a dir/x.prom >out
if [ "$(cat out)" = 644 ]; then ok "that others may read"; else not_ok "that others may read" out; fi

# A reader finds one whole text, whenever it looks
made_up "$tcpclose" export --textfile dir/x.prom --interval 0.002 --count 300 2>err &
pid=$!
whole=0 broken=0
while kill -0 $pid 2>/dev/null; do
	if tail -n 1 dir/x.prom 2>/dev/null | grep -q '^tcpclose_build_info.* 1$'; then
		whole=$((whole + 1))
	else
		broken=$((broken + 1))
	fi
done
wait $pid
status=$?
echo "exit status $status, $whole times whole, $broken times not" >>err
if [ $status = 0 ] && [ $whole -gt 10 ] && [ $broken = 0 ]; then
	ok "a file that is replaced again and again is always whole"
else
	not_ok "a file that is replaced again and again is always whole" err
fi
ls -A dir >out
printf 'target\nx.prom\n' >expected
same "and nothing else is left" expected out

# What cannot be written is an error
made_up "$tcpclose" export --textfile none/x.prom >out 2>err
status=$?
if [ $status = 2 ] && grep -q 'none/x.prom: cannot be written: No such file or directory' err; then
	ok "a directory that is not there is named"
else
	not_ok "a directory that is not there is named" err
fi
made_up "$tcpclose" export --textfile dir >out 2>err
status=$?
if [ $status = 2 ] && grep -q 'dir: cannot be written: Is a directory' err; then
	ok "so is a directory in the file's place"
else
	not_ok "so is a directory in the file's place" err
fi
find . -name 'dir.*' >out
if [ ! -s out ]; then ok "and it leaves nothing"; else not_ok "and it leaves nothing" out; fi

finish
