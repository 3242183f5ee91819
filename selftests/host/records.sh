#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/records.rst has each field of each record in the UAPI, and no other.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
# shellcheck source=selftests/host/lib/page.sh
. "$top/selftests/host/lib/page.sh"

cd "$work" || exit 1
page=$top/Documentation/records.rst
header=$top/module/uapi/tcpclose.h
common='ts_ns|seq|cpu|kind'

# members STRUCT: its members in the header, but for those of every record
members()
{
	sed -n "/^struct $1 {/,/^};/p" "$header" |
		sed -n 's/^	*\(__u[0-9]*\|char\) \([a-z_0-9]*\)\(\[[0-9]*\]\)*;.*/\2/p' |
		grep -vxE "$common" | sort
}

# fields FILE STRUCT: those of its table
fields()
{
	awk -v title="\`\`struct $2\`\`" '
		$0 == title { found = 1; next }
		/^``struct / { found = 0 }
		found && /^``/ { split($1, part, "``"); print part[2] }' "$1" | sort
}

for struct in tcpclose_record tcpclose_detail tcpclose_rst tcpclose_drop tcpclose_failed_call \
	tcpclose_session tcpclose_left_out tcpclose_conn; do
	members "$struct" >expected
	fields "$page" "$struct" >actual
	[ -s expected ] || echo "no members of $struct" >>actual
	same "each field of $struct" expected actual
done

page_is_good "$page"

# shellcheck disable=SC2016
sed 's/^``srtt_us``/``srtt``   /' "$page" >changed.rst
members tcpclose_record >expected
fields changed.rst tcpclose_record >actual
if cmp -s expected actual; then not_ok "a wrong name is noticed" actual; else ok "a wrong name is noticed"; fi

finish
