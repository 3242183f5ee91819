// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sums of connections that have something in common.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/format.h"
#include "base/hash.h"
#include "base/histogram.h"
#include "conn/groups.h"
#include "lib/names.h"

static struct group *of_node(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct group, node);
}

static void key_of_process(char *key, const struct conn *c)
{
	snprintf(key, GROUP_KEY_SIZE, "%s", c->pid ? c->comm : c->opener_comm);
}

static void key_of_container(char *key, const struct conn *c)
{
	snprintf(key, GROUP_KEY_SIZE, "%s", cgroup_names_place(&c->cgroup_names));
}

/* The port of a client says nothing of a group. */
static void key_of_remote(char *key, const struct conn *c)
{
	uint16_t port = conn_is_passive(c) ? 0 : c->rport;

	*format_endpoint(key, c->ipv6, c->raddr, port) = '\0';
}

static void key_of(enum groups_by by, char *key, const struct conn *c)
{
	const char *cause = names_cause(c->cause);

	switch (by) {
	case GROUPS_PROCESS:
		key_of_process(key, c);
		break;
	case GROUPS_CONTAINER:
		key_of_container(key, c);
		break;
	case GROUPS_REMOTE:
		key_of_remote(key, c);
		break;
	case GROUPS_LPORT:
		snprintf(key, GROUP_KEY_SIZE, "%u", c->lport);
		break;
	default:
		snprintf(key, GROUP_KEY_SIZE, "%s", cause ? cause : "");
	}
}

static uint64_t hash_of(const struct groups *g, const char *key)
{
	uint64_t hash = g->seed, word;
	size_t len = strlen(key), at;

	for (at = 0; at < len; at += sizeof(word)) {
		word = 0;
		memcpy(&word, key + at, len - at < sizeof(word) ? len - at : sizeof(word));
		hash = hash_mix(g->seed, hash, word);
	}
	return hash;
}

static struct group *find(struct groups *g, const char *key)
{
	uint64_t hash = hash_of(g, key);
	struct hashtable_node *node = hashtable_find(&g->table, hash);
	struct group *group;

	for (; node; node = hashtable_next(node))
		if (!strcmp(of_node(node)->key, key))
			return of_node(node);
	if (g->table.count >= GROUPS_MAX && strcmp(key, "others"))
		return find(g, "others");
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	snprintf(group->key, sizeof(group->key), "%s", key);
	group->age.min_ns = TCPCLOSE_UNKNOWN_NS;
	group->closing.min_ns = TCPCLOSE_UNKNOWN_NS;
	if (!hashtable_add(&g->table, &group->node, hash))
		return group;
	free(group);
	return NULL;
}

/**
 * groups_add() - add a connection
 * @g: the groups
 * @c: the connection
 *
 * Return: 0 or -ENOMEM
 */
int groups_add(struct groups *g, const struct conn *c)
{
	int64_t closing_ns = conn_closing_ns(c);
	char key[GROUP_KEY_SIZE];
	struct group *group;

	if (!g->seed)
		g->seed = hash_seed();
	key_of(g->by, key, c);
	group = find(g, key);
	if (!group)
		return -ENOMEM;
	group->count++;
	group->causes[c->cause < TCPCLOSE_CAUSES ? c->cause : TCPCLOSE_CAUSE_UNKNOWN]++;
	if (c->age_ns >= 0)
		histogram_add(&group->age, (uint64_t)c->age_ns);
	if (closing_ns >= 0)
		histogram_add(&group->closing, (uint64_t)closing_ns);
	if (c->bytes_sent > 0)
		group->bytes_sent += (uint64_t)c->bytes_sent;
	if (c->bytes_received > 0)
		group->bytes_received += (uint64_t)c->bytes_received;
	if (!g->first_ns || c->closed_ns < g->first_ns)
		g->first_ns = c->closed_ns;
	if (c->closed_ns > g->last_ns)
		g->last_ns = c->closed_ns;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct group *x = *(const struct group *const *)a;
	const struct group *y = *(const struct group *const *)b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->key, y->key);
}

/**
 * groups_finish() - sort the groups, those of most connections first
 * @g: the groups; no more are added
 *
 * Return: 0 or -ENOMEM
 */
int groups_finish(struct groups *g)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	if (!g->table.count)
		return 0;
	g->sorted = calloc(g->table.count, sizeof(*g->sorted));
	if (!g->sorted)
		return -ENOMEM;
	while ((node = hashtable_walk(&g->table, &bucket, node)))
		g->sorted[g->count++] = of_node(node);
	qsort(g->sorted, g->count, sizeof(*g->sorted), compare);
	return 0;
}

static void release(struct hashtable_node *node)
{
	free(of_node(node));
}

/**
 * groups_free() - free all groups
 * @g: the groups
 */
void groups_free(struct groups *g)
{
	hashtable_free(&g->table, release);
	free(g->sorted);
}
