/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The results of a check and of a comparison with the kernel, together.
 */
#ifndef TCPCLOSE_VIEW_VERIFY_BOTH_H
#define TCPCLOSE_VIEW_VERIFY_BOTH_H

#include "base/buffer.h"
#include "base/view.h"
#include "check/check.h"
#include "witness/outcome.h"

void verify_both(const struct view *how, struct buffer *to,
		 const struct check *c, const struct outcome *o);

#endif /* TCPCLOSE_VIEW_VERIFY_BOTH_H */
