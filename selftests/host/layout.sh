#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The interface has the same layout for 32-bit and 64-bit programs, and no hole,
# whose content would be undefined.

set -eu

top=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "TAP version 13"
echo "1..2"
count=0 failed=0

# result NAME COMPLAINTS: passes if that file is empty
result()
{
	count=$((count + 1))
	if [ -s "$2" ]; then
		sed 's/^/# /' "$2"
		echo "not ok $count $1"
		failed=1
	else
		echo "ok $count $1"
	fi
}

{
	echo '#include "tcpclose.h"'
	# Debugging information contains only types that are used
	sed -n 's/^struct \(tcpclose_[a-z_]*\) {$/struct \1 the_\1;/p' "$top/module/uapi/tcpclose.h"
} >"$work/layout.c"

for bits in 32 64; do
	# The headers of the C library are for 64 bits only, the kernel's for both
	gcc "-m$bits" -g -c -ffreestanding -I "$top/module/uapi" -I "/usr/include/$(gcc -print-multiarch)" \
		-o "$work/$bits.o" "$work/layout.c"
	pahole --sort "$work/$bits.o" | sed 's/long long unsigned int/u64/; s/long long int/s64/' >"$work/$bits"
done

diff "$work/32" "$work/64" >"$work/diff" || :
[ "$(grep -c '^struct tcpclose_' "$work/64")" -ge 9 ] || echo "structures are missing" >>"$work/diff"
result "interface has one layout for 32 and 64 bits" "$work/diff"

grep -E 'XXX|padding' "$work/64" >"$work/holes" || :
result "interface has no holes" "$work/holes"
exit $failed
