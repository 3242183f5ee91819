#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The tables of Documentation/state-machine.rst are the tool's model's.
#
# To accept a change of the model: UPDATE=1 selftests/host/state-machine.sh, and
# look at the diff.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

page=$top/Documentation/state-machine.rst
first='.. The tables from here on are made from tools/model_table.c'
last='.. The tables end here'

"${CC:-cc}" -O1 -w -std=gnu11 -D_GNU_SOURCE -I"$top/module/uapi" -I"$top/tools" -o "$work/machine" \
	"$top/selftests/host/lib/machine.c" "$top/tools/model.c" "$top/tools/model_table.c" \
	"$top/tools/names.c" || { echo "Bail out! the tables are not made"; exit 1; }
"$work/machine" >"$work/tables"

# The page with the tables of the model in place of its own
awk -v first="$first" -v last="$last" -v tables="$work/tables" '
	index($0, last) == 1 { inside = 0 }
	!inside { print }
	index($0, first) == 1 {
		inside = 1
		while ((getline line < tables) > 0)
			print line
	}' "$page" >"$work/page"

if [ "$(grep -cF -e "$first" "$page")" = 1 ] && [ "$(grep -cF -e "$last" "$page")" = 1 ] &&
   [ "$(wc -l <"$work/tables")" -gt 100 ]; then
	ok "the page has a place for the tables"
	[ -z "${UPDATE:-}" ] || cat "$work/page" >"$page"
else
	not_ok "the page has a place for the tables"
fi
same "the tables are those of the model" "$work/page" "$page"

# A table that a reStructuredText parser does not understand helps nobody
if python3 -c 'import docutils' 2>/dev/null; then
	python3 - "$page" >"$work/complaints" 2>&1 <<-'PYTHON'
		import sys
		from docutils.core import publish_string
		publish_string(open(sys.argv[1], encoding="utf-8").read(), writer_name="html",
		               settings_overrides={"report_level": 1, "halt_level": 5})
	PYTHON
	if [ -s "$work/complaints" ]; then
		not_ok "the page is good reStructuredText" "$work/complaints"
	else
		ok "the page is good reStructuredText"
	fi
fi

finish
