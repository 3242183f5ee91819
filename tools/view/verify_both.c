// SPDX-License-Identifier: GPL-2.0-only
/*
 * The results of a check and of a comparison with the kernel, together.
 */
#include "view/verify.h"
#include "view/verify_both.h"
#include "view/witness.h"

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
	struct json w;

	if (!how->json) {
		verify_text(how, to, c);
		buffer_printf(to, "\n");
		witness_text(how, to, o);
		return;
	}
	json_begin(&w, to);
	json_object_begin(&w);
	json_key(&w, "model");
	verify_add_json(&w, c);
	json_key(&w, "against_kernel");
	witness_add_json(&w, o);
	json_object_end(&w);
	json_end(&w);
}
