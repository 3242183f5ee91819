#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# No function is hooked whose arguments are not those that its handler reads: what
# scripts/prototypes says of kernels that are made up, of which the headers declare some
# functions and BTF has others.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
PATH=$PATH:/usr/sbin:/sbin

module=$top/module
list=$work/list
kernel=$work/kernel
CC=${CC:-cc}

cat >"$list" <<'END'
kernels	6.12.0-6.12.117
flush	6.12	struct sock *, struct sk_buff *
kill	-	struct sock *
send/reason	6.12	const struct sock *, u32, enum why
send/late	-	struct sock *, int, u32
send	-	struct sock *
test	6.12	struct sock * -> bool
trace_step	6.12	struct sock *, int
END

types='struct sock; struct sk_buff { int n; }; typedef unsigned int u32; enum why { A }; struct sock { enum why a; };'

# kernel VERSION RELEASE: a build tree of that version
kernel()
{
	rm -rf "$kernel"
	mkdir -p "$kernel/include/config" "$kernel/include/generated/uapi/linux"
	echo "$2" >"$kernel/include/config/kernel.release"
	: >"$kernel/include/config/auto.conf"
	echo "$1" | awk -F. '{
		print "#define LINUX_VERSION_CODE " $1 * 65536 + $2 * 256 + $3
		print "#define LINUX_VERSION_SUBLEVEL " $3
	}' >"$kernel/include/generated/uapi/linux/version.h"
}

# declares DECLARATION...: what the headers declare
declares()
{
	# Without any, the compiler leaves the file as it is
	: >"$work/declared"
	printf '%s\n' "$types" "$@" >"$work/headers.c"
	$CC -fsyntax-only -aux-info "$work/declared" "$work/headers.c" || exit 1
}

# has DEFINITION...: what the BTF has
has()
{
	printf '%s\n' "$types" "$@" >"$work/functions.c"
	$CC -g -O1 -c -o "$work/btf.o" "$work/functions.c" && pahole -J "$work/btf.o" || exit 1
	btf=$work/btf.o
}

# says NAME EXPECTED...: the header has these lines, without "#define TCPCLOSE_"
says()
{
	name=$1
	shift
	if "$module/scripts/prototypes" "$list" "$work/declared" "$kernel" "$btf" \
	   >"$work/header" 2>"$work/err"; then
		sed -n 's/^#define TCPCLOSE_//p' "$work/header" | tr '\t' ' ' >"$work/said"
		for line in "$@"; do
			grep -qxF "$line" "$work/said" || {
				echo "missing: $line" >>"$work/err"
				not_ok "$name" "$work/said" "$work/err"
				return
			}
		done
		ok "$name"
	else
		not_ok "$name" "$work/err"
	fi
}

# complained NAME PATTERN: the build printed that
complained()
{
	if grep -q -e "$2" "$work/err"; then
		ok "$1"
	else
		not_ok "$1" "$work/err"
	fi
}

flush='__attribute__((noinline)) void flush(struct sock *sk, struct sk_buff *skb) { sk->a = skb->n; }'
other_flush='__attribute__((noinline)) void flush(int unused, struct sock *sk, struct sk_buff *skb) { sk->a = skb->n + unused; }'

# ---- BTF

kernel 5.4.1 5.4.1
declares
has "$flush"
says "a function with these arguments is hooked" "PROTOTYPE_flush 0"
has "$other_flush"
says "one with another argument first is not" "PROTOTYPE_flush EPROTOTYPE"
complained "the build says so" '^tcpclose: flush takes other arguments in this kernel.*: int,struct sock'
has 'void flush(const struct sock *sk, const struct sk_buff *const skb, int n, u32 more) { *(int *)sk = skb->n + n + more; }'
says "const, and arguments that are not read, do not matter" "PROTOTYPE_flush 0"
has 'void flush(struct sk_buff *skb, struct sock *sk) { sk->a = skb->n; }'
says "the order does" "PROTOTYPE_flush EPROTOTYPE"
has 'void flush(struct sock *sk) { sk->a = A; }'
says "one that lacks an argument is not hooked" "PROTOTYPE_flush EPROTOTYPE"
has '_Bool test(struct sock *sk) { return sk->a; }'
says "what is returned is as expected" "PROTOTYPE_test 0"
has 'int test(struct sock *sk) { return sk->a; }'
says "or the function is not hooked" "PROTOTYPE_test EPROTOTYPE"
has 'void send(struct sock *sk, u32 n, enum why why) { sk->a = why + n; }'
says "the first form that fits is used" "PROTOTYPE_send 0" "FORM_send_reason 1" "FORM_send_late 0"
has 'void send(struct sock *sk, int n, u32 why) { sk->a = why + n; }'
says "another form" "PROTOTYPE_send 0" "FORM_send_reason 0" "FORM_send_late 1"
has 'void send(struct sock *sk, u32 n, u32 why) { sk->a = why + n; }'
says "the form that reads least" "PROTOTYPE_send 0" "FORM_send_reason 0" "FORM_send_late 0"
has 'typedef void (*btf_trace_step)(void *, struct sock *, int); btf_trace_step step;'
says "a tracepoint with these arguments" "PROTOTYPE_trace_step 0"
has 'typedef void (*btf_trace_step)(void *, struct sock *, int, int); btf_trace_step step;'
says "of a tracepoint all arguments count" "PROTOTYPE_trace_step EPROTOTYPE"

