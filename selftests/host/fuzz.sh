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

# survives TARGET CORPUS
survives()
{
	mkdir "$work/$1"
	# 3: what a command writes goes nowhere
	if "$fuzz" "--target=$1" -max_total_time="${FUZZ_SECONDS:-30}" -close_fd_mask=3 \
		-max_len=16384 -rss_limit_mb=2048 -artifact_prefix="$found/$1-" \
		"$work/$1" "$2" >"$work/log" 2>&1; then
		ok "$1 survives"
	else
		tail -n 40 "$work/log" >"$work/end"
		not_ok "$1 survives" "$work/end"
	fi
}

for target in decode verify graph ladder; do
	survives "$target" "$work/recordings"
done
survives filter "$top/selftests/host/corpus"

finish
