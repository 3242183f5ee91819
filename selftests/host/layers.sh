#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool's layers are those of Documentation/design.rst: an include that its table
# does not allow fails here.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

page=$top/Documentation/design.rst

# layers PAGE: "LAYER ALLOWED..." for each row; a row may take several lines
layers()
{
	awk '
		/^Layer +May include/ { at = index($0, "May include"); to = index($0, "What it is"); next }
		at && /^=/ { if (++rules == 2) exit; next }
		at && rules == 1 {
			name = substr($0, 1, at - 1)
			gsub(/[` ]/, "", name)
			if (name != "")
				printf "%s%s", n++ ? "\n" : "", name
			printf " %s", substr($0, at, to - at)
		}
		END { print "" }' "$1"
}

# includes TREE: "FILE INCLUDED" for each include of a file of this project
includes()
{
	(cd "$1" && find . -name '*.[ch]' -exec grep -H '^#include "' {} +) |
	sed 's,^\./,,; s,:#include ", ,; s,".*,,' | grep -v '\.skel\.h$'
}

# broken PAGE TREE: includes that the page's table does not allow
broken()
{
	layers "$1" >"$work/layers"
	includes "$2" | awk -v table="$work/layers" '
		# The layer of a file; for a file in the top folder, its name
		function layer(path) { sub(/\/.*/, "", path); return path }
		BEGIN {
			while ((getline line < table) > 0) {
				n = split(line, word, " ")
				known[word[1]] = 1
				for (i = 2; i <= n; i++)
					allowed[word[1], word[i]] = 1
			}
		}
		{
			from = layer($1)
			to = layer($2)
			if (!(from in known))
				print $1 ": " from " is no layer of the table"
			else if (!(to in known) || $2 !~ /\//)
				print $1 ": \"" $2 "\": write it from tools/"
			else if (from != to && !((from, to) in allowed) && !((from, "all") in allowed))
				print $1 ": \"" $2 "\": " from " may not include " to
		}'
}

# unused PAGE TREE: layers that have no file
unused()
{
	layers "$1" | while read -r name _; do
		[ -e "$2/$name" ] || echo "$name: no such folder or file in tools/"
	done
}

# twice ROOT: names that several headers have; a test's include finds the first
twice()
{
	(cd "$1" && find module tools selftests -name '*.h') | sed 's,.*/,,' | sort | uniq -d
}

# guards TREE: headers whose include guard is not their path
guards()
{
	(cd "$1" && find . -name '*.h') | sed 's,^\./,,' | while read -r file; do
		guard=TCPCLOSE_$(echo "$file" | tr 'a-z/.' 'A-Z__')
		grep -q "^#define $guard\$" "$1/$file" || echo "$file: the include guard is not $guard"
	done
}

# silent NAME COMMAND...: passes if the command prints nothing
silent()
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

silent "the table allows each include" broken "$page" "$top/tools"
silent "each layer of the table exists" unused "$page" "$top/tools"
silent "no two headers have one name" twice "$top"
silent "each include guard is the header's path" guards "$top/tools"

# A copy of the tree with one forbidden include, in several layers
for pair in base/buffer.c:lib/event.h cli/session.c:view/verify.h lib/filter.c:filter.h; do
	file=${pair%:*} include=${pair#*:}
	rm -rf "$work/tree"
	cp -r "$top/tools" "$work/tree"
	echo "#include \"$include\"" >>"$work/tree/$file"
	broken "$page" "$work/tree" >"$work/found"
	if [ "$(wc -l <"$work/found")" = 1 ] && grep -q "^$file: \"$include\": " "$work/found"; then
		ok "$include in $file is noticed"
	else
		not_ok "$include in $file is noticed" "$work/found"
	fi
done

finish
