#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The state diagram: the output in each format, and that no content of a recording
# breaks the format.
#
# To accept a change: UPDATE=1 selftests/host/graph.sh, and look at the diff.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 1
"$sample" graph >graph.rec
"$sample" empty >empty.rec
"$sample" pairs >pairs.rec
"$sample" noise 20000 >noise.rec
"$sample" recording >sample.rec
"$sample" many 100000 >many.rec

# draw FORMAT INPUT
draw()
{
	"$tcpclose" graph --format "$1" --input "$2"
}

golden "graph writes text" graph.txt "$tcpclose" graph --input graph.rec
golden "graph writes UTF-8 where the locale has it" graph-utf8.txt \
	env LC_ALL=C.UTF-8 "$tcpclose" graph --input graph.rec
golden "graph writes dot" graph.dot draw dot graph.rec
golden "graph writes Mermaid" graph.mmd draw mermaid graph.rec
golden "graph writes SVG" graph.svg draw svg graph.rec
golden "graph writes text without any transition" graph-empty.txt draw text empty.rec

# An arrow has the events that happened, each with its count, and no others
"$sample" recycled >recycled.rec
"$sample" ends >ends.rec
for format in text dot mermaid svg; do
	draw "$format" recycled.rec >actual
	if grep -q 'active OPEN' actual && grep -q '83 .*2\.1s' actual && ! grep -q 'Timeout=2MSL' actual; then
		ok "only what happened is named ($format)"
	else
		not_ok "only what happened is named ($format)" actual
	fi
done
golden "several events share an arrow (text)" graph-events.txt draw text ends.rec
golden "several events share an arrow (SVG)" graph-events.svg draw svg ends.rec
for format in dot mermaid; do
	draw "$format" ends.rec | grep 'Timeout=2MSL' >actual
	if grep -q 'Timeout=2MSL / delete TCB\(\\n\|<br>\)1 / 1.0s\(\\n\|<br>\)rcv SYN\(\\n\|<br>\)1 / 1.0s\(\\n\|<br>\)active OPEN\(\\n\|<br>\)1 / 1.0s"' actual; then
		ok "several events share an arrow ($format)"
	else
		not_ok "several events share an arrow ($format)" actual
	fi
	draw "$format" ends.rec >actual
	if grep -q 'stays\|RST, abort, timeout' actual; then
		not_ok "and none has a name for all ($format)" actual
	else
		ok "and none has a name for all ($format)"
	fi
done

# Hostile: a kernel release string that closes any open quote or tag, without NUL
{
	head -c 56 graph.rec
	printf '"><script>&\033]0;x\007<!--]]>--\\\n`#;" %%%%{init}\377\200'
	printf 'x%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
	tail -c +129 graph.rec
} >padded
{
	head -c 128 padded
	tail -c +129 graph.rec
} >hostile.rec

for input in graph empty pairs noise sample hostile; do
	for format in text dot mermaid svg; do
		exits "$input as $format" 0 "$tcpclose" graph --format "$format" --input "$input.rec"
		cp out "$input.$format"
	done
	if LC_ALL=C tr -d '\n -~\302\267\342\206\222\200\246' <"$input.svg" | grep -q . ||
	   cat "$input.text" "$input.dot" "$input.mermaid" | LC_ALL=C tr -d '\n\t -~' | grep -q .; then
		not_ok "$input: nothing but printable characters"
	else
		ok "$input: nothing but printable characters"
	fi
	exits "$input: SVG is well-formed" 0 xmllint --noout --nonet "$input.svg"
done

"$tcpclose" graph --format svg --input graph.rec | sed 's/Linux 6[^,]*,/RELEASE/g' >expected
sed 's/Linux ???[^,]*,/RELEASE/g' hostile.svg >actual
same "a hostile release changes nothing but itself (SVG)" expected actual
for format in text dot mermaid; do
	draw "$format" graph.rec | sed 's/Linux 6[^,]*,/RELEASE/g' >expected
	sed 's/Linux ???[^,]*,/RELEASE/g' "hostile.$format" >actual
	same "a hostile release changes nothing but itself ($format)" expected actual
done

# The picture is self-contained: no script, no external style, font or image
if grep -i -e '<script' -e href -e '@import' -e '@font-face' -e 'url([^#]' -e ' on[a-z]*=' graph.svg >found; then
	not_ok "SVG is self-contained" found
else
	ok "SVG is self-contained"
fi

# No picture is wider than a usual terminal
"$tcpclose" graph --input ends.rec >ends.text
for input in graph pairs noise ends; do
	if sed '/^TRANSITION/,$d' "$input.text" | grep -q '.\{101\}'; then
		not_ok "$input: the picture fits 100 columns" "$input.text"
	else
		ok "$input: the picture fits 100 columns"
	fi
done

draw text many.rec >actual
if grep -q '^ESTABLISHED -> FIN_WAIT1 *100,000 *12.3ms ' actual; then
	ok "a long recording is counted in full"
else
	not_ok "a long recording is counted in full" actual
fi

# Exactly 1500 * 1 ms, 2 ms, ... 1500 ms: 750 ms, within 0.4 %
if grep -q '^ESTABLISHED -> CLOSE_WAIT *1,500 *7\(4[7-9]\|5[0-3]\)\.[0-9]ms ' graph.text; then
	ok "a median of many values is near the true median"
else
	not_ok "a median of many values is near the true median" graph.text
fi

"$tcpclose" graph --state TIME_WAIT --input graph.rec >actual
if grep -q '^TIME_WAIT ' actual && ! grep -q '^LAST_ACK ' actual; then
	ok "filters choose what is drawn"
else
	not_ok "filters choose what is drawn" actual
fi
"$tcpclose" graph --duration 0.000005 --input graph.rec >actual
if grep -q '^6 transitions' actual; then
	ok "--duration is the recording's time"
else
	not_ok "--duration is the recording's time" actual
fi

complains "an unknown format" "expected text, dot, mermaid or svg" "$tcpclose" graph --format png --input graph.rec
complains "an empty format" "expected text, dot, mermaid or svg" "$tcpclose" graph --format= --input graph.rec
complains "an operand" "graph.rec: expected a word" "$tcpclose" graph graph.rec
complains "a full disk" "standard output: No space left" sh -c "$tcpclose graph --input graph.rec >/dev/full"

finish
