/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and names of the states in the running kernel.
 */
#ifndef TCPCLOSE_WITNESS_BTF_H
#define TCPCLOSE_WITNESS_BTF_H

#include "witness/comparison.h"

void btf_compare(struct comparison *c);

#endif /* TCPCLOSE_WITNESS_BTF_H */
