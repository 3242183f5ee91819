// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges sockets that are there.
 */
#include <errno.h>
#include <string.h>

#include "answer/why_internal.h"
#include "base/clock.h"

/**
 * struct bench - sockets being judged
 * @w: what was judged
 * @inv: all sockets
 * @i: the one in hand
 * @s: whom it concerns
 * @dwell_ns: how long it is in its state; UINT64_MAX: since before the module
 */
struct bench {
	struct why *w;
	const struct inventory *inv;
	const struct item *i;
	struct subject s;
	uint64_t dwell_ns;
};

/* The peer's FIN counts as a byte until the end of the stream is read. */
static uint32_t unread_bytes(const struct sockets_entry *s)
{
	return s->state == TCPCLOSE_CLOSE_WAIT && s->receive_queue ? s->receive_queue - 1 :
								     s->receive_queue;
}

/*
 * Sockets that are stuck now are trouble, however long ago that began.
 *
 * Return: what is found of the same subject so far, or NULL if there is no memory
 */
static struct diagnosis *find(struct bench *b, enum diagnosis_id id)
{
	struct diagnosis *g = diagnoses_add(&b->w->found, id, &b->s);

	if (!g)
		return NULL;
	if (b->dwell_ns != UINT64_MAX && b->dwell_ns > g->longest_ns)
		g->longest_ns = b->dwell_ns;
	g->bytes += unread_bytes(b->i->socket);
	return g;
}

static int add(struct bench *b, enum diagnosis_id id)
{
	return find(b, id) ? 0 : -ENOMEM;
}

static bool is_old(const struct bench *b, enum diagnosis_id id)
{
	return b->dwell_ns >= thresholds[id].after_ns;
}

/* How long it has neither closed nor sent: a half-closed connection may be in use. */
static uint64_t quiet_ns(const struct bench *b)
{
	int64_t ms = b->i->socket->last_sent_ms;

	if (ms < 0 || (uint64_t)ms * NS_PER_MS > b->dwell_ns)
		return b->dwell_ns;
	return (uint64_t)ms * NS_PER_MS;
}

/* From when on several of them are trouble, and from when on a single one is. */
static void find_limits(const struct bench *b, uint64_t *many_ns, uint64_t *alone_ns)
{
	/* The end of the stream is read, and there is work to be done, perhaps. */
	if (!b->i->socket->receive_queue) {
		*many_ns = THRESHOLDS_MANY_READ_NS;
		*alone_ns = THRESHOLDS_READ_NS;
		return;
	}
	/* What is older than the module is so for longer than is known. */
	*many_ns = b->i->since_how == ITEM_SINCE_SEEN ? THRESHOLDS_MANY_NS :
							THRESHOLDS_MANY_OLD_NS;
	*alone_ns = thresholds[DIAGNOSIS_CLOSE_WAIT_LEAK].after_ns;
}

static int judge_close_wait(struct bench *b)
{
	uint64_t quiet = quiet_ns(b), many, alone;
	struct diagnosis *g;

	if (b->i->held == ITEM_HELD_QUEUE)
		return is_old(b, DIAGNOSIS_NOT_ACCEPTED) ? add(b, DIAGNOSIS_NOT_ACCEPTED) : 0;
	find_limits(b, &many, &alone);
	if (quiet < many)
		return 0;
	g = find(b, DIAGNOSIS_CLOSE_WAIT_LEAK);
	if (!g)
		return -ENOMEM;
	if (quiet < alone)
		g->mild++;
	if (g->count >= THRESHOLDS_MANY)
		g->mild = 0;
	return 0;
}

static int judge_established(struct bench *b)
{
	if (b->i->held == ITEM_HELD_QUEUE) {
		uint64_t age_ns = b->i->born_ns ? b->inv->now_ns - b->i->born_ns : UINT64_MAX;

		return age_ns >= thresholds[DIAGNOSIS_NOT_ACCEPTED].after_ns ?
			       add(b, DIAGNOSIS_NOT_ACCEPTED) :
			       0;
	}
	return why_reused(b->w, &b->s, b->i->born_ns);
}