# ---- headers

btf=none
declares 'void flush(struct sock *, struct sk_buff *skb);' 'extern _Bool test(struct sock *sk, int n);' \
	'static inline void check_trace_callback_type_step(void (*cb)(void *data, const struct sock *, int)) {}'
says "headers that declare functions and tracepoints are as good" \
	"PROTOTYPE_flush 0" "PROTOTYPE_test 0" "PROTOTYPE_trace_step 0"
declares 'void flush(int, struct sock *, struct sk_buff *skb);' 'extern int test(struct sock *sk, int n);' \
	'static inline void check_trace_callback_type_step(void (*cb)(void *data, const struct sock *)) {}'
says "they tell other arguments, too" \
	"PROTOTYPE_flush EPROTOTYPE" "PROTOTYPE_test EPROTOTYPE" "PROTOTYPE_trace_step EPROTOTYPE"
declares 'void flush(struct sock *, struct sk_buff *skb);'
has "$other_flush"
says "both must fit" "PROTOTYPE_flush EPROTOTYPE"

# ---- neither

btf=none
declares
kernel 6.12.117 6.12.117-ours
says "unknown functions are hooked on kernels that tests have seen" \
	"PROTOTYPE_flush 0" "PROTOTYPE_send 0" "FORM_send_reason 1" "FORM_send_late 0"
says "if they have seen that function there" "PROTOTYPE_kill ENODATA"
has 'struct sock *something(struct sock *sk) { return sk; }'
says "also if there is BTF, but not of the function" "PROTOTYPE_flush 0"
btf=none
kernel 6.12.118 6.12.118-ours
says "not on later ones" "PROTOTYPE_flush ENODATA" "FORM_send_reason 0"
kernel 6.13.5 6.13.5-ours
says "nor on others" "PROTOTYPE_flush ENODATA"
kernel 6.12.0 6.12.0-55.el10.x86_64
says "nor on those of distributions that take changes over: by release" "PROTOTYPE_flush ENODATA"
kernel 6.12.0 6.12.0
echo '#define RHEL_MAJOR 10' >>"$kernel/include/generated/uapi/linux/version.h"
says "by version.h" "PROTOTYPE_flush ENODATA"
kernel 6.12.0 6.12.0
echo 'CONFIG_SUSE_KERNEL=y' >"$kernel/include/config/auto.conf"
says "by configuration" "PROTOTYPE_flush ENODATA"

# ---- where BTF is

kernel 6.13.5 6.13.5-nowhere
btf=
says "a kernel whose BTF is not found" "PROTOTYPE_flush ENODATA"
complained "the build says how to name it" 'no BTF of Linux 6.13.5-nowhere was found: TCPCLOSE_BTF=FILE'
has "$flush"
cp "$btf" "$kernel/vmlinux"
btf=
says "BTF of the kernel's own tree" "PROTOTYPE_flush 0"
bpftool btf dump file "$kernel/vmlinux" >"$work/dump"
btf=$work/dump
says "BTF that bpftool has printed" "PROTOTYPE_flush 0"
btf=$list
exits "a file without BTF is refused" 1 \
	"$module/scripts/prototypes" "$list" "$work/declared" "$kernel" "$btf"

has "$flush"
kernel 6.13.5 6.13.5-nowhere
cp "$btf" "$kernel/vmlinux"
echo CONFIG_IPV6=m >"$kernel/include/config/auto.conf"
mkdir -p "$kernel/net/ipv6"
printf '%s\n' "$types" '_Bool test(struct sock *sk) { return sk->a; }' >"$work/ipv6.c"
$CC -g -O1 -c -o "$kernel/net/ipv6/ipv6.ko" "$work/ipv6.c"
pahole -J --btf_base "$kernel/vmlinux" "$kernel/net/ipv6/ipv6.ko" || exit 1
btf=
says "IPv6 as a module has BTF of its own" "PROTOTYPE_flush 0" "PROTOTYPE_test 0"

# ---- the module's own list

sed -n 's/^\([a-z_0-9]*\)[/	].*/\1/p' "$module/prototypes" | grep -v '^kernels$' | sort -u >"$work/listed"
{
	grep -oh 'TCPCLOSE_FUNCTION([a-z_0-9]*)' "$module"/*.c | sed 's/.*(\(.*\))/\1/'
	grep -oh 'TCPCLOSE_PROTOTYPE_trace_[a-z_0-9]*' "$module"/*.c | sed 's/TCPCLOSE_PROTOTYPE_//'
} | sort -u >"$work/hooked"
same "the list has what is hooked, and nothing else" "$work/hooked" "$work/listed"

finish
