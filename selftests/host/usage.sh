#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Wrong arguments, and files that cannot be opened or written, are reported in one
# line that says what to do, with exit status 2.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

cd "$work" || exit 1
"$sample" recording >sample.rec
"$sample" many 5000 >many.rec
"$sample" many 5 >some.rec

exits "no command is an error" 2 "$tcpclose"
if [ ! -s out ] && grep -q '^usage: tcpclose COMMAND' err; then ok "and shows the commands"; else not_ok "and shows the commands" err; fi
exits "--help is no error" 0 "$tcpclose" --help
if [ ! -s err ] && grep -q '^  watch ' out; then ok "and shows the commands on standard output"; else not_ok "and shows the commands on standard output" err; fi
for command in why stuck ports conns watch ladder graph stat export record verify; do
	exits "$command --help" 0 "$tcpclose" "$command" --help
	cp out help
	exits "help $command" 0 "$tcpclose" help "$command"
	same "$command: both are the same" help out
done
exits "--version" 0 "$tcpclose" --version
if grep -q '^tcpclose [0-9.]*, ABI 2\.' out; then ok "says version and ABI"; else not_ok "says version and ABI" out; fi

complains "an unknown command" "unknown command wtach: see .tcpclose --help" "$tcpclose" wtach
complains "an unknown option in front" "unknown option --wtach" "$tcpclose" --wtach
complains "an unknown option" "unknown option --jsno: see .tcpclose watch --help" "$tcpclose" watch --jsno
complains "an abbreviated option" "unknown option --js" "$tcpclose" watch --js
complains "an abbreviated option with a value" "unknown option --cou=3" "$tcpclose" watch --cou=3
complains "an unknown letter" "unknown option -x" "$tcpclose" watch -x
complains "letters in a row" "unknown option -hh" "$tcpclose" watch -hh
complains "an option without its argument" "needs an argument" "$tcpclose" watch --count
complains "an argument for an option without one" "takes no argument" "$tcpclose" watch --json=yes
complains "an operand for watch" "sample.rec: expected a word and its value" "$tcpclose" watch sample.rec
complains "an operand behind --" "\\-\\-json: expected a word and its value" "$tcpclose" graph -- --json
exits "help filter" 0 "$tcpclose" help filter
if [ ! -s err ] && grep -q '^  dwell:TIME ' out; then ok "shows the words"; else not_ok "shows the words" out; fi

# The manual has the same reference; UPDATE=1 writes it
man=$top/Documentation/tcpclose.1
sed 's/\\/\\e/g; s/-/\\-/g; s/^\././' out >words
if [ -n "${UPDATE:-}" ]; then
	sed -i -e '/^\.\\" words$/,/^\.\\" end of words$/ { /^\.\\"/!d; /^\.\\" words$/r words' -e '}' "$man"
fi
sed -n '/^\.\\" words$/,/^\.\\" end of words$/p' "$man" | sed '1d; $d' >actual
same "the manual has the same words (UPDATE=1 writes them)" words actual

# So has it the thresholds of why
"$tcpclose" help findings | sed 's/-/\\-/g' >words
if [ -n "${UPDATE:-}" ]; then
	sed -i -e '/^\.\\" thresholds$/,/^\.\\" end of thresholds$/ { /^\.\\"/!d; /^\.\\" thresholds$/r words' -e '}' "$man"
fi
sed -n '/^\.\\" thresholds$/,/^\.\\" end of thresholds$/p' "$man" | sed '1d; $d' >actual
same "the manual has the same thresholds (UPDATE=1 writes them)" words actual
# And the table of metrics
"$tcpclose" help metrics | sed 's/-/\\-/g' >words
if [ -n "${UPDATE:-}" ]; then
	sed -i -e '/^\.\\" metrics$/,/^\.\\" end of metrics$/ { /^\.\\"/!d; /^\.\\" metrics$/r words' -e '}' "$man"
