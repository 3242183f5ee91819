# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
#
# For tests of documentation pages: checks generated tables, and that a page is valid
# reStructuredText. Sourced after tap.sh.

# page_has_tables PAGE FIRST LAST TABLES LINES: the text of the page between the line
# that begins with FIRST and the line that begins with LAST is equal to the file
# TABLES, which has more than LINES lines; UPDATE=1 writes the file there
page_has_tables()
{
	awk -v first="$2" -v last="$3" -v tables="$4" '
		index($0, last) == 1 { inside = 0 }
		!inside { print }
		index($0, first) == 1 {
			inside = 1
			while ((getline line < tables) > 0)
				print line
		}' "$1" >"$work/page"

	if [ "$(grep -cF -e "$2" "$1")" = 1 ] && [ "$(grep -cF -e "$3" "$1")" = 1 ] &&
	   [ "$(wc -l <"$4")" -gt "$5" ]; then
		ok "the page has a place for the tables"
		[ -z "${UPDATE:-}" ] || cat "$work/page" >"$1"
	else
		not_ok "the page has a place for the tables"
	fi
	same "the tables agree with their source" "$work/page" "$1"
}

# page_is_good PAGE: a parser accepts the page
page_is_good()
{
	python3 -c 'import docutils' 2>/dev/null || return 0
	python3 - "$1" >"$work/complaints" 2>&1 <<-'PYTHON'
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
}
