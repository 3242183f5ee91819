#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The tables of Documentation/isolation.rst are those whose cells the test
# "isolation" tests one by one.
#
# To accept a change of the rules: UPDATE=1 selftests/host/access.sh, and look
# at the diff.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=selftests/host/lib/page.sh
. "$top/selftests/host/lib/page.sh"

page=$top/Documentation/isolation.rst

"$helpers/rules" >"$work/tables"

page_has_tables "$page" '.. The tables from here on are made from selftests/lib/rules.c' \
	'.. The tables end here' "$work/tables" 50
page_is_good "$page"

finish