fi
sed -n '/^\.\\" metrics$/,/^\.\\" end of metrics$/p' "$man" | sed '1d; $d' >actual
same "the manual has the same metrics (UPDATE=1 writes them)" words actual
complains "export without a file" "say where to: --textfile FILE" "$tcpclose" export
complains "stuck: a time that is none" "expected a time such as 10s" "$tcpclose" stuck --older-than soon
complains "stuck: a state that does not stick" "expected a time such as 10s" "$tcpclose" stuck --older-than TIME_WAIT=1s
complains "stuck: numbers the wrong way round" "must not be above --critical" "$tcpclose" stuck --warning 5 --critical 4
exits "stuck: two forms" 3 "$tcpclose" stuck --plugin --json
if grep -q 'not both' err; then ok "are refused"; else not_ok "are refused" err; fi
exits "why: two forms" 3 "$tcpclose" why --plugin --json
if grep -q 'not both' err; then ok "are refused"; else not_ok "are refused" err; fi
exits "a plugin that cannot run says so" 3 "$tcpclose" why --plugin --device /dev/no-such-device
if grep -q '^why UNKNOWN - could not run: no /dev/no' out; then ok "in one line"; else not_ok "in one line" out; fi

# Filters that are wrong: the word is named, and what it should be
complains "a filter without a value" "5432: expected a word and its value, such as port:443: see .tcpclose help filter" \
	"$tcpclose" watch 5432
complains "a word that is misspelt" "dwel>5s: unknown word dwel, perhaps dwell: see" "$tcpclose" watch 'dwel>5s'
complains "a word that there is not" "colour:red: unknown word colour: see" "$tcpclose" watch colour:red
complains "the word that is wrong is named" "port:htp: expected a port" "$tcpclose" watch state:CLOSE_WAIT port:htp comm:x
complains "a filter of many words in one argument" "port:htp: expected a port" \
	"$tcpclose" watch "state:CLOSE_WAIT port:htp"
complains "a cause that there is not" "cause:foo: expected unknown, fin, rst" "$tcpclose" watch cause:foo
complains "a word without an order" "port>5: port has no order, only port:PORT" "$tcpclose" watch 'port>5'
complains "two limits" "dwell>5s,6s: expected a duration" "$tcpclose" watch 'dwell>5s,6s'
complains "an open parenthesis" "a parenthesis is not closed" "$tcpclose" watch "(port:1"
complains "nothing in parentheses" "): expected a word" "$tcpclose" watch "()"
complains "a parenthesis too many" "): no parenthesis is open" "$tcpclose" watch "port:1)"
complains "an open quote" "a quote is not closed" "$tcpclose" watch 'comm:"a b'
complains "not at the end" "the end of the filter: expected a word" "$tcpclose" watch port:1 not
complains "or at the end" "the end of the filter: expected a word" "$tcpclose" watch port:1 or
complains "and in front" "and: expected a word" "$tcpclose" watch and port:1
complains "too many parentheses" "more than 24 parentheses" "$tcpclose" watch \
	"$(printf '%30s' '' | tr ' ' '(')"
complains "too many words" "more than 64 words" "$tcpclose" watch "$(yes port:1 | head -300 | tr '\n' ' ')"
complains "too long a filter" "more than 4096 characters" "$tcpclose" watch "comm:$(printf '%5000s' '' | tr ' ' x)"
for value in "" -1s 5x .5s 5.s s 9999999999999s 99999999999d; do
	complains "a time of '$value'" "expected a duration" "$tcpclose" watch "dwell>$value"
done
for value in "" K 1T -1 1.5.5K; do
	complains "a size of '$value'" "expected a number of bytes" "$tcpclose" watch "sent>=$value"
