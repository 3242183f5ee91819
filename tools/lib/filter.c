// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which events are wanted.
 *
 * Several filters of one kind widen the choice, several kinds narrow it. All
 * filter_add_*() functions return 0, -EINVAL if the text is wrong, -ENOENT if
 * it names something that does not exist, or -E2BIG if there are too many.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "lib/filter.h"
#include "lib/names.h"
#include "sys/netns.h"

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

/**
 * filter_add_port() - want a port at either end
 * @f: the filter
 * @text: PORT or FIRST-LAST
 */
int filter_add_port(struct filter *f, const char *text)
{
	const char *dash = strchr(text, '-');
	uint64_t first, last;
	char head[8];

	if (f->port_count == FILTER_MAX)
		return -E2BIG;
	if (dash) {
		size_t len = (size_t)(dash - text);

		if (len >= sizeof(head))
			return -EINVAL;
		memcpy(head, text, len);
		head[len] = '\0';
		if (parse_u64(head, 1, UINT16_MAX, &first) ||
		    parse_u64(dash + 1, first, UINT16_MAX, &last))
			return -EINVAL;
	} else {
		if (parse_u64(text, 1, UINT16_MAX, &first))
			return -EINVAL;
		last = first;
	}
	f->ports[f->port_count].first = (uint16_t)first;
	f->ports[f->port_count].last = (uint16_t)last;
	f->port_count++;
	return 0;
}

/**
 * filter_add_addr() - want an address at either end
 * @f: the filter
 * @text: ADDRESS or ADDRESS/PREFIX; IPv4 finds IPv4-mapped IPv6 too
 */
int filter_add_addr(struct filter *f, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct filter_addr *a = &f->addrs[f->addr_count];
	char head[INET6_ADDRSTRLEN];
	unsigned int base;
	uint64_t bits;

	if (f->addr_count == FILTER_MAX)
		return -E2BIG;
	if (len >= sizeof(head))
		return -EINVAL;
	memcpy(head, text, len);
	head[len] = '\0';
	if (inet_pton(AF_INET, head, a->addr + sizeof(mapped)) == 1) {
		memcpy(a->addr, mapped, sizeof(mapped));
		base = 8 * sizeof(mapped);
	} else if (inet_pton(AF_INET6, head, a->addr) == 1) {
		base = 0;
	} else {
		return -EINVAL;
	}
	if (!slash)
		bits = 128 - base;
	else if (parse_u64(slash + 1, 0, 128 - base, &bits))
		return -EINVAL;
	a->bits = base + (unsigned int)bits;
	f->addr_count++;
	return 0;
}

/**
 * filter_add_netns() - want a network namespace
 * @f: the filter
 * @text: "self", "host", an inode, a path such as /proc/PID/ns/net, or a name; must
 *	outlive the filter
 *
 * Returns another -errno, too, if the namespace of a path must not be entered.
 */
int filter_add_netns(struct filter *f, const char *text)
{
	struct filter_netns *n = &f->netns[f->netns_count];
	uint64_t inode;
	int ret;

	if (f->netns_count == FILTER_MAX)
		return -E2BIG;
	memset(n, 0, sizeof(*n));
	n->name = text;
	if (!*text)
		return -EINVAL;
	if (!strcmp(text, "self")) {
		n->own = true;
	} else if (!strcmp(text, "host")) {
		n->host = true;
	} else if (!parse_u64(text, 1, UINT32_MAX, &inode)) {
		n->inode = (uint32_t)inode;
	} else if (strchr(text, '/')) {
		n->path = true;
		ret = netns_cookie(text, &n->cookie);
		if (ret)
			return ret;
	}
	f->netns_count++;
	return 0;
}

/**
 * filter_add_pid() - want a process
 * @f: the filter
 * @text: its number
 */
int filter_add_pid(struct filter *f, const char *text)
{
	uint64_t pid;

	if (f->pid_count == FILTER_MAX)
		return -E2BIG;
	if (parse_u64(text, 1, INT32_MAX, &pid))
		return -EINVAL;
	f->pids[f->pid_count++] = (uint32_t)pid;
	return 0;
}

