#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Bytes that nobody thought of: libFuzzer changes recordings and filters, with ASan and
# UBSan, for FUZZ_SECONDS each (30). What it finds stays in build/fuzz/found; to try it
# again: build/fuzz/selftests/host/lib/fuzz --target=NAME FILE

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

fuzz=$top/build/fuzz/selftests/host/lib/fuzz
found=$top/build/fuzz/found

exits "the tool builds with libFuzzer" 0 "$top/selftests/qemu/fresh-make" -C "$top" fuzz

# Small ones are changed more often
mkdir -p "$found" "$work/recordings"
for what in recording "lives 60 4" "losses 60 4" "again 60 4" closes "closes-random 1" \
	"closes-random 2" graph empty ends recycled room-at-last pairs "noise 40" \
	"one-cookie 5" "one-tuple 5" "one-life 5" "many-cpus 5" "many-netns 5"; do
	# A sample is split into words
	# shellcheck disable=SC2086
	"$sample" $what | head -c 8192 >"$work/recordings/$(echo "$what" | tr ' ' -)"
done
# Without records, a target would have nothing to read
find "$work/recordings" -size -129c ! -name empty >"$work/bad"
"$tcpclose" watch --input "$work/recordings/recording" >"$work/events" 2>&1 || echo watch >>"$work/bad"
if [ -s "$work/bad" ] || [ ! -s "$work/events" ]; then
	not_ok "there are recordings to begin with" "$work/bad"
else
	ok "there are recordings to begin with"
fi

# try TARGET CORPUS: in the background; libFuzzer's status goes to $work/TARGET.status
try()
{
	mkdir "$work/$1"
	# 3: what a command writes goes nowhere
	"$fuzz" "--target=$1" -max_total_time="${FUZZ_SECONDS:-30}" -timeout=60 -close_fd_mask=3 \
		-max_len=16384 -rss_limit_mb=2048 -artifact_prefix="$found/$1-" \
		"$work/$1" "$2" >"$work/$1.log" 2>&1
	echo $? >"$work/$1.status"
}

targets="decode verify graph ladder filter"
for target in $targets; do
	corpus=$work/recordings
	[ "$target" != filter ] || corpus=$top/selftests/host/corpus
	try "$target" "$corpus" &
done
wait
for target in $targets; do
	# It has begun with what there was, and made more of it
	if [ "$(cat "$work/$target.status")" = 0 ] && grep -q 'INITED cov' "$work/$target.log"; then
		ok "$target survives"
	else
		tail -n 40 "$work/$target.log" >"$work/end"
		not_ok "$target survives" "$work/end"
	fi
done

finish