done
complains "conns --by and --sort" "not both" "$tcpclose" conns --by cause --sort age
complains "conns --top alone" "needs --sort or --by" "$tcpclose" conns --top 3
complains "conns --live and --wait" "not both" "$tcpclose" conns --live --wait
complains "conns --by nothing" "expected process, container" "$tcpclose" conns --by ""
complains "an operand for stat" "unexpected argument" "$tcpclose" stat now
complains "record without a file" "FILE is missing" "$tcpclose" record
complains "record with two files" "more than one FILE: b" "$tcpclose" record a b
complains "a malformed cookie" "expected a socket cookie" "$tcpclose" ladder 1a
complains "two cookies" "unexpected argument" "$tcpclose" ladder 26 27
complains "a cookie and a filter" "--count and filters do not go with it" "$tcpclose" ladder 26 --port 80
complains "a cookie and --count" "--count and filters do not go with it" "$tcpclose" ladder 26 --count 2
complains "a picture of several connections" "a picture shows one connection" "$tcpclose" ladder --format svg --count 2
for value in "" SVG png text,svg; do
	complains "ladder --format '$value'" "expected text or svg" "$tcpclose" ladder --format "$value"
done
complains "more ladders than can be drawn" "a number from 1 to 64" "$tcpclose" ladder --count 65
for value in "" 0 0x 0x0 0x12345678901234567 sk: sk:xyz "sk:1 " -1 +1 18446744073709551616; do
	complains "cookie '$value'" "expected a socket cookie\\|unknown option" "$tcpclose" ladder "$value"
done
complains "--input and --device" "not both" "$tcpclose" watch --input sample.rec --device /dev/null
complains "--input and --all" "for a device, not for --input" "$tcpclose" watch --input sample.rec --all

# A command that is followed
for command in watch conns ladder; do
	complains "$command: a command and --input" "--input or a COMMAND, not both" \
		"$tcpclose" "$command" --input sample.rec -- touch started
	complains "$command: a command and --all" "does not go with a COMMAND" "$tcpclose" "$command" --all -- touch started
	complains "$command: a command and --duration" "not both" "$tcpclose" "$command" --duration 1 -- touch started
	complains "$command: --output without a command" "needs a COMMAND" \
		"$tcpclose" "$command" --input sample.rec --output x
	complains "$command: a command without a device" "modprobe tcpclose" \
		"$tcpclose" "$command" --device /dev/no-such-device --output x -- touch started
done
for command in watch ladder; do
	complains "$command: --wait without a command" "needs a COMMAND" "$tcpclose" "$command" --input sample.rec --wait
done
complains "conns --live and a command" "does not go with a COMMAND" "$tcpclose" conns --live -- touch started
complains "a cookie and a command" "COOKIE or a COMMAND, not both" "$tcpclose" ladder 26 -- touch started
complains "a wrong filter before a command" "port:htp: expected a port" "$tcpclose" watch port:htp -- touch started
if [ -e started ] || [ -e x ]; then not_ok "none of them was started"; else ok "none of them was started"; fi
complains "stat --count without --interval" "needs --interval" "$tcpclose" stat --count 2

for value in "" 0 -1 +1 " 1" "1 " 1x 0x10 1.5 18446744073709551616 99999999999999999999999; do
	complains "--count '$value'" "expected a whole number" "$tcpclose" watch --count "$value"
done
for value in "" 0 0.0 -1 1. .5 1e3 1,5 1s 1000000001 99999999999999999999999; do
	complains "--duration '$value'" "expected seconds" "$tcpclose" watch --duration "$value"
	complains "--interval '$value'" "expected seconds" "$tcpclose" stat --interval "$value"
done
for value in "" 0 65536 -1 1- -2 2-1 1-65536 1-2-3 http 123456789-2; do
	complains "--port '$value'" "expected a port" "$tcpclose" watch "--port=$value"
done
for value in "" 10.0.0 10.0.0.256 10.0.0.1/33 10.0.0.1/ 10.0.0.1/-1 10.0.0.1/8/8 :::1 ::1/129 \
	     localhost 1111111111111111111111111111111111111111111111111; do
	complains "--addr '$value'" "expected an address" "$tcpclose" watch --addr "$value"
