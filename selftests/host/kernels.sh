#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Names of kernels, what their tests may skip, and the page that says where tests ran.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

qemu=$top/selftests/qemu

# ---- names

refuses()
{
	if "$qemu/kernel" --name "$1" >"$work/out" 2>&1; then
		not_ok "'$1' is no kernel" "$work/out"
	elif grep -q "6.12-rt" "$work/out"; then
		ok "'$1' is no kernel, and the message shows what is one"
	else
		not_ok "'$1' is no kernel, and the message shows what is one" "$work/out"
	fi
}

for name in 5.10 6.1 6.12-rt 7.2-amd64 6.12+deb13 6.12+deb13-rt; do
	if [ "$("$qemu/kernel" --name $name 2>&1)" = $name ]; then
		ok "$name is a kernel"
	else
		not_ok "$name is a kernel"
	fi
done
for name in 6 6. 6.12- 6.12-cloud ../6.12 '6.12 6.1' newer ''; do
	refuses "$name"
done

# ---- skips

# summary KERNEL: of a program that skips all
summary()
{
	printf '@@ begin faults\n1..1\nok 1 faults.one # SKIP no\n@@ end faults 4 1\n' |
		awk -v where="$1" -v skips="$qemu/expected-skips" -v totals="$work/totals" \
			-v programs=faults -f "$qemu/tap-summary.awk" >"$work/out"
}

for kernel in 5.10 6.1 6.12-rt 6.12+deb13 7.3-amd64 10.0 6.1-kcsan; do
	: >"$work/totals"
	summary $kernel
	if [ "$(cat "$work/totals")" = "0 0 1 $kernel" ]; then
		ok "$kernel may skip what needs a kernel with checkers"
	else
		not_ok "$kernel may skip what needs a kernel with checkers" "$work/out"
	fi
done
for kernel in 6.12-kasan host; do
	: >"$work/totals"
	summary $kernel
	if [ "$(cat "$work/totals")" = "0 1 0 $kernel" ]; then
		ok "$kernel may not"
	else
		not_ok "$kernel may not" "$work/out"
	fi
done

# ---- the page

page=$work/kernels.rst
cp "$top/Documentation/kernels.rst" "$page"
ran()
{
	KERNELS_PAGE=$page "$qemu/kernels-page" "$@"
}

rows()
{
	sed -n 's/  [0-9]*-[0-9]*-[0-9]*  /  DATE  /p' "$page" | grep '^99' >"$work/rows"
}

echo 7 0 1 | ran 99.2 99.2.1-cloud-amd64
echo 2 1 0 | ran 99.10 99.10.3-cloud-amd64
echo 3 0 0 | ran 99.2 99.2.1-cloud-amd64 edges
echo 8 0 1 | ran 99.2 99.2.4-cloud-amd64
echo 5 0 0 | ran 99.2 99.2.4-cloud-amd64 edges record
rows
cat >"$work/wanted" <<'END'
99.2              99.2.1-cloud-amd64                DATE  edges           3 passed, 0 failed, 0 skipped
99.2              99.2.4-cloud-amd64                DATE  2 programs      5 passed, 0 failed, 0 skipped
99.2              99.2.4-cloud-amd64                DATE  all             8 passed, 0 failed, 1 skipped
99.10             99.10.3-cloud-amd64               DATE  all             2 passed, 1 failed, 0 skipped
END
if diff -u "$work/wanted" "$work/rows" >"$work/diff"; then
	ok "each run replaces the row of its kernel and tests"
else
	not_ok "each run replaces the row of its kernel and tests" "$work/diff"
fi
grep -v '^99' "$page" >"$work/rest"
if diff -u "$top/Documentation/kernels.rst" "$work/rest" >"$work/diff"; then
	ok "nothing else changes"
else
	not_ok "nothing else changes" "$work/diff"
fi

finish
