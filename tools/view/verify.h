/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The result of a check, for people and for programs.
 */
#ifndef TCPCLOSE_VIEW_VERIFY_H
#define TCPCLOSE_VIEW_VERIFY_H

#include "base/buffer.h"
#include "base/json.h"
#include "base/view.h"
#include "check/check.h"

void verify_add_json(struct json *w, const struct check *c);
void verify_json(const struct view *how, struct buffer *to,
		 const struct check *c);
void verify_text(const struct view *how, struct buffer *to,
		 const struct check *c);

static inline void verify_write(const struct view *how, struct buffer *to,
				const struct check *c)
{
	if (how->json)
		verify_json(how, to, c);
	else
		verify_text(how, to, c);
}

#endif /* TCPCLOSE_VIEW_VERIFY_H */
