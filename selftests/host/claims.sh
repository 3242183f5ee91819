#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The ledger of claims and its tests agree: each claim has a verdict, tests and a
# ladder; each claim names its own tests only, and the ledger names every test.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

page=$top/Documentation/claims.rst
ledger=$top/selftests/claims/ledger

# empty NAME FILE: passes if the file of complaints is empty
empty()
{
	if [ -s "$2" ]; then
		not_ok "$1" "$2"
	else
		ok "$1"
	fi
}

"$ledger" verdicts "$page" >"$work/verdicts"
tab=$(printf '\t')

claim=0
while [ $claim -lt 14 ]; do
	claim=$((claim + 1))
	grep "^C$claim$tab" "$work/verdicts" >"$work/claim" || :
	if cut -f 3 "$work/claim" | sort -u | grep -qx -e confirmed -e refuted -e 'different on Linux' &&
	   [ "$(cut -f 1-3 "$work/claim" | sort -u | wc -l)" = 1 ]; then
		ok "C$claim has a verdict, and tests"
	else
		not_ok "C$claim has a verdict, and tests" "$work/claim"
	fi
	# "c05_", or "c11a_" for a part of a claim
	cut -f 4 "$work/claim" | grep -v "^$(printf 'c%02d' $claim)[a-d]\{0,1\}_" >"$work/foreign"
	empty "C$claim names its own tests only" "$work/foreign"
	"$ledger" shown "$page" | grep -e "^$(printf 'c%02d' $claim)[a-d]\{0,1\}_" >"$work/ladders"
	if [ -s "$work/ladders" ]; then
		ok "C$claim shows a ladder"
	else
		not_ok "C$claim shows a ladder"
	fi
done
[ "$(cut -f 1 "$work/verdicts" | sort -u | wc -l)" = 14 ] && ok "there are 14 claims" ||
	not_ok "there are 14 claims"

sed -n 's/^TEST_F\(_TIMEOUT\)\{0,1\}([a-z_]*, \([a-z0-9_]*\).*/\2/p' \
	"$top"/selftests/claims/*.c | sort >"$work/tests"
cut -f 4 "$work/verdicts" | sort >"$work/named"
sort "$work/tests" | uniq -d >"$work/twice"
empty "no two tests have one name" "$work/twice"
comm -13 "$work/tests" "$work/named" >"$work/missing"
empty "every test that the ledger names exists" "$work/missing"
comm -23 "$work/tests" "$work/named" >"$work/unnamed"
empty "the ledger names every test" "$work/unnamed"
"$ledger" shown "$page" | sort >"$work/shown"
comm -13 "$work/tests" "$work/shown" >"$work/missing"
empty "every ladder is an existing test's" "$work/missing"
sort "$work/shown" | uniq -d >"$work/twice"
empty "no ladder is there twice" "$work/twice"

"$ledger" blank "$page" >"$work/blank"
empty "every mark is followed by its content" "$work/blank"

"$ledger" table "$page" >"$work/table"
awk '/^\.\. verdicts$/ { on = 1; next } on && /^=/ { rules++ } on && NF { print } rules == 3 { exit }' \
	"$page" >"$work/shown-table"
same "the table has the verdicts that the text has" "$work/table" "$work/shown-table"

finish
