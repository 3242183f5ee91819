#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/testing.rst names each test program, and none that does not exist.
#
# A program of the virtual machine goes by its name and stands in the section that
# names its folder, one of the host by host/ and its name.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=selftests/host/lib/page.sh
. "$top/selftests/host/lib/page.sh"

page=$top/Documentation/testing.rst
# named PAGE: the programs in its tables, by folder and name
named()
{
	awk '
		/^\*Programs:\* / {
			split($2, part, "/")
			folder = part[2]
		}
		/^Program  / { table = 1 }
		/^$/ { table = 0 }
		table && /^``/ {
			split($1, part, "``")
			print (part[2] ~ /^host\// ? "" : folder "/") part[2]
		}' "$1" | sort -u
}

"$top/selftests/qemu/tests" guest >"$work/sources" || exit
"$top/selftests/qemu/tests" host >>"$work/sources" || exit
sed 's,^selftests/,,; s,\.[a-z]*$,,' "$work/sources" | sort >"$work/programs"

# unnamed PAGE: the programs that it does not name, or in another section
unnamed()
{
	named "$1" | comm -13 - "$work/programs" | sed 's/^/not named: /'
}

# unknown PAGE: the names in its tables that are no program's
unknown()
{
	named "$1" | comm -23 - "$work/programs" | sed 's/^/no such program: /'
}

# nothing NAME COMMAND...: passes if it prints nothing
nothing()
{
	name=$1
	shift
	"$@" >"$work/said"
	if [ -s "$work/said" ]; then
		not_ok "$name" "$work/said"
	else
		ok "$name"
	fi
}

nothing "each program is named" unnamed "$page"
nothing "each name is a program's" unknown "$page"
page_is_good "$page"

# What the checks are there for is noticed
# shellcheck disable=SC2016
sed 's/^``witness``/``wittness``/' "$page" >"$work/wrong"
if [ "$(unnamed "$work/wrong")" = "not named: recorded/witness" ] &&
   [ "$(unknown "$work/wrong")" = "no such program: recorded/wittness" ]; then
	ok "a wrong name is noticed"
else
	not_ok "a wrong name is noticed"
fi
sed 's,^\(\*Programs:.*/\)carried/,\1recorded/,' "$page" >"$work/wrong"
if [ "$(unknown "$work/wrong" | head -n 1)" = "no such program: recorded/compat" ]; then
	ok "a wrong folder is noticed"
else
	not_ok "a wrong folder is noticed"
fi

finish
