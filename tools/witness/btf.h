/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running kernel's own word for the numbers of the states.
 */
#ifndef TCPCLOSE_WITNESS_BTF_H
#define TCPCLOSE_WITNESS_BTF_H

#include "witness/comparison.h"

void btf_testify(struct comparison *t);

#endif /* TCPCLOSE_WITNESS_BTF_H */
