#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Which features of a kernel module/scripts/features finds: those whose line compiles.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

features=$top/module/scripts/features
CC=${CC:-cc}

cat >"$work/features.c" <<'END'
struct net { int here; };
#define FEATURE(name, expression) static inline void feature_##name(void) { (void)(expression); }
FEATURE(HERE, ((struct net *)0)->here)
FEATURE(GONE, ((struct net *)0)->gone)
FEATURE(TYPED, ((struct net *)0)->here[0])
FEATURE(CALLED, nothing_declares_it(1))
FEATURE(LAST, sizeof(struct net))
END
cat >"$work/expected" <<'END'
#define TCPCLOSE_HAVE_HERE	1
#define TCPCLOSE_HAVE_GONE	0
#define TCPCLOSE_HAVE_TYPED	0
#define TCPCLOSE_HAVE_CALLED	0
#define TCPCLOSE_HAVE_LAST	1
END
# As the kernel has it
option=-Werror=implicit-function-declaration
exits "features are probed" 0 "$features" "$work/features.c" "$CC" "$option"
same "each for itself" "$work/expected" "$work/out"
echo 'int wrong;' >"$work/wrong.h"
sed '1i #include "wrong.h"\nchar wrong;' "$work/features.c" >"$work/wrong.c"
exits "another fault is no feature that is missing" 1 "$features" "$work/wrong.c" "$CC" "$option"
sed '1i #include "nowhere.h"' "$work/features.c" >"$work/wrong.c"
exits "nor is a header" 1 "$features" "$work/wrong.c" "$CC" "$option"
exits "nor a compiler that fails" 1 "$features" "$work/features.c" false

finish