static bool is_unanswered(const struct bench *b, unsigned int retransmits)
{
	return b->i->socket->timer == SOCKETS_TIMER_RETRANSMIT &&
	       b->i->socket->retransmits >= retransmits;
}

static int judge_state(struct bench *b)
{
	switch (b->i->socket->state) {
	case TCPCLOSE_CLOSE_WAIT:
		return judge_close_wait(b);
	case TCPCLOSE_ESTABLISHED:
		if (is_unanswered(b, THRESHOLDS_RETRANSMITS_OPEN))
			return add(b, DIAGNOSIS_PEER_SILENT);
		return judge_established(b);
	case TCPCLOSE_SYN_SENT:
	case TCPCLOSE_FIN_WAIT1:
		return is_unanswered(b, THRESHOLDS_RETRANSMITS) ?
			       add(b, DIAGNOSIS_PEER_SILENT) :
			       0;
	case TCPCLOSE_FIN_WAIT2:
		return item_is_orphan(b->i) && is_old(b, DIAGNOSIS_FIN_WAIT2_ORPHANS) ?
			       add(b, DIAGNOSIS_FIN_WAIT2_ORPHANS) :
			       0;
	case TCPCLOSE_LAST_ACK:
	case TCPCLOSE_CLOSING:
		return is_old(b, DIAGNOSIS_LAST_ACK_STUCK) &&
				       is_unanswered(b, THRESHOLDS_RETRANSMITS) ?
			       add(b, DIAGNOSIS_LAST_ACK_STUCK) :
			       0;
	default:
		return 0;
	}
}

static int note_reached(struct bench *b)
{
	struct why_crowd *crowd = why_crowd(b->w, &b->s);
	struct why_place *place;

	if (!crowd)
		return -ENOMEM;
	crowd->count++;
	if (b->s.passive || b->i->socket->state != TCPCLOSE_ESTABLISHED)
		return 0;
	place = why_place(b->w, &b->s);
	if (!place)
		return -ENOMEM;
	place->reached_ns = b->inv->now_ns;
	return 0;
}

/* Whoever holds a listener now: when it dropped something nobody looked, perhaps. */
static void name_listener(struct diagnosis *g, const struct inventory *inv)
{
	struct subject s = g->subject;
	struct sockholder holder;
	size_t l, number;

	for (l = 0; l < inv->listener_count; l++)
		if (inv->listeners[l]->inode == g->inode &&
		    inv->listeners[l]->lport == s.lport)
			break;
	if (l == inv->listener_count)
		return;
	for (number = 0; sockowners_holder(&inv->owners, g->inode, number, &holder); number++) {
		s.process.pid = holder.pid;
		memcpy(s.process.comm, holder.comm, sizeof(holder.comm));
		s.process.comm[sizeof(s.process.comm) - 1] = '\0';
		if (!g->subject.process.pid)
			g->subject.process = s.process;
		diagnosis_add_process(g, &s);
	}
}

static void name_listeners(struct why *w, const struct inventory *inv)
{
	struct recent_entry *e;

	for (e = w->found.table.oldest; e; e = e->next) {
		struct diagnosis *g = (struct diagnosis *)e;

		if (g->inode && !g->process_count)
			name_listener(g, inv);
	}
}

/**
 * why_inventory() - judge the sockets that are there
 * @w: what was judged
 * @inv: the sockets
 * @filter: which are wanted
 *
 * Return: 0 or -ENOMEM
 */
int why_inventory(struct why *w, const struct inventory *inv, const struct filter *filter)
{
	struct bench b = { .w = w, .inv = inv };
	size_t n;
	int ret = 0;

	w->blind = inv->live && !inv->is_whole;
	for (n = 0; n < inv->count && !ret; n++) {
		b.i = &inv->items[n];
		if (b.i->socket->state == TCPCLOSE_LISTEN || !inventory_wants(inv, b.i, filter))
			continue;
		w->sockets++;
		subject_of_item(&b.s, b.i, inv->now_ns);
		b.dwell_ns = b.i->since_how ? item_dwell_ns(b.i, inv->now_ns) : UINT64_MAX;
		ret = note_reached(&b);
		if (!ret)
			ret = judge_state(&b);
	}
	if (inv->live)
		name_listeners(w, inv);
	return ret;
}
