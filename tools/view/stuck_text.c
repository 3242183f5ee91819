// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that are stuck, for people: first whose they are, then the oldest of them.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/compiler.h"
#include "lib/names.h"
#include "view/item_words.h"
#include "view/stuck_view.h"

/* Columns whose width depends on the names in them. */
enum {
	GROUP_NETNS = 3,
	GROUP_PROCESS = 4,
	GROUP_REMOTE = 6,
	ITEM_NETNS = 2,
	ITEM_PROCESS = 3,
	ITEM_LOCAL = 5,
	ITEM_REMOTE = 6,
};

static const struct column group_specs[] = {
	{ .title = "STATE", .width = 10 },
	{ .title = "COUNT", .width = 6, .right = true },
	{ .title = "OLDEST", .width = 8, .right = true },
	{ .title = "NETNS", .width = 8 },
	{ .title = "PROCESS", .width = 16 },
	{ .title = "CONTAINER", .width = 12 },
	{ .title = "REMOTE", .width = 20 },
	{ .title = "RECV-Q", .width = 6, .right = true },
	{ .title = "SEND-Q", .width = 6, .right = true },
	{ .title = "ENDS BY" },
};

static const struct column item_specs[] = {
	{ .title = "STATE", .width = 10 },
	{ .title = "FOR", .width = 8, .right = true },
	{ .title = "NETNS", .width = 8 },
	{ .title = "PROCESS", .width = 16 },
	{ .title = "FD", .width = 5, .right = true },
	{ .title = "LOCAL", .width = 18 },
	{ .title = "REMOTE", .width = 18 },
	{ .title = "RECV-Q", .width = 6, .right = true },
	{ .title = "SEND-Q", .width = 6, .right = true },
	{ .title = "TIMER", .width = 16 },
	{ .title = "COOKIE", .width = 6, .right = true },
	{ .title = "ENDS BY" },
};

static void add_netns(struct columns *c, const struct sockets_netns *n)
{
	if (*n->name)
		columns_name(c, n->name);
	else
		columns_u64(c, n->inode);
}

static void add_size(struct columns *c, bool known, uint64_t bytes)
{
	char text[FORMAT_SIZE_MAX + 1];

	*format_size(text, bytes) = '\0';
	columns_text(c, known ? text : "-");
}

/* At least: it was so before the module was loaded. */
static void add_age(struct columns *c, const struct item *i, uint64_t now_ns)
{
	char text[FORMAT_DURATION_MAX + 4], *p = text;

	if (!i->since_how) {
		columns_text(c, "old");
		return;
	}
	if (i->since_how == ITEM_SINCE_LEAST)
		*p++ = '>';
	*format_duration(p, item_dwell_ns(i, now_ns)) = '\0';
	columns_text(c, text);
}

static void add_fate(struct columns *c, const struct stuck *s, const struct item *i)
{
	char text[ITEM_WORDS_MAX];
	struct fate f;

	fate_of(i, s->inventory->live, &f);
	item_words_fate(text, &f);
	columns_text(c, text);
}

static void add_words(struct columns *c, const struct item *i,
		      void (*words)(char *text, const struct item *i))
{
	char text[ITEM_WORDS_MAX];

	words(text, i);
	columns_name(c, text);
}

static void add_container(struct columns *c, const struct item *i)
{
	const char *name = item_words_container(i);
	bool is_id = i->cgroup && *i->cgroup->text[CGROUP_CONTAINER];
	char text[40];

	snprintf(text, sizeof(text), "%.*s", is_id ? 12 : 39, name ? name : "-");
	columns_name(c, text);
}

static void widen(struct columns *c, const struct item *i, unsigned int netns,
		  unsigned int process)
{
	char text[ITEM_WORDS_MAX];

	snprintf(text, sizeof(text), "%u", i->netns->inode);
	columns_widen(c, netns, *i->netns->name ? i->netns->name : text);
	item_words_process(text, i);
	columns_widen(c, process, text);
}

static void widen_group(struct columns *c, const struct item *i)
{
	char text[ITEM_WORDS_MAX];

	widen(c, i, GROUP_NETNS, GROUP_PROCESS);
	item_words_remote(text, i);
	columns_widen(c, GROUP_REMOTE, text);
}

static void widen_item(struct columns *c, const struct item *i)
{
	const struct sockets_entry *s = i->socket;
	char text[FORMAT_ENDPOINT_MAX + 1];

	widen(c, i, ITEM_NETNS, ITEM_PROCESS);
	*format_endpoint(text, s->ipv6, s->laddr, s->lport) = '\0';
	columns_widen(c, ITEM_LOCAL, text);
	*format_endpoint(text, s->ipv6, s->raddr, s->rport) = '\0';
	columns_widen(c, ITEM_REMOTE, text);
}

