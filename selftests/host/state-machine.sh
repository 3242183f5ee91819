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
# shellcheck source=selftests/host/lib/page.sh
. "$top/selftests/host/lib/page.sh"

page=$top/Documentation/state-machine.rst

"${CC:-cc}" -O1 -w -std=gnu11 -D_GNU_SOURCE -I"$top/module/uapi" -I"$top/tools" -o "$work/machine" \
	"$top/selftests/host/lib/machine.c" "$top/tools/model/model.c" "$top/tools/model/edges.c" \
	"$top/tools/lib/names.c" || { echo "Bail out! the tables are not made"; exit 1; }
"$work/machine" >"$work/tables"

page_has_tables "$page" '.. The tables from here on are made from tools/model/edges.c' \
	'.. The tables end here' "$work/tables" 100
page_is_good "$page"

finish
