// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of local ports: their columns and rows. What is unknown is "-".
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock_text.h"
#include "base/compiler.h"
#include "lib/names.h"
#include "view/ports_rows.h"

static char *next(struct ports_cells *c)
{
	return c->text[c->count++];
}

static void __printf(2, 3) add(struct ports_cells *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(next(c), PORTS_WORDS_MAX, format, args);
	va_end(args);
}

static void add_known(struct ports_cells *c, bool known, uint64_t value)
{
	if (known)
		add(c, "%" PRIu64, value);
	else
		add(c, "-");
}

/* A zero says nothing. */
static void add_some(struct ports_cells *c, uint64_t value)
{
	add_known(c, value, value);
}

static void add_share(struct ports_cells *c, const struct ports_destination *d)
{
	const struct ports_netns *n = d->netns;
	uint64_t tenths = n->available ? d->taken * 1000 / n->available : 0;

	add(c, "%s%" PRIu64, n->listed ? "" : ">=", d->taken);
	add_known(c, n->range_known, n->available);
	if (n->available)
		add(c, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
	else
		add(c, "-");
}

static void add_counts(struct ports_cells *c, const struct ports_netns *n, const uint64_t *counts)
{
	add_known(c, n->listed, counts[PORTS_OPEN]);
	add(c, "%" PRIu64, counts[PORTS_CLOSING]);
	add(c, "%" PRIu64, counts[PORTS_TIME_WAIT]);
}

static void add_growth(struct ports_cells *c, const struct ports_destination *d)
{
	const struct ports_growth *g = &d->growth;
	uint64_t tenths = g->known ? g->begun * 10 * 1000000000 / g->window_ns : 0;

	if (g->known)
		add(c, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
	else
		add(c, "-");
	if (!(g->known || g->ends) || !d->netns->listed || !d->netns->available)
		add(c, "-");
	else if (g->ends && !g->in_ns)
		add(c, "now");
	else if (g->ends)
		*format_duration(next(c), g->in_ns) = '\0';
	else
		add(c, "never");
}

static const struct column destination_columns[] = {
	{ .title = "NETNS", .width = 5 },
	{ .title = "FROM", .width = 9 },
	{ .title = "TO", .width = 14 },
	{ .title = "USED", .width = 5, .right = true },
	{ .title = "OPEN", .width = 5, .right = true },
	{ .title = "CLOSING", .width = 7, .right = true },
	{ .title = "TIME_WAIT", .width = 9, .right = true },
	{ .title = "REUSABLE", .width = 8, .right = true },
	{ .title = "TAKEN", .width = 5, .right = true },
	{ .title = "OF", .width = 5, .right = true },
	{ .title = "%", .width = 5, .right = true },
	{ .title = "CLOSED/s", .width = 8, .right = true },
	{ .title = "RUNS OUT", .width = 8, .right = true },
	{ .title = "FAILED", .width = 6, .right = true },
	{ .title = "PROCESSES" },
};

static void fill_destination(struct ports_cells *c, const struct ports *p, size_t number)
{
	const struct ports_destination *d = p->destinations[number];

	ports_words_netns(next(c), d->netns);
	ports_words_local(next(c), &d->ends);
	ports_words_remote(next(c), &d->ends);
	add(c, "%s%" PRIu64, d->netns->listed ? "" : ">=", ports_used(d));
	add_counts(c, d->netns, d->sum.counts);
	add_known(c, d->netns->listed, d->reusable);
	add_share(c, d);
	add_growth(c, d);
	add_some(c, d->sum.counts[PORTS_FAILED]);
	ports_words_processes(next(c), &d->sum);
}

static const struct column address_columns[] = {
	{ .title = "NETNS", .width = 5 },
	{ .title = "AT", .width = 9 },
	{ .title = "TAKEN", .width = 5, .right = true },
	{ .title = "OF", .width = 5, .right = true },
	{ .title = "%", .width = 5, .right = true },
	{ .title = "OPEN", .width = 4, .right = true },
	{ .title = "CLOSING", .width = 7, .right = true },
	{ .title = "TIME_WAIT", .width = 9, .right = true },
	{ .title = "HELD", .width = 4, .right = true },
	{ .title = "FAILED", .width = 6, .right = true },
	{ .title = "PROCESSES" },
};

static void fill_address(struct ports_cells *c, const struct ports *p, size_t number)
{
	const struct ports_destination *d = p->addresses[number];

	ports_words_netns(next(c), d->netns);
	ports_words_local(next(c), &d->ends);
	add_share(c, d);
	add_counts(c, d->netns, d->sum.counts);
	add_known(c, d->netns->listed, d->sum.counts[PORTS_HELD]);
	add_some(c, d->sum.counts[PORTS_FAILED]);
	ports_words_processes(next(c), &d->sum);
}

static const struct column process_columns[] = {
	{ .title = "NETNS", .width = 5 },
	{ .title = "PROCESS", .width = 10 },
	{ .title = "OPEN", .width = 5, .right = true },
	{ .title = "CLOSING", .width = 7, .right = true },
	{ .title = "TIME_WAIT", .width = 9, .right = true },
	{ .title = "HELD", .width = 5, .right = true },
	{ .title = "BEGUN", .width = 5, .right = true },
	{ .title = "RECYCLED", .width = 8, .right = true },
	{ .title = "OVERFLOWED", .width = 10, .right = true },
	{ .title = "FAILED", .width = 6, .right = true },
};

static size_t count_processes(const struct ports *p)
{
	size_t count = 0, i;

	for (i = 0; i < p->netns_count; i++)
		count += p->netns[i]->sum.process_count;
	return count;
}

static void fill_process(struct ports_cells *c, const struct ports *p, size_t number)
{
	const struct ports_process *r;
	size_t i = 0;

	while (number >= p->netns[i]->sum.process_count)
		number -= p->netns[i++]->sum.process_count;
	for (r = p->netns[i]->sum.processes; number; number--)
		r = r->next;
	ports_words_netns(next(c), p->netns[i]);
	ports_words_process(next(c), r);
	add_counts(c, p->netns[i], r->counts);
	add_known(c, p->netns[i]->listed, r->counts[PORTS_HELD]);
	add(c, "%" PRIu64, r->counts[PORTS_BEGUN]);
	add(c, "%" PRIu64, r->counts[PORTS_RECYCLED]);
	add(c, "%" PRIu64, r->counts[PORTS_OVERFLOWED]);
	add(c, "%" PRIu64, r->counts[PORTS_FAILED]);
}

static const struct column netns_columns[] = {
	{ .title = "NETNS", .width = 5 },
	{ .title = "RANGE", .width = 11 },
	{ .title = "RESERVED", .width = 8, .right = true },
	{ .title = "AVAILABLE", .width = 9, .right = true },
	{ .title = "IN USE", .width = 6, .right = true },
	{ .title = "LISTENING", .width = 9, .right = true },
	{ .title = "BOUND", .width = 5, .right = true },
	{ .title = "MINI-SOCKETS", .width = 12, .right = true },
	{ .title = "LIMIT", .width = 5, .right = true },
	{ .title = "OVERFLOWED", .width = 10, .right = true },
	{ .title = "RECYCLED", .width = 8, .right = true },
	{ .title = "TW_REUSE", .width = 8, .right = true },
};

static void add_setting(struct ports_cells *c, const struct ports_netns *n,
			enum netsysctl_name name)
{
	add_known(c, n->settings.values[name] >= 0, (uint64_t)n->settings.values[name]);
}

static void fill_netns(struct ports_cells *c, const struct ports *p, size_t number)
{
	const struct ports_netns *n = p->netns[number];

	ports_words_netns(next(c), n);
	if (n->range_known)
		add(c, "%u-%u", n->first, n->last);
	else
		add(c, "-");
	add_known(c, n->range_known && n->reserved_known, n->reserved);
	add_known(c, n->range_known, n->available);
	add_known(c, n->listed, n->used);
	add_known(c, n->listed, n->listeners);
	add_known(c, n->bound_known, n->bound);
	add(c, "%" PRIu64, n->buckets);
	add_setting(c, n, NETSYSCTL_MAX_TW_BUCKETS);
	add(c, "%" PRIu64, n->sum.counts[PORTS_OVERFLOWED]);
	add(c, "%" PRIu64, n->sum.counts[PORTS_RECYCLED]);
	add_setting(c, n, NETSYSCTL_TW_REUSE);
}

static const struct column failure_columns[] = {
	{ .title = "LATEST", .width = 8 },
	{ .title = "NETNS", .width = 5 },
	{ .title = "PROCESS", .width = 10 },
	{ .title = "CALL", .width = 7 },
	{ .title = "FROM", .width = 9 },
	{ .title = "TO", .width = 14 },
	{ .title = "ERROR", .width = 13 },
	{ .title = "RANGE", .width = 11 },
	{ .title = "COUNT", .width = 5, .right = true },
};

static void fill_failure(struct ports_cells *c, const struct ports *p, size_t number)
{
	const struct ports_failure *f = p->failures[number];
	struct clock_text clock = CLOCK_TEXT_INIT;
	const char *error = names_error(f->error);

	add(c, "%.8s", clock_text(&clock, f->realtime_ns));
	ports_words_netns(next(c), f->netns);
	if (f->pid)
		add(c, "%s/%u", f->comm, f->pid);
	else
		add(c, "-");
	add(c, "%s()", names_call(f->call));
	if (f->lport)
		*format_endpoint(next(c), f->ends.ipv6, f->ends.laddr, f->lport) = '\0';
	else
		ports_words_local(next(c), &f->ends);
	ports_words_remote(next(c), &f->ends);
	add(c, "%s", error ? error : "-");
	if (f->range)
		add(c, "%u-%u", f->port_low, f->port_high);
	else
		add(c, "-");
	add(c, "%" PRIu64, f->count);
}

/* The stream has those to which all connections are over, too. */
static size_t count_destinations(const struct ports *p)
{
	size_t count = 0;

	while (count < p->destination_count &&
	       (ports_used(p->destinations[count]) ||
		p->destinations[count]->sum.counts[PORTS_FAILED]))
		count++;
	return count;
}

/* Those with the most ports in use come first. */
static size_t count_netns(const struct ports *p)
{
	size_t count = 0;

	while (count < p->netns_count &&
	       (p->netns[count]->used || p->netns[count]->buckets ||
		p->netns[count]->sum.counts[PORTS_FAILED]))
		count++;
	return count;
}

/* It is not known whether anybody calls bind() at the others. */
static size_t count_addresses(const struct ports *p)
{
	size_t count = 0;

	while (count < p->address_count &&
	       (ports_percent(p->addresses[count]) >= PORTS_SHORT_PERCENT ||
		p->addresses[count]->sum.counts[PORTS_FAILED]))
		count++;
	return count;
}

/**
 * ports_rows_tables() - all tables, in their order
 * @p: the ports
 * @tables: result
 */
void ports_rows_tables(const struct ports *p, struct ports_table tables[PORTS_TABLES])
{
	const struct ports_table all[PORTS_TABLES] = {
		{ "BY DESTINATION", destination_columns, ARRAY_SIZE(destination_columns),
		  fill_destination, count_destinations(p) },
		{ "FOR BIND() WITHOUT A PORT", address_columns, ARRAY_SIZE(address_columns),
		  fill_address, count_addresses(p) },
		{ "CALLS THAT FOUND NO PORT", failure_columns, ARRAY_SIZE(failure_columns),
		  fill_failure, p->failure_count },
		{ "BY PROCESS", process_columns, ARRAY_SIZE(process_columns), fill_process,
		  count_processes(p) },
		{ "BY NAMESPACE", netns_columns, ARRAY_SIZE(netns_columns), fill_netns,
		  count_netns(p) },
	};

	memcpy(tables, all, sizeof(all));
}
