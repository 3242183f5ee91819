#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/testing.rst names each test program, and names no program that does
# not exist.
#
# It lists a program of the virtual machine by its name, in the section of its folder,
# and a program of the host as host/ and its name.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=selftests/host/lib/page.sh
. "$top/selftests/host/lib/page.sh"

page=$top/Documentation/testing.rst
# named PAGE: the programs in the page's tables, by folder and name
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

# unnamed PAGE: the programs that the page does not name, or names in another section
unnamed()
{
	named "$1" | comm -13 - "$work/programs" | sed 's/^/not named: /'
}

# unknown PAGE: the names in the page's tables that match no program
unknown()
{
	named "$1" | comm -23 - "$work/programs" | sed 's/^/no such program: /'
}

# nothing NAME COMMAND...: passes if the command prints nothing
nothing()
{
	name=$1
	shift
	"$@" >"$work/printed"
	if [ -s "$work/printed" ]; then
		not_ok "$name" "$work/printed"
	else
		ok "$name"
	fi
}

nothing "each program is named" unnamed "$page"
nothing "each name is a program's" unknown "$page"
page_is_good "$page"

# The checks notice the faults that they are made for
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
