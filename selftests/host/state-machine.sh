#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The tables of Documentation/state-machine.rst agree with the tool's model.
#
# To accept a change of the model: UPDATE=1 selftests/host/state-machine.sh, and
# look at the diff.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=selftests/host/lib/page.sh
. "$top/selftests/host/lib/page.sh"

page=$top/Documentation/state-machine.rst

"$helpers/machine" >"$work/tables"

page_has_tables "$page" '.. The tables from here on are made from tools/model/edges.c' \
	'.. The tables end here' "$work/tables" 100
page_is_good "$page"

finish
