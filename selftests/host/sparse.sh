#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# sparse finds nothing in the module: no unlock is missing on any path, no pointer to
# user memory is used directly.
#
# On the kernels that "make check" runs on (TCPCLOSE_KERNELS), else on 6.1 and 6.12; not on
# those that are built among programs of another Debian release, see qemu/in-root.
# Only sources that have changed since the last run are read again.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

fresh_make=$top/selftests/qemu/fresh-make
annotations=$top/selftests/qemu/sparse.h

# kernel_is NAME-OR-DIRECTORY: the variable that chooses it
kernel_is()
{
	if [ -d "$1" ]; then echo "KDIR=$1"; else echo "KERNEL=$1"; fi
}

# sparse_in DIRECTORY KERNEL: what it finds in the module, built in a directory of its own
sparse_in()
{
	"$fresh_make" -C "$top" OBJ="$1" "$(kernel_is "$2")" \
		C=1 CF=-Wsparse-error KCFLAGS=-Werror module >"$work/log" 2>&1 && return
	grep -E 'warning:|error:' "$work/log" || cat "$work/log"
}

"$top/selftests/qemu/packages" style module fetch || exit 1

for kernel in ${TCPCLOSE_KERNELS:-6.1 6.12}; do
	[ -d "$kernel" ] || "$top/selftests/qemu/kernel" "$kernel" 2>"$work/log" || cat "$work/log"
	[ ! -e "$top/build/kernels/$kernel/foreign" ] || continue
	last=$kernel
	directory=build/sparse/$(basename "$kernel")
	# Objects do not depend on it
	if [ -n "$(find "$annotations" -newer "$top/$directory/tcpclose.ko" 2>/dev/null)" ]; then
		rm -rf "${top:?}/$directory"
	fi
	sparse_in "$directory" "$kernel" >"$work/found"
	if [ -s "$work/found" ]; then
		not_ok "sparse finds nothing, $kernel" "$work/found"
	else
		ok "sparse finds nothing, $kernel"
	fi
done

# It notices an unlock that is missing
kernel=${last:?no kernel is built on this host}
if [ -d "$kernel" ]; then
	headers=$kernel
else
	headers=$top/build/kernels/$kernel/headers
fi
mkdir -p "$work/wrong"
cp -r "$top/Kbuild" "$top/module" "$work/wrong"

# without FILE FUNCTION: the first call that stands alone on a line is removed
without()
{
	sed "0,/^\([[:space:]]*\)$2(.*);/s//\1;/" "$top/module/$1.c" >"$work/wrong/module/$1.c"
	objects="${objects:-} module/$1.o"
}

# noticed FILE FUNCTION
noticed()
{
	if grep -q "module/$1.c:.*context imbalance" "$work/log"; then
		ok "$2() that is missing in $1.c is found"
	else
		not_ok "$2() that is missing in $1.c is found" "$work/log"
	fi
}

without timewait tcpclose_table_unlock
without reader mutex_unlock
without visibility rcu_read_unlock
# Objects are split into words
# shellcheck disable=SC2086
"$fresh_make" -k -C "$headers" M="$work/wrong" C=1 \
	CF="-include $annotations -Wsparse-error" $objects >"$work/log" 2>&1
noticed timewait tcpclose_table_unlock
noticed reader mutex_unlock
noticed visibility rcu_read_unlock

finish