static void add_groups(const struct view *how, struct buffer *to, const struct stuck *s,
		       size_t top)
{
	struct columns c;
	size_t g;

	columns_init(&c, how, to, group_specs, ARRAY_SIZE(group_specs));
	for (g = 0; g < s->group_count && g < top; g++)
		widen_group(&c, s->groups[g].first);
	columns_header(&c);
	for (g = 0; g < s->group_count && g < top; g++) {
		const struct stuck_group *group = &s->groups[g];
		const struct item *i = group->first;

		columns_begin(&c, NULL);
		columns_text(&c, names_state(i->socket->state));
		columns_u64(&c, group->count);
		add_age(&c, i, s->inventory->now_ns);
		add_netns(&c, i->netns);
		add_words(&c, i, item_words_process);
		add_container(&c, i);
		add_words(&c, i, item_words_remote);
		add_size(&c, s->inventory->live, group->receive_queue);
		add_size(&c, s->inventory->live, group->send_queue);
		add_fate(&c, s, i);
		columns_end(&c);
	}
	if (s->group_count > top)
		buffer_printf(to, "%zu more groups: use --top or a filter\n",
			      s->group_count - top);
}

static void add_fd(struct columns *c, const struct stuck *s, const struct item *i)
{
	struct sockholder holder;

	if (!inventory_holder(s->inventory, i, 0, &holder))
		columns_text(c, "-");
	else if (i->holder_count > 1)
		columns_printf(c, "%u+%u", holder.fd, i->holder_count - 1);
	else
		columns_u64(c, holder.fd);
}

static void add_endpoint(struct columns *c, bool ipv6, const uint8_t *addr, uint16_t port)
{
	char text[FORMAT_ENDPOINT_MAX + 1];

	*format_endpoint(text, ipv6, addr, port) = '\0';
	columns_text(c, text);
}

static void add_timer(struct columns *c, const struct sockets_entry *s)
{
	const char *name = item_words_timer(s);
	char text[64], *p = text;

	if (!name) {
		columns_text(c, "-");
		return;
	}
	p += sprintf(p, "%s ", name);
	p = format_duration(p, (uint64_t)s->expires_ms * NS_PER_MS);
	if (s->retransmits && s->timer == SOCKETS_TIMER_RETRANSMIT)
		p += sprintf(p, " #%u", s->retransmits);
	*p = '\0';
	columns_text(c, text);
}

static void add_item(struct columns *c, const struct stuck *s, const struct item *i)
{
	const struct sockets_entry *k = i->socket;

	columns_begin(c, NULL);
	columns_text(c, names_state(k->state));
	add_age(c, i, s->inventory->now_ns);
	add_netns(c, i->netns);
	add_words(c, i, item_words_process);
	add_fd(c, s, i);
	add_endpoint(c, k->ipv6, k->laddr, k->lport);
	add_endpoint(c, k->ipv6, k->raddr, k->rport);
	add_size(c, s->inventory->live, k->receive_queue);
	add_size(c, s->inventory->live, k->send_queue);
	add_timer(c, k);
	columns_u64(c, k->cookie);
	add_fate(c, s, i);
	columns_end(c);
}

static void add_items(const struct view *how, struct buffer *to, const struct stuck *s,
		      size_t top)
{
	struct columns c;
	size_t i;

	columns_init(&c, how, to, item_specs, ARRAY_SIZE(item_specs));
	for (i = 0; i < s->count && i < top; i++)
		widen_item(&c, s->items[i]);
	columns_header(&c);
	for (i = 0; i < s->count && i < top; i++)
		add_item(&c, s, s->items[i]);
	if (s->count > top)
		buffer_printf(to, "%zu more: use --top or a filter\n", s->count - top);
}

/**
 * stuck_text() - write who has sockets that are stuck, and the oldest of them
 * @how: how they are shown
 * @to: where they go
 * @s: the sockets
 * @top: lines of each table at most
 */
void stuck_text(const struct view *how, struct buffer *to, const struct stuck *s, size_t top)
{
	if (!s->count) {
		buffer_printf(to, "No socket is stuck.\n");
		return;
	}
	view_title(how, to, "BY PROCESS AND REMOTE END");
	add_groups(how, to, s, top);
	view_title(how, to, "SOCKETS, THE OLDEST FIRST");
	add_items(how, to, s, top);
}
