#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Built with WITNESS=0 the tool needs the C library only, and does everything but
# verify --against-kernel, which reports what is missing; the same build directory
# can be used for the other kind of build afterwards. With words of 32 bits it does
# the same.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

bare=$work/build/tools/tcpclose

# build VALUE [VARIABLE=VALUE]...: the tool, with WITNESS=VALUE
build()
{
	witness=$1
	shift
	"$top/selftests/qemu/fresh-make" -C "$top" BUILD="$work/build" CFLAGS=-O0 \
		WITNESS="$witness" "$@" tool
}

# libraries PROGRAM: without the loader and the kernel's
libraries()
{
	ldd "$1" | sed -n 's/^[[:space:]]*\(lib[a-z]*\)\.so.* => .*/\1/p' | sort
}

# Neither clang nor bpftool runs
exits "it builds without the witness" 0 build 0 CLANG=false
libraries "$bare" >"$work/libraries"
echo libc >"$work/expected"
same "it needs the C library only" "$work/expected" "$work/libraries"
complains "verify --against-kernel reports what is missing" \
	"--against-kernel: this tcpclose was built without it (WITNESS=0): build it with .make tool." \
	"$bare" verify --against-kernel
complains "likewise with a command" "built without it" "$bare" verify --against-kernel -- true
exits "--help still lists the option" 0 "$bare" verify --help
if grep -q against-kernel "$work/out"; then ok "with its name"; else not_ok "with its name" "$work/out"; fi

"$sample" recording >"$work/sample.rec"
# everything PROGRAM: its output for a recording, with each command
everything()
{
	for command in "watch" "watch --json" conns ports stuck why verify ladder graph; do
		# A command is split into words
		# shellcheck disable=SC2086
		"$1" $command --input "$work/sample.rec" 2>&1
		echo "exit status $?"
	done
}
everything "$tcpclose" >"$work/everything"
# why and verify find faults in the sample, and fail
if [ "$(grep "^exit status" "$work/everything" | tr -dc 0-9)" = 000001100 ]; then
	ok "each command reads the sample"
else
	not_ok "each command reads the sample" "$work/everything"
fi
everything "$bare" >"$work/actual"
same "the rest is the same" "$work/everything" "$work/actual"

exits "the same directory can be used for a build with the witness" 0 build 1
if libraries "$bare" | grep -q libbpf; then ok "which is linked with libbpf"; else not_ok "which is linked with libbpf"; fi
exits "and for a build without the witness" 0 build 0
libraries "$bare" >"$work/libraries"
echo libc >"$work/expected"
same "which is not linked with libbpf" "$work/expected" "$work/libraries"

# LP64's sizes are nowhere relied upon
exits "it builds for a machine of 32 bits" 0 build 0 BUILD="$work/narrow" CC="${CC:-gcc} -m32"
bare=$work/narrow/tools/tcpclose
if [ "$(od -An -tu1 -j4 -N1 "$bare" | tr -d ' ')" = 1 ]; then
	ok "with words of 32 bits"
else
	not_ok "with words of 32 bits"
fi
everything "$bare" >"$work/actual"
same "the output is the same there" "$work/everything" "$work/actual"

finish
