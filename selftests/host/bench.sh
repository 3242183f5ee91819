#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# How the figures that "bench" measures are evaluated: costs, the table with its
# targets, and the comparison with the reference figures.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

report=$top/selftests/bench/report
bench=$top/selftests/bench/bench
raw=$golden/bench.raw

cd "$work" || exit 1

"$report" json 6.12 "$raw" >6.12.json
golden "figures become costs" bench.json.txt "$report" json 6.12 "$raw"
exits "the exit status reports a missed target" 1 "$report" table 6.12.json
golden "the table shows which target" bench.txt "$report" table 6.12.json

# Every row that has a target, just within its limit
sed -e 's/^row loaded .*/row loaded 95400.0 93400/' \
	-e 's/^row scope_all .*/row scope_all 96000.0 94300/' \
	-e 's/^row record .*/row record 96840.0 93800/' \
	-e 's/^row record_null .*/row record_null 95000.0 93800/' \
	-e 's/^row watch .*/row watch 104840.0 94800/' \
	-e 's/^load_ns .*/load_ns 200000000/' -e 's/^unload_ns .*/unload_ns 499999999/' \
	-e 's/^row with_1000 .*/row with_1000 96000.0 93400/' \
	-e 's/^row with_300000 .*/row with_300000 97000.0 93900/' \
	-e 's/^memory 300000 .*/memory 300000 28600/' \
	-e 's/^churn_lost .*/churn_lost 0/' -e 's/^stall_lost .*/stall_lost 0/' "$raw" >good.raw
"$report" json 6.12 good.raw >good.json
exits "met targets are no failure" 0 "$report" table good.json
complains_not()
{
	if grep -q "$2" out; then not_ok "$1" out; else ok "$1"; fi
}
complains_not "and the table reports none as missed" MISSED

# checked NAME LINE: with this line the table has one target missed
checked()
{
	sed "s/^${2%%=*} .*/${2#*=}/" good.raw >one.raw
	"$report" json 6.12 one.raw >one.json
	exits "$1" 1 "$report" table one.json
	if grep -q '^1 target missed$' out; then ok "and no other target is"; else not_ok "and no other target is" out; fi
}

checked "the main figure has a limit" 'row loaded=row loaded 95500.0 93520'
checked "a record running has a limit" 'row record=row record 97000.0 93800'
checked "to /dev/null, too" 'row record_null=row record_null 97000.0 93800'
checked "watch has a limit" 'row watch=row watch 105000.0 94800'
checked "loading has a limit" 'load_ns=load_ns 200100000'
checked "unloading has a limit" 'unload_ns=unload_ns 500100000'
checked "growth has a limit" 'row with_300000=row with_300000 97000.0 94400'
checked "memory has a limit" 'memory 300000=memory 300000 30000'
checked "a record lost in churn counts" 'churn_lost=churn_lost 1'
checked "a record lost in a stall counts" 'stall_lost=stall_lost 1'

# fails NAME TEXT RAW: from RAW no figures can be computed
fails()
{
	complains "$1" "$2" "$report" json 6.12 "$3"
}

sed '0,/^row without /s/^row without .*/row without 94000.0 91700/' "$raw" >drift.raw
fails "a cycle that drifts is rejected as a reference" "have to agree within 1 %" drift.raw
sed '$!b; /^row without/d' "$raw" | sed '/^row without /d' >none.raw
fails "a missing second cycle is rejected" "not at both ends" none.raw
{ cat "$raw"; echo "row loaded_again 95000 93000 10"; } >open.raw
fails "a row without a cycle measured after it is rejected" "has no end" open.raw

sed '0,/^work mib without /s/^work mib without .*/work mib without 3000000/' "$raw" >drift.raw
fails "so is a MiB that drifts" "have to agree within 1 %" drift.raw
sed '0,/^work server without /{/^work server without /d}' "$raw" >none.raw
fails "a server measured with nothing loaded once only is rejected" "not measured at both ends" none.raw

