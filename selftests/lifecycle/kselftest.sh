#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# "make -C selftests install", on a machine with the module loaded: tests that need
# only the module pass, all others are skipped with a reason, and the module stays
# loaded. With DISRUPTIVE=1 the others run, too.
#
# vm: --icount --smp 1 --memory 1024 --include build/kselftest_install:kselftest --disruptive --slow

set -u

# Only some of the tests that would pass: the quick ones
quick="causes
crowd
edges
ends.sh"
slow="abrupt
backlog
conformance.sh
deletions
drops
failed_calls
identity
lingers
minisocket
odd_bpf
odd_closers
odd_layers
odd_openings
odd_routes
opening
owners
ports
processes
record
resets
scope
silence
timewait"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

# result NAME STATUS FILE...: the files explain a failure
result()
{
	count=$((count + 1))
	name=$1 status=$2
	shift 2
	if [ "$status" = 0 ]; then
		echo "ok $count $name"
		return
	fi
	failed=1
	for file; do
		sed 's/^/# /' "$file"
	done
	echo "not ok $count $name"
}

# run TEST...: their output goes to $work/out
run()
{
	for test; do
		set -- "$@" -t "tcpclose:$test"
		shift
	done
	# The runner opens /dev/stdout: if that were a file, it would overwrite its content
	/kselftest/run_kselftest.sh "$@" 2>&1 </dev/null | cat >"$work/out"
}

# begun: the time when the module began to count; a new load changes it
begun()
{
	tcpclose stat --json | sed 's/.*"since_ns":\([0-9]*\).*/\1/'
}

sed 's/^tcpclose://' /kselftest/kselftest-list.txt | sort >"$work/list"
echo "$slow" | grep -vxF -f - "$work/list" >"$work/run"
echo "$quick" | grep -vxF -f - "$work/run" >"$work/others"

# As on a user's machine: without the virtual machine's settings
unset TCPCLOSE_DISRUPTIVE TCPCLOSE_PATIENCE
since=$(begun)
# shellcheck disable=SC2046 # words
run $(cat "$work/run")

[ "$(sed -n 's/^1\.\.//p' "$work/out")" = "$(wc -l <"$work/run")" ] && ! grep -q '^not ok' "$work/out"
result "every test is planned, and none fails" $? "$work/out"

sed -n 's/^ok [0-9]* selftests: tcpclose: \([a-z0-9_.]*\)$/\1/p' "$work/out" | sort >"$work/passed"
echo "$quick" | diff - "$work/passed" >"$work/why"
result "tests that need only the module pass" $? "$work/why"

sed -n 's/^ok [0-9]* selftests: tcpclose: \([a-z0-9_.]*\) # SKIP$/\1/p' "$work/out" | sort >"$work/skipped"
diff "$work/others" "$work/skipped" >"$work/why"
result "tests that need more are skipped" $? "$work/why"

[ "$(grep -c '^# 1\.\.0 # SKIP [a-z]' "$work/out")" = "$(wc -l <"$work/others")" ] &&
	grep -q '^# 1\.\.0 # SKIP .*allow it with DISRUPTIVE=1$' "$work/out"
result "skipped tests give a reason" $? "$work/out"

[ -n "$since" ] && [ "$(begun)" = "$since" ]
result "the module is not unloaded without permission" $?

export TCPCLOSE_DISRUPTIVE=1
run ioctl storm_load
grep -q '^ok [0-9]* selftests: tcpclose: ioctl$' "$work/out" && [ "$(begun)" != "$since" ]
result "DISRUPTIVE=1 allows more tests" $? "$work/out"
grep -q '^# 1\.\.0 # SKIP needs 4 processors$' "$work/out"
result "but no test that needs another machine" $? "$work/out"

unset TCPCLOSE_DISRUPTIVE
rmmod tcpclose
run opening
grep -q '^ok 1 selftests: tcpclose: opening # SKIP$' "$work/out" &&
	grep -q '^# 1\.\.0 # SKIP the module is not loaded: modprobe tcpclose$' "$work/out"
result "without the module no test runs" $? "$work/out"

echo "1..$count"
exit "$failed"