done
for value in "" 5 ipv4 INET unix; do
	complains "--family '$value'" "expected inet" "$tcpclose" watch --family "$value"
done
for value in "" "," "TIME_WAIT," ",TIME_WAIT" TIMEWAITS FIN_WAIT "TIME WAIT" 6; do
	complains "--state '$value'" "expected states" "$tcpclose" watch --state "$value"
done
for value in "" 0 -1 4294967296 self; do
	complains "--pid '$value'" "expected a process" "$tcpclose" watch --pid "$value"
done
for value in "" /no/such/file; do
	complains "--netns '$value'" "expected self" "$tcpclose" watch --netns "$value"
done
if [ -c /dev/tcpclose ]; then
	skip "a name that no namespace has" "the module is loaded"
else
	complains "a name that no namespace has" "no network namespace is called" "$tcpclose" watch --netns nobody-has-this
fi
set -- --pid 1
while [ $# -lt 130 ]; do
	set -- --pid 1 "$@"
done
complains "more filters than there is room for" "no more than 64" "$tcpclose" watch "$@"

for command in why stuck ports conns watch graph ladder stat "export --textfile -" "record x.rec"; do
	# shellcheck disable=SC2086
	set -- "$tcpclose" $command
	complains "$command: no device" "no /dev/no.*modprobe tcpclose" "$@" --device /dev/no-such-device
	complains "$command: another device" "not a tcpclose device" "$@" --device /dev/null
	complains "$command: a device that is a file" "not a tcpclose device" "$@" --device sample.rec
	complains "$command: a device that is a directory" "not a tcpclose device" "$@" --device .
	mkfifo fifo
	complains "$command: a device that is a pipe" "not a tcpclose device" "$@" --device fifo
	rm fifo
done
if [ -e x.rec ]; then not_ok "record without a device leaves no file"; else ok "record without a device leaves no file"; fi

complains "a full disk" "standard output: No space left" sh -c "$tcpclose watch --input some.rec >/dev/full"
complains "a full disk, at the end" "standard output: No space left" sh -c "$tcpclose watch --input many.rec >/dev/full"
complains "a full disk, for help" "standard output: .*No space left" sh -c "$tcpclose watch --help >/dev/full"
complains "a closed standard output" "standard output: Bad file" sh -c "$tcpclose watch --input many.rec >&-"
exits "a reader that has seen enough is no error" 0 \
	sh -c "{ '$tcpclose' watch --json --input many.rec; echo \$? >&2; } | head -n 1"
if [ "$(cat err)" = 0 ] && [ "$(wc -l <out)" = 1 ]; then ok "and there is no message"; else not_ok "and there is no message" err; fi

# The man page describes every option and every JSON name
man=$top/Documentation/tcpclose.1
sed 's/\\-/-/g; s/\\f[A-Z]//g' "$man" >manual
for command in why stuck ports conns watch ladder graph stat export record verify; do
	"$tcpclose" "$command" --help | sed -n 's/^ .*\(--[a-z-]*\) .*/\1/p'
done | sort -u | grep -v -e '^--help$' >options
"$tcpclose" watch --json --input sample.rec 2>complaints >json
"$sample" compared >object
cat json object "$golden/conns.json" "$golden/conns-by.json" "$golden/ports.json" "$golden/stuck.json" "$golden/why.json" "$golden/stat.json" "$golden/verify.json" | grep -o '"[a-z0-9_]*":' | tr -d '":' | sort -u >names
for list in options names; do
	while read -r word; do
		grep -q -w -e "$word" manual || echo "$word"
	done <"$list" >missing
	if [ -s "$list" ] && [ ! -s missing ]; then
		ok "the man page has all $list"
	else
		not_ok "the man page has all $list" missing
	fi
done

finish