# Comparison with the reference figures: up to 5 % more is accepted
# reference COST: writes a reference figure of so many instructions
reference()
{
	echo "{ \"6.12\": { \"rows\": { \"loaded\": { \"cost\": $1 } } } }" >cost.json
}
cost=$(jq .rows.loaded.cost good.json)
reference "$cost"
cp good.json 6.12.json
exits "the same figure passes" 0 "$report" check 6.12.json cost.json
reference $((cost * 100 / 104))
exits "4 % more passes" 0 "$report" check 6.12.json cost.json
reference $((cost * 100 / 106))
exits "6 % more fails" 1 "$report" check 6.12.json cost.json
reference $((cost * 2))
exits "less passes" 0 "$report" check 6.12.json cost.json
if grep -q UPDATE=1 out; then ok "and the message says how to make it the reference"; else not_ok "and the message says how to make it the reference" out; fi
complains "missing reference figures are reported" "make bench UPDATE=1" "$report" check 6.12.json none.json
echo '{ "6.1": {} }' >cost.json
complains "a kernel without reference figure is reported" "no main figure for 6.12" "$report" check 6.12.json cost.json

# The plugin's results, as tables
cat >names <<'EOF'
0000000000401000 user space
ffff888000001000 memory
ffffffff81000010 inet_sk_state_store
ffffffff81000020 tcp_time_wait
ffffffffc0001000 probe [tcpclose]
ffffffffc0001004 probe [tcpclose]
ffffffffc0002000 ftrace_trampoline [__builtin__ftrace]
ffffffffc0003000 pools [tcpclose]
ffffffffc0009000 irq [virtio]
EOF
# A cycle: ten visits of the tracepoint's hook, one visit of an ftrace hook
cat >tally <<'EOF'
section 0
i 0000000000401000 1000 0
i ffffffff81000010 100 0
a 0
section 1
i 0000000000401000 1000 0
i ffffffff81000010 180 0
i ffffffffc0001000 1000 0
i ffffffffc0001004 1000 1
h ffffffffc0001000 ffffffff81000010 100 2500 100 300 200 100 500
h ffffffffc0002000 ffffffff81000020 10 400 0 20 10 30 40
h ffffffffc0009000 ffffffff81000020 7 7000 7 7 7 7 7
a 0
EOF
tally=$top/selftests/bench/tally
golden "the plugin's results are shown by hook and by function" bench.profile.txt "$tally" profile names tally
echo 290.0 >cost
"$tally" cost names tally >out
same "hooks of others are not counted" cost out
# no_table NAME TEXT COMMAND...: the command fails; it may have printed part of a table
no_table()
{
	name=$1 text=$2
	shift 2
	exits "$name" 2 "$@"
	if grep -q "$text" err; then ok "$name: the message says why"; else not_ok "$name: the message says why" err; fi
}
sed 's/^a 0/a 3/' tally >gone
no_table "a visit without an end is refused" "3 visits of hooks did not return" "$tally" profile names gone
sed '/0000401000/d' names >few
no_table "an address without a symbol is reported" "no symbol of 0000000000401000" "$tally" profile few tally
# 4 processors and 200 cycles: a line that only one processor writes, and one that
# several write with every tenth cycle
{
	sed '1,/^section 1/d' tally |
		sed -e '1i section 0' -e 's/ 100 2500 / 2000 50000 /' -e 's/ 10 400 / 200 8000 /'
	echo "w ffff888000001000 ffffffffc0001004 1 9000 0"
	echo "w ffffffffc0003000 ffffffffc0001000 3 20 20"
} >many
exits "a line that several processors write is a failure" 1 "$tally" sharing names many 290
if grep -q 'probe.*0.10000  pools' out; then ok "and is named"; else not_ok "and is named" out; fi
sed 's/ 3 20 20$/ 3 19 19/' many >seldom
exits "a line that they write less often is no failure" 0 "$tally" sharing names seldom 290
sed 's/ 3 20 20$/ 3 9000 2/' many >moved
exits "a line that moved between processors only twice is no failure" 0 "$tally" sharing names moved 290
sed 's/ 3 20 20$/ 1 20 0/' many >lone
exits "a line that one processor writes is no failure" 0 "$tally" sharing names lone 290
exits "a tenth more instructions is no failure" 0 "$tally" sharing names lone 264
exits "more than a tenth is a failure" 1 "$tally" sharing names lone 263

exits "bench has help" 0 "$bench" --help
complains "bench refuses what is no kernel's name" "no kernel 'newer'" "$bench" --kernel newer
exits "profile has help" 0 "$top/selftests/bench/profile" --help
complains "profile refuses an unknown option" "unknown argument '--fast'" "$top/selftests/bench/profile" --fast
complains "bench refuses an unknown option" "unknown argument '--fast'" "$bench" --fast
complains "bench refuses a bad number" "is no number" "$bench" --cycles many
complains "bench refuses to update some figures only" "leave out --kernel" "$bench" --update --kernel 6.1

finish
