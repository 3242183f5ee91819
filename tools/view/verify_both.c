// SPDX-License-Identifier: GPL-2.0-only
/*
 * The results of a check and of a comparison with the kernel, together.
 */
#include "view/verify.h"
#include "view/verify_both.h"

/**
 * verify_both() - write what the model says, then what the kernel says
 * @how: how
 * @to: where to
 * @c: the finished check
 * @o: the outcome of the comparison
 */
void verify_both(const struct view *how, struct buffer *to,
		 const struct check *c, const struct outcome *o)
{
	const struct verdict verdict = { how->json, how->utf8, how->colour };

	if (how->json) {
		buffer_printf(to, "{\"model\":");
		verdict_json(to, c);
		buffer_printf(to, ",\"against_kernel\":");
		outcome_json(o, to);
		buffer_printf(to, "}\n");
	} else {
		verdict_text(&verdict, to, c);
		buffer_printf(to, "\n");
		outcome_text(o, how->utf8, how->colour, to);
	}
}
