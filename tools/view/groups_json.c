// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sums of connections, for programs: one JSON object per line.
 */
#include "base/histogram.h"
#include "base/json.h"
#include "lib/names.h"
#include "view/conns_view.h"

static void add_percentiles(struct json *w, const struct tcpclose_histogram *h)
{
	json_object_begin(w);
	json_member(w, "p50_ns", known, h->count, histogram_percentile(h, 50));
	json_member(w, "p99_ns", known, h->count, histogram_percentile(h, 99));
	json_member(w, "max_ns", known, h->count, h->max_ns);
	json_object_end(w);
}

static void add_group(struct json *w, const struct groups *g, const struct group *group)
{
	unsigned int cause;

	json_object_begin(w);
	json_member(w, "key", string, *group->key ? group->key : NULL);
	json_member(w, "count", u64, group->count);
	json_member(w, "first_ns", u64, g->first_ns);
	json_member(w, "last_ns", u64, g->last_ns);
	json_key(w, "age");
	add_percentiles(w, &group->age);
	json_key(w, "closing");
	add_percentiles(w, &group->closing);
	json_member(w, "bytes_sent", u64, group->bytes_sent);
	json_member(w, "bytes_received", u64, group->bytes_received);
	json_key(w, "causes");
	json_object_begin(w);
	for (cause = 0; cause < TCPCLOSE_CAUSES; cause++) {
		if (!group->causes[cause])
			continue;
		json_name_key(w, names_cause(cause) ? names_cause(cause) : "none");
		json_u64(w, group->causes[cause]);
	}
	json_object_end(w);
	json_object_end(w);
}

/**
 * groups_json() - write a line for each group
 * @how: JSON looks the same always
 * @to: where it goes
 * @g: the groups, sorted
 */
void groups_json(const struct view *how, struct buffer *to, const struct groups *g)
{
	struct json w;
	size_t i;

	for (i = 0; i < g->count; i++) {
		json_begin(&w, to);
		add_group(&w, g, g->sorted[i]);
		json_end(&w);
	}
}
