// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several ladders, one behind the other.
 */
#include <errno.h>
#include <stdlib.h>

#include "view/ladder/ladder_view.h"
#include "view/ladder/ladders.h"

/**
 * ladders_write() - draw the chosen connections
 * @how: how
 * @to: where to
 * @choice: the connections
 * @svg: as SVG, else as text
 *
 * Return: 0 or -ENOMEM
 */
int ladders_write(const struct view *how, struct buffer *to,
		  const struct choice *choice, bool svg)
{
	struct ladder *ladder = malloc(sizeof(*ladder));
	unsigned int i;
	int ret = 0;

	if (!ladder)
		return -ENOMEM;
	/* The newest comes last, as in a log. */
	for (i = choice->count; i-- && !ret;) {
		const struct choice_candidate *c = &choice->chosen[i];

		ladder_build(ladder, c->side, c->peer, c->pairing,
			     choice->recorded_ns);
		ladder->obstacle = c->obstacle;
		ret = svg ? ladder_svg(how, to, ladder) :
			    ladder_text(how, to, ladder);
		if (i)
			buffer_printf(to, "\n\n");
	}
	free(ladder);
	return ret;
}
