// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands in for the comparison with the kernel in a build with WITNESS=0.
 */
#include <errno.h>

#include "base/complain.h"
#include "witness/compare.h"

int witness_compare(const struct witness_options *options,
		    struct outcome *outcome)
{
	complain("--against-kernel: this tcpclose was built without it (WITNESS=0): build it with `make tool`");
	return -EOPNOTSUPP;
}