/**
 * filter_add_states() - want states, old or new
 * @f: the filter
 * @text: names with commas between
 */
int filter_add_states(struct filter *f, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, ",");
		int state = names_find_state(text, len);

		if (state < 0)
			return -EINVAL;
		f->states |= 1U << state;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}

/**
 * filter_add_family() - want an address family
 * @f: the filter
 * @text: inet, inet6, 4 or 6
 */
int filter_add_family(struct filter *f, const char *text)
{
	if (!strcmp(text, "inet") || !strcmp(text, "4"))
		f->families |= 1U << 0;
	else if (!strcmp(text, "inet6") || !strcmp(text, "6"))
		f->families |= 1U << 1;
	else
		return -EINVAL;
	return 0;
}

static bool matches_port(const struct filter *f, uint16_t port)
{
	unsigned int i;

	for (i = 0; i < f->port_count; i++)
		if (port >= f->ports[i].first && port <= f->ports[i].last)
			return true;
	return false;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int bytes = bits / 8;
	unsigned int rest = bits % 8;

	return !memcmp(a, b, bytes) &&
	       (!rest || !((a[bytes] ^ b[bytes]) >> (8 - rest)));
}

static bool matches_addr(const struct filter *f, const struct event *e,
			 const uint8_t *addr)
{
	uint8_t wide[16];
	unsigned int i;

	if (!e->ipv6) {
		memcpy(wide, mapped, sizeof(mapped));
		memcpy(wide + sizeof(mapped), addr, 4);
		addr = wide;
	}
	for (i = 0; i < f->addr_count; i++) {
		/* ::/0 is all of IPv6, not IPv4 too. */
		if (!e->ipv6 && f->addrs[i].bits < 8 * sizeof(mapped))
			continue;
		if (same_prefix(addr, f->addrs[i].addr, f->addrs[i].bits))
			return true;
	}
	return false;
}

/* A namespace may have several names, and a name several namespaces by and by. */
static bool matches_one_netns(const struct filter_netns *n,
			      const struct event *e)
{
	if (n->own || n->host)
		return e->own_netns;
	if (n->inode)
		return e->netns_inode == n->inode;
	if (n->cookie && e->netns == n->cookie)
		return true;
	return !n->path && e->netns_name && !strcmp(e->netns_name, n->name);
}

static bool matches_netns(const struct filter *f, const struct event *e)
{
	unsigned int i;

	for (i = 0; i < f->netns_count; i++)
		if (matches_one_netns(&f->netns[i], e))
			return true;
	return false;
}

static bool matches_pid(const struct filter *f, uint32_t pid)
{
	unsigned int i;

	for (i = 0; i < f->pid_count; i++)
		if (f->pids[i] == pid)
			return true;
	return false;
}

/**
 * filter_is_empty() - whether all is wanted
 * @f: the filter
 */
bool filter_is_empty(const struct filter *f)
{
	return !f->port_count && !f->addr_count && !f->netns_count &&
	       !f->pid_count && !f->states && !f->families;
}

/**
 * filter_matches() - whether an event is wanted
 * @f: the filter
 * @e: the event; a loss, and a number of RSTs left out, are always wanted
 */
bool filter_matches(const struct filter *f, const struct event *e)
{
	if (e->kind == EVENT_LOST || e->kind == EVENT_LEFT_OUT)
		return true;
	if (f->states && !(f->states & (1U << e->old | 1U << e->new)))
		return false;
	if (f->families && !(f->families & 1U << e->ipv6))
		return false;
	if (f->port_count && !matches_port(f, e->lport) &&
	    !matches_port(f, e->rport))
		return false;
	if (f->pid_count && !matches_pid(f, e->pid))
		return false;
	if (f->addr_count && !matches_addr(f, e, e->laddr) &&
	    !matches_addr(f, e, e->raddr))
		return false;
	return !f->netns_count || matches_netns(f, e);
}
