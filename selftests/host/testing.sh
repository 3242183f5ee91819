#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/testing.rst names each test program, and none that there is not.
#
# A program of the virtual machine goes by its name, one of the host by host/ and
# its name.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=selftests/host/lib/page.sh
. "$top/selftests/host/lib/page.sh"

page=$top/Documentation/testing.rst
# How the page marks a name
mark="[\`][\`]"

# unnamed PAGE: the programs that it does not name
unnamed()
{
	(cd "$top/selftests" && ls ./*.c ./*.sh host/*.c host/*.sh) |
	sed 's,^\./,,; s,\.[a-z]*$,,' |
	while read -r name; do
		grep -q -e "$mark$name$mark" "$1" || echo "not named: $name"
	done
}

# unknown PAGE: what its tables name and is no program
unknown()
{
	sed -n "/^Program  /,/^\$/s/^$mark\\([a-z0-9_/-]*\\)$mark.*/\\1/p" "$1" |
	while read -r name; do
		[ -e "$top/selftests/$name.c" ] || [ -e "$top/selftests/$name.sh" ] ||
			echo "no such program: $name"
	done
}

# nothing NAME COMMAND...: it has nothing to say
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

# Both would be noticed
sed "s/^\(${mark}\)witness$mark/\1wittness\1/" "$page" >"$work/wrong"
if [ "$(unnamed "$work/wrong")" = "not named: witness" ] &&
   [ "$(unknown "$work/wrong")" = "no such program: wittness" ]; then
	ok "a name that is wrong is noticed"
else
	not_ok "a name that is wrong is noticed"
fi

finish
