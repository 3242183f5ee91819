#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The scenarios of "make lab" are complete, and the lab judges rightly: what is missing,
# too much, or of the wrong process is not right.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

lab=$top/selftests/lab

head_of()
{
	sed -n "/^[^#]/q; s/^# $1: *//p" "$2"
}

# empty NAME FILE: passes if the file is empty
empty()
{
	if [ -s "$2" ]; then
		not_ok "$1" "$2"
	else
		ok "$1"
	fi
}

for scenario in "$lab"/cases/*; do
	[ -x "$scenario" ] || echo "${scenario##*/}: cannot be run"
	grep -q '^# Answer: ' "$scenario" || echo "${scenario##*/}: has no answer"
	[ "$(grep -c '^look$' "$scenario")" = 1 ] || echo "${scenario##*/}: does not look once"
	[ -n "$(head_of expect "$scenario")" ] || grep -q '^# Answer: healthy' "$scenario" ||
		echo "${scenario##*/}: expects nothing, though its answer is something"
done >"$work/flaws"
empty "each scenario has an answer, and looks once" "$work/flaws"

# What may be said besides is expected of another scenario
for scenario in "$lab"/cases/*; do
	head_of may "$scenario"
done | tr ' ' '\n' | sed '/^$/d' | sort -u >"$work/may"
for scenario in "$lab"/cases/*; do
	head_of expect "$scenario" | sed 's/ .*//'
done | sort -u >"$work/expected"
comm -23 "$work/may" "$work/expected" >"$work/unknown"
empty "each finding that a scenario names has a scenario of its own" "$work/unknown"

scenario=$work/scenario
said=$work/said
mkdir "$said"

# judged NAME RESULT STATUS VERDICT FINDING...: of the scenario, "why" said these
judged()
{
	name=$1 result=$2 status=$3 verdict=$4
	shift 4
	: >"$said/looked"
	echo "$status" >"$said/why.status"
	printf '%s\n' "$@" | jq -s --arg verdict "$verdict" '{ verdict: $verdict, findings: . }' >"$said/why.json"
	"$lab/judge" "$scenario" "${family:-4}" "$said" >"$work/line" 2>&1
	if [ "$(cut -f 1 "$work/line")" = "$result" ]; then
		ok "$name"
	else
		not_ok "$name" "$work/line" "$said/why.json"
	fi
}

# finding ID SEVERITY COMM LOCAL REMOTE
finding()
{
	jq -n --arg id "$1" --arg severity "$2" --arg comm "$3" --arg local "$4" --arg remote "$5" '{
		id: $id, severity: $severity, count: 3, since_ns: 1, cookies: [], text: "", advice: "",
		local: (if $local == "" then null else $local end),
		remote: (if $remote == "" then null else $remote end),
		processes: (if $comm == "" then [] else [{ pid: 1, comm: $comm, container: null, count: 3 }] end) }'
}

echo '# Answer: healthy.' >"$scenario"
judged "nothing is said of what is healthy" ok 0 healthy
judged "an \"info\" is no alarm" ok 0 healthy "$(finding rst-linger info lb '' '')"
judged "a false alarm is found" no 1 trouble "$(finding refused warning app '' 10.0.0.2:7001)"
judged "a verdict without reason is found" no 1 trouble
judged "a wrong exit status is found" no 1 healthy
judged "one that cannot tell is not right" no 2 cannot-tell
echo '# may: peer-silent' >>"$scenario"
judged "what may be said of what is healthy is right" ok 1 trouble "$(finding peer-silent warning x '' '')"

cat >"$scenario" <<'X'
# expect: refused process=proxy|app remote=@S:7001
# expect: close-wait-leak process=pool local=:80
# may: peer-silent
X
refused=$(finding refused critical app '' 10.0.0.2:7001)
leak=$(finding close-wait-leak warning pool 127.0.0.1:80 10.0.0.1)
judged "all that is expected is right" ok 1 trouble "$refused" "$leak"
judged "what may be said besides is right" ok 1 trouble "$refused" "$leak" \
	"$(finding peer-silent warning x '' '')"
judged "something else is not" no 1 trouble "$refused" "$leak" "$(finding destroyed warning ss '' '')"
judged "half of it is not" no 1 trouble "$refused"
judged "healthy is not" no 0 healthy
judged "an \"info\" is not enough" no 1 trouble "$leak" "$(finding refused info app '' 10.0.0.2:7001)"
judged "the wrong process is found" no 1 trouble "$leak" "$(finding refused warning nginx '' 10.0.0.2:7001)"
judged "no process is found" no 1 trouble "$leak" "$(finding refused warning '' '' 10.0.0.2:7001)"
judged "the wrong address is found" no 1 trouble "$leak" "$(finding refused warning app '' 10.0.0.1:7001)"
judged "the wrong port is found" no 1 trouble "$leak" "$(finding refused warning app '' 10.0.0.2:7002)"
judged "an innocent process beside the right one is found" no 1 trouble "$refused" "$leak" \
	"$(finding close-wait-leak warning backend 10.0.0.2:7001 '')"
family=6
judged "IPv6 addresses are compared" ok 1 trouble "$(finding refused warning proxy '' '[fd00::2]:7001')" \
	"$(finding close-wait-leak warning pool '[::1]:80' fd00::1)"
judged "and differ" no 1 trouble "$(finding refused warning proxy '' '[fd00::3]:7001')" "$leak"
family=4

echo "never true: sockets" >"$said/broken"
judged "a situation that was not there is not right" no 1 trouble "$refused" "$leak"
rm "$said/broken"
echo 'tcpclose: cannot' >"$said/why.json"
if "$lab/judge" "$scenario" 4 "$said" | grep -q '^no'; then
	ok "what is no JSON is not right"
else
	not_ok "what is no JSON is not right"
fi

finish
