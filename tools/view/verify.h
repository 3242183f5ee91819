/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The result of a check, for people and for programs.
 */
#ifndef TCPCLOSE_VIEW_VERIFY_H
#define TCPCLOSE_VIEW_VERIFY_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/json.h"
#include "check/check.h"

/**
 * struct verdict - how a result is shown
 * @json: as JSON, else as text
 * @utf8: the terminal shows more than ASCII
 * @colour: it shows colours
 */
struct verdict {
	bool json;
	bool utf8;
	bool colour;
};

void verdict_add_json(struct json *w, const struct check *c);
void verdict_json(struct buffer *to, const struct check *c);
void verdict_text(const struct verdict *v, struct buffer *to,
		  const struct check *c);

static inline void verdict_write(const struct verdict *v, struct buffer *to,
				 const struct check *c)
{
	if (v->json)
		verdict_json(to, c);
	else
		verdict_text(v, to, c);
}

#endif /* TCPCLOSE_VIEW_VERIFY_H */
