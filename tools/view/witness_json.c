// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all witnesses say, as one JSON object.
 */
#include <string.h>
#include <sys/wait.h>

#include "base/format.h"
#include "witness/outcome.h"

static void add_string(struct buffer *to, const char *string)
{
	char *p = buffer_reserve(to, FORMAT_JSON_MAX(strlen(string)));

	buffer_commit(to, format_json_string(p, string));
}

static void add_reason(struct buffer *to, const char *name,
		       const struct error *why)
{
	if (!why->text[0])
		return;
	buffer_printf(to, ",\"%s\":", name);
	add_string(to, why->text);
}

static void add_rows(struct buffer *to, const struct comparison *w)
{
	unsigned int i;

	buffer_printf(to, ",\"compared\":[");
	for (i = 0; i < w->row_count; i++) {
		const struct comparison_row *c = &w->rows[i];

		buffer_printf(to, "%s{\"what\":", i ? "," : "");
		add_string(to, c->what);
		buffer_printf(to,
			      ",\"kernel\":%llu,\"tcpclose\":%llu,\"difference\":%llu,\"in_motion\":%llu}",
			      (unsigned long long)c->kernel,
			      (unsigned long long)c->tcpclose,
			      (unsigned long long)c->difference,
			      (unsigned long long)c->moving);
	}
	buffer_printf(to, "]");
}

static void add_details(struct buffer *to, const struct comparison *w)
{
	uint64_t i;

	buffer_printf(to, ",\"details\":[");
	for (i = 0; i < w->detail_count && i < COMPARISON_DETAILS; i++) {
		if (i)
			buffer_printf(to, ",");
		add_string(to, w->details[i].text);
	}
	buffer_printf(to, "],\"details_in_all\":%llu",
		      (unsigned long long)w->detail_count);
}

static const char *status_of(const struct comparison *w)
{
	if (comparison_is_missing(w))
		return "missing";
	if (comparison_is_incomplete(w))
		return "incomplete";
	return comparison_differences(w) ? "differs" : "agrees";
}

static void add_witness(struct buffer *to, const struct comparison *w)
{
	buffer_printf(to, "{\"witness\":");
	add_string(to, w->witness);
	buffer_printf(to, ",\"source\":");
	add_string(to, w->source);
	buffer_printf(to, ",\"status\":\"%s\"", status_of(w));
	add_reason(to, "missing", &w->missing);
	add_reason(to, "incomplete", &w->incomplete);
	add_reason(to, "left_out", &w->remarks);
	add_rows(to, w);
	add_details(to, w);
	buffer_printf(to, "}");
}

static void add_command(struct buffer *to, const struct outcome *h)
{
	unsigned int i;

	if (!h->command)
		return;
	buffer_printf(to, ",\"command\":[");
	for (i = 0; h->command[i]; i++) {
		/* One argument may be longer than the buffer. */
		char word[256];
		size_t len = strlen(h->command[i]);

		if (len >= sizeof(word))
			len = sizeof(word) - 1;
		memcpy(word, h->command[i], len);
		word[len] = '\0';
		if (i)
			buffer_printf(to, ",");
		add_string(to, word);
	}
	buffer_printf(to, "]");
	if (WIFSIGNALED(h->command_status))
		buffer_printf(to, ",\"command_signal\":%d",
			      WTERMSIG(h->command_status));
	else
		buffer_printf(to, ",\"command_status\":%d",
			      WEXITSTATUS(h->command_status));
}

/**
 * outcome_json() - write one object
 * @h: the outcome
 * @to: where
 */
void outcome_json(const struct outcome *h, struct buffer *to)
{
	static const char *const verdicts[] = {
		[OUTCOME_AGREE] = "agree",
		[OUTCOME_DIFFER] = "differ",
		[OUTCOME_INCOMPLETE] = "incomplete",
		[OUTCOME_NO_WITNESS] = "no witness",
	};
	int i;

	buffer_printf(to,
		      "{\"verdict\":\"%s\",\"differences\":%llu,\"start_ns\":%llu,\"end_ns\":%llu,",
		      verdicts[outcome_result(h)],
		      (unsigned long long)outcome_differences(h),
		      (unsigned long long)h->start_ns,
		      (unsigned long long)h->end_ns);
	buffer_printf(to, "\"scope\":\"%s\",\"records\":%llu,\"lost\":%llu",
		      h->openings ? "all" : "teardown",
		      (unsigned long long)h->records,
		      (unsigned long long)h->lost);
	add_reason(to, "incomplete", &h->incomplete);
	add_command(to, h);
	buffer_printf(to, ",\"witnesses\":[");
	for (i = 0; i < WITNESSES; i++) {
		if (i)
			buffer_printf(to, ",");
		add_witness(to, &h->witnesses[i]);
	}
	buffer_printf(to, "]}\n");
}
