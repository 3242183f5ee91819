# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
#
# For tests of the tool that need no kernel: paths, and TAP output.
#
# A test sources this, calls "ok" or "not_ok" for each promise, and ends with
# "finish". Output is in UTC and plain ASCII unless a test changes that.

top=$(cd "$(dirname "$0")/../.." && pwd)
golden=$top/selftests/host/golden
tcpclose=${TCPCLOSE:-$top/build/tools/tcpclose}
helpers=$top/build/selftests/host/lib
sample=$helpers/sample
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

export TZ=UTC LC_ALL=C
unset NO_COLOR LANG LC_CTYPE

echo "TAP version 13"

ok()
{
	count=$((count + 1))
	echo "ok $count $1"
}

# not_ok NAME [FILE...]: the files show the reason, printed first, as kselftest's harness does
not_ok()
{
	count=$((count + 1))
	failed=1
	test_name=$1
	shift
	for file in "$@"; do
		sed "s/^/# /" "$file"
	done
	echo "not ok $count $test_name"
}

# skip NAME REASON
skip()
{
	count=$((count + 1))
	echo "ok $count $1 # SKIP $2"
}

# made_up [SETTING]... COMMAND...: with a device that a library makes up (lib/madeup.c)
made_up()
{
	env MADEUP_DEVICE=/dev/tcpclose LD_PRELOAD="$helpers/madeup.so" "$@" </dev/null
}

# same NAME EXPECTED ACTUAL: two files have the same content
same()
{
	if diff -u "$2" "$3" >"$work/diff" 2>&1; then
		ok "$1"
	else
		not_ok "$1" "$work/diff"
	fi
}

# golden NAME FILE COMMAND...: the command's output is equal to the golden file;
# UPDATE=1 writes the present output to that file
golden()
{
	name=$1 file=$2
	shift 2
	"$@" >"$work/actual" 2>"$work/complaints"
	cat "$work/complaints" >>"$work/actual"
	licence="# SPDX-License-Identifier: GPL-2.0-only"
	[ -z "${UPDATE:-}" ] || { echo "$licence"; cat "$work/actual"; } >"$golden/$file"
	sed "1{/^$licence\$/d}" "$golden/$file" >"$work/golden"
	same "$name" "$work/golden" "$work/actual"
}

# exits NAME STATUS COMMAND...: exit status of the command; its output is in $work/out
# and $work/err
exits()
{
	name=$1 expected=$2
	shift 2
	status=0
	"$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	if [ "$status" = "$expected" ]; then
		ok "$name"
	else
		echo "exit status $status, not $expected" >>"$work/err"
		not_ok "$name" "$work/err"
	fi
}

# complains NAME PATTERN COMMAND...: the command exits with 2, prints one line that
# matches on standard error, and nothing on standard output
complains()
{
	name=$1 pattern=$2
	shift 2
	status=0
	"$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	if [ "$status" = 2 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" = 1 ] &&
	   grep -q -e "$pattern" "$work/err"; then
		ok "$name"
	else
		echo "exit status $status, pattern: $pattern" >>"$work/err"
		not_ok "$name" "$work/err"
	fi
}

finish()
{
	echo "1..$count"
	exit "$failed"
}
