/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several ladders, one behind the other.
 */
#ifndef TCPCLOSE_VIEW_LADDER_LADDERS_H
#define TCPCLOSE_VIEW_LADDER_LADDERS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/view.h"
#include "ladder/choice.h"

int ladders_write(const struct view *how, struct buffer *to,
		  const struct choice *choice, bool svg);

#endif /* TCPCLOSE_VIEW_LADDER_LADDERS_H */
