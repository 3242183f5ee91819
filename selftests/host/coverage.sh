#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# selftests/coverage/map names only sources and tests that exist, and TESTS=@FILE chooses
# tests by it.
#
# Sources that no test runs, and those that were not measured yet, are listed in
# comments: "make coverage" measures them.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

map=$top/selftests/coverage/map
chosen=$top/selftests/coverage/chosen

{
	"$top/selftests/qemu/tests" guest
	"$top/selftests/qemu/tests" host
} | sed 's,.*/,,; s,\.[a-z]*$,,' | sort >"$work/tests"
(cd "$top" && find module tools -name '*.[ch]' | sort) >"$work/sources"

# sources_in MAP, tests_in MAP
sources_in()
{
	sed -n 's/^\([a-z][^ ]*\) .*/\1/p' "$1" | sort
}

tests_in()
{
	sed -n 's/^  [@ ] //p' "$1" | tr ' ' '\n' | sort -u
}

# gone MAP: what it names and does not exist
gone()
{
	sources_in "$1" | comm -23 - "$work/sources" | sed 's/^/no such source: /'
	tests_in "$1" | comm -23 - "$work/tests" | sed 's/^/no such test: /'
}

gone "$map" >"$work/gone"
if [ -s "$work/gone" ]; then
	not_ok "all that the map names exists" "$work/gone"
else
	ok "all that the map names exists"
fi
if [ "$(sources_in "$map" | wc -l)" -ge 100 ] && [ "$(tests_in "$map" | wc -l)" -ge 50 ]; then
	ok "it names sources and tests"
else
	not_ok "it names sources and tests"
fi

# It notices what is gone
sed 's,^module/pool\.c ,module/pond.c ,; s/ visibility\b/ invisibility/' "$map" >"$work/wrong"
printf '%s\n' 'no such source: module/pond.c' 'no such test: invisibility' >"$work/expected"
gone "$work/wrong" >"$work/actual"
same "what is gone is noticed" "$work/expected" "$work/actual"

# chooses FILE TEST
chooses()
{
	"$chosen" "$1" >"$work/out" 2>&1
	if grep -qx "$2" "$work/out"; then
		ok "$1: $2"
	else
		not_ok "$1: $2" "$work/out"
	fi
}

chooses module/visibility.c visibility
chooses module/visibility.h visibility
chooses module/visibility.c sparse
chooses tools/lib/rings.c rings
chooses tools/lib/rings.h rings
chooses tools/witness/minisock.bpf.c odd_bpf
chooses tools/cmd/stat.c reading
chooses selftests/access/visibility.c visibility
exits "a file that is neither source nor test has no tests" 1 "$chosen" module/pond.c

# no_tests: measured sources that no test has run
no_tests()
{
	awk '
		/^[a-z]/ {
			if (source != "") print source
			source = $1
		}
		/^  [@ ] / { source = "" }
		END { if (source != "") print source }' "$map"
}

no_tests | sed 's/^/# no test runs /'
# Headers may have no code
sources_in "$map" | comm -13 - "$work/sources" | grep '\.c$' | grep -v '\.bpf\.c$' |
	sed 's/^/# not measured yet: /'
tests_in "$map" | comm -13 - "$work/tests" | sed 's/^/# runs no code that is measured, or not measured yet: /'

finish
