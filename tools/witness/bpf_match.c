// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lives of mini-sockets, each step as BPF saw it and as tcpclose has it, set
 * against each other by cookie.
 *
 * BPF sees a birth a moment before tcpclose tells of it, and a death when the
 * memory is freed, which may be later than the end that tcpclose tells of. So
 * there is no order between the two: each cookie has a balance for each step,
 * and is forgotten once all are even.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/hashtable.h"
#include "witness/bpf_match.h"

/**
 * enum bpf_match_step - steps of a mini-socket's life
 */
enum bpf_match_step {
	BORN_IN_FIN_WAIT2,
	BORN_IN_TIME_WAIT,
	CHANGED,
	DIED,
	STEPS,
};

static const char *const names[STEPS] = {
	[BORN_IN_FIN_WAIT2] = "mini-sockets born in FIN_WAIT2",
	[BORN_IN_TIME_WAIT] = "mini-sockets born in TIME_WAIT",
	[CHANGED] = "FIN_WAIT2 to TIME_WAIT",
	[DIED] = "deaths",
};

/**
 * struct life - the account of one cookie
 * @node: in the table
 * @cookie: 0: it has none, the key is made of its addresses
 * @tuple: of its network namespace, addresses and ports
 * @balance: what BPF saw, less what tcpclose told
 * @seen_ns: when BPF saw the latest
 * @told_ns: time of tcpclose's latest record
 * @ended_in_fin_wait2: tcpclose told of its end, without a change before
 * @late_change: BPF saw it change when nobody could find it any more
 */
struct life {
	struct hashtable_node node;
	uint64_t cookie;
	uint64_t tuple;
	int balance[STEPS];
	uint64_t seen_ns[STEPS];
	uint64_t told_ns[STEPS];
	bool ended_in_fin_wait2;
	bool late_change;
};

/**
 * struct old - a mini-socket that is older than the witness
 * @node: in the table, by cookie
 * @in_time_wait: nobody knows for how long; else it was in FIN_WAIT2
 */
struct old {
	struct hashtable_node node;
	bool in_time_wait;
};

struct bpf_match {
	struct hashtable lives;
	struct hashtable old;
	uint64_t seen[STEPS];
	uint64_t told[STEPS];
};

/**
 * bpf_match_new() - begin with nothing
 * @result: the ledger
 *
 * Return: 0, or -ENOMEM
 */
int bpf_match_new(struct bpf_match **result)
{
	*result = calloc(1, sizeof(**result));
	return *result ? 0 : -ENOMEM;
}

static void release(struct hashtable_node *node)
{
	free(node);
}

/**
 * bpf_match_free() - give everything back
 * @l: the ledger; may be NULL
 */
void bpf_match_free(struct bpf_match *l)
{
	if (!l)
		return;
	hashtable_free(&l->lives, release);
	hashtable_free(&l->old, release);
	free(l);
}

static int remember_old(struct bpf_match *l, uint64_t cookie, bool in_time_wait)
{
	struct old *o;

	if (hashtable_find(&l->old, cookie))
		return 0;
	o = calloc(1, sizeof(*o));
	if (!o)
		return -ENOMEM;
	o->in_time_wait = in_time_wait;
	return hashtable_add(&l->old, &o->node, cookie);
}

static bool forget_old(struct bpf_match *l, uint64_t cookie, bool in_time_wait)
{
	struct old *o = (struct old *)hashtable_find(&l->old, cookie);

	if (!o || o->in_time_wait != in_time_wait)
		return false;
	hashtable_remove(&l->old, &o->node);
	free(o);
	return true;
}

/**
 * bpf_match_old() - tell of a mini-socket that was there before
 * @l: the ledger
 * @cookie: its cookie
 * @state: in which state it was when the witness looked already
 *
 * Return: 0, or -ENOMEM
 */
int bpf_match_old(struct bpf_match *l, uint64_t cookie, unsigned int state)
{
	if (state != TCPCLOSE_FIN_WAIT2)
		return 0;
	return remember_old(l, cookie, false);
}

static struct life *life_of(struct bpf_match *l, uint64_t cookie, uint64_t tuple)
{
	uint64_t key = cookie ? cookie : tuple;
	struct hashtable_node *node = hashtable_find(&l->lives, key);
	struct life *life;

	while (node && ((struct life *)node)->cookie != cookie)
		node = hashtable_next(node);
	if (node)
		return (struct life *)node;
	life = calloc(1, sizeof(*life));
	if (!life)
		return NULL;
	life->cookie = cookie;
	life->tuple = tuple;
	if (hashtable_add(&l->lives, &life->node, key)) {
		free(life);
		return NULL;
	}
	return life;
}

static bool is_even(const struct life *life)
{
	int i;

	for (i = 0; i < STEPS; i++)
		if (life->balance[i])
			return false;
	return true;
}

static void forget_if_even(struct bpf_match *l, struct life *life)
{
	if (!is_even(life))
		return;
	hashtable_remove(&l->lives, &life->node);
	free(life);
}

static uint64_t tuple_of(uint64_t netns, const uint8_t laddr[16],
			 const uint8_t raddr[16], uint16_t lport, uint16_t rport)
{
	uint64_t tuple = hash_bytes(0, &netns, sizeof(netns));

	tuple = hash_bytes(tuple, laddr, 16);
	tuple = hash_bytes(tuple, raddr, 16);
	tuple = hash_bytes(tuple, &lport, sizeof(lport));
	return hash_bytes(tuple, &rport, sizeof(rport));
}

/* Whether tcpclose has told of a change that BPF has not seen. */
static bool has_record(const struct bpf_match *l, uint64_t cookie)
{
	const struct life *life =
		(const struct life *)hashtable_find(&l->lives, cookie);

	return life && life->balance[CHANGED] < 0;
}

/* Which step BPF saw; %STEPS: none that counts. */
static enum bpf_match_step step_seen(struct bpf_match *l,
				     const struct minisock_event *e)
{
	switch (e->kind) {
	case MINISOCK_BORN:
		return e->state == TCPCLOSE_FIN_WAIT2 ? BORN_IN_FIN_WAIT2 :
							BORN_IN_TIME_WAIT;
	case MINISOCK_IN_TIME_WAIT:
		if (forget_old(l, e->cookie, false) || has_record(l, e->cookie))
			return CHANGED;
		/* If it has changed, tcpclose will tell of it yet. */
		remember_old(l, e->cookie, true);
		return STEPS;
	case MINISOCK_CHANGED:
		return CHANGED;
	case MINISOCK_DIED:
		forget_old(l, e->cookie, false);
		forget_old(l, e->cookie, true);
		return DIED;
	default:
		return STEPS;
	}
}

/**
 * bpf_match_witness() - enter what BPF saw
 * @l: the ledger
 * @e: the event
 *
 * Return: 0, or -ENOMEM
 */
int bpf_match_witness(struct bpf_match *l, const struct minisock_event *e)
{
	enum bpf_match_step step = step_seen(l, e);
	uint64_t tuple;
	struct life *life;

	if (step == STEPS)
		return 0;
	tuple = tuple_of(e->netns, e->laddr, e->raddr, e->lport, e->rport);
	life = life_of(l, e->cookie, tuple);
	if (!life)
		return -ENOMEM;
	life->tuple = tuple;
	life->balance[step]++;
	life->seen_ns[step] = e->ts_ns;
	if (step == CHANGED)
		life->late_change = e->ended;
	l->seen[step]++;
	forget_if_even(l, life);
	return 0;
}

/* Which step a record tells of; %STEPS: none. */
static enum bpf_match_step step_told(const struct event *e)
{
	if (e->origin == TCPCLOSE_ORIGIN_TRACEPOINT) {
		if (e->new == TCPCLOSE_TIME_WAIT)
			return BORN_IN_TIME_WAIT;
		return event_is_orphaned(e) ? BORN_IN_FIN_WAIT2 : STEPS;
	}
	if (e->new == TCPCLOSE_CLOSE)
		return DIED;
	return event_is_rearm(e) ? STEPS : CHANGED;
}

/**
 * bpf_match_record() - enter what tcpclose told
 * @l: the ledger
 * @e: the record; those of no mini-socket are left out
 *
 * Return: 0, or -ENOMEM
 */
int bpf_match_record(struct bpf_match *l, const struct event *e)
{
	enum bpf_match_step step = step_told(e);
	uint64_t tuple;
	struct life *life;

	if (step == STEPS)
		return 0;
	tuple = tuple_of(e->netns, e->laddr, e->raddr, e->lport, e->rport);
	life = life_of(l, e->cookie, tuple);
	if (!life)
		return -ENOMEM;
	life->tuple = tuple;
	life->balance[step]--;
	life->told_ns[step] = e->ts_ns;
	if (step == DIED)
		life->ended_in_fin_wait2 = e->old == TCPCLOSE_FIN_WAIT2;
	l->told[step]++;
	if (step == CHANGED && forget_old(l, e->cookie, true)) {
		life->balance[step]++;
		l->seen[step]++;
	}
	forget_if_even(l, life);
	return 0;
}

/* Steps of a life that are on one side only and should not be. */
static int open_steps(const struct life *life, enum bpf_match_step step,
		      uint64_t start_ns, uint64_t end_ns)
{
	int balance = life->balance[step];

	if (balance >= 0)
		return balance;
	return life->told_ns[step] >= start_ns &&
			       life->told_ns[step] <= end_ns ?
		       -balance :
		       0;
}

/**
 * bpf_match_is_settled() - whether both have told of all that the other has
 * @l: the ledger
 * @start_ns: from here on BPF has to have seen every record's step
 * @end_ns: up to here
 */
bool bpf_match_is_settled(const struct bpf_match *l, uint64_t start_ns,
			  uint64_t end_ns)
{
	const struct hashtable_node *node = NULL;
	size_t bucket = 0;
	int i;

	while ((node = hashtable_walk(&l->lives, &bucket, node)))
		for (i = 0; i < STEPS; i++)
			if (open_steps((const struct life *)node, i, start_ns,
				       end_ns))
				return false;
	return true;
}

/*
 * A FIN for a mini-socket that another CPU has just ended changes memory that
 * nobody will find any more: no transition, though BPF sees it.
 */
static void excuse_late_change(struct bpf_match *l, struct life *life)
{
	if (life->balance[CHANGED] != 1 || !life->late_change ||
	    !life->ended_in_fin_wait2 ||
	    life->told_ns[DIED] > life->seen_ns[CHANGED])
		return;
	life->balance[CHANGED] = 0;
	l->seen[CHANGED]--;
}

static struct life *same_birth(struct bpf_match *l, const struct life *nameless,
			       enum bpf_match_step step)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&l->lives, &bucket, node))) {
		struct life *life = (struct life *)node;

		if (life->tuple == nameless->tuple && life->cookie &&
		    life->balance[step] == -1)
			return life;
	}
	return NULL;
}

/*
 * A connection that the module had not seen before it was handed over has no
 * cookie yet when BPF sees the birth.
 */
static void name_births(struct bpf_match *l)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;
	int i;

	while ((node = hashtable_walk(&l->lives, &bucket, node))) {
		struct life *nameless = (struct life *)node, *life;

		for (i = BORN_IN_FIN_WAIT2; i <= BORN_IN_TIME_WAIT; i++) {
			if (nameless->cookie || nameless->balance[i] != 1)
				continue;
			life = same_birth(l, nameless, i);
			if (!life)
				continue;
			life->balance[i] = 0;
			nameless->balance[i] = 0;
		}
	}
}

static void tell(struct comparison *t, const struct life *life,
		 enum bpf_match_step step)
{
	int balance = life->balance[step];
	uint64_t ns = balance > 0 ? life->seen_ns[step] : life->told_ns[step];

	comparison_detail(t, "%s: cookie %llx, %llu ns: %s only",
			  names[step], (unsigned long long)life->cookie,
			  (unsigned long long)ns,
			  balance > 0 ? "BPF" : "tcpclose");
}

static void tell_all(const struct bpf_match *l, enum bpf_match_step step,
		     uint64_t start_ns, uint64_t end_ns, struct comparison *t)
{
	const struct hashtable_node *node = NULL;
	struct comparison_row c = {
		.what = names[step],
		.kernel = l->seen[step],
		.tcpclose = l->told[step],
	};
	size_t bucket = 0;

	while ((node = hashtable_walk(&l->lives, &bucket, node))) {
		const struct life *life = (const struct life *)node;
		int open = open_steps(life, step, start_ns, end_ns);

		/* Outside of the time that counts. */
		if (life->balance[step] < 0 && !open)
			c.tcpclose -= (unsigned int)-life->balance[step];
		c.difference += (unsigned int)open;
		if (open)
			tell(t, life, step);
	}
	comparison_compare(t, &c);
}

static uint64_t only_tcpclose(const struct bpf_match *l, enum bpf_match_step step,
			      uint64_t start_ns, uint64_t end_ns)
{
	const struct hashtable_node *node = NULL;
	size_t bucket = 0;
	uint64_t count = 0;

	while ((node = hashtable_walk(&l->lives, &bucket, node))) {
		const struct life *life = (const struct life *)node;

		if (life->balance[step] < 0)
			count += (unsigned int)open_steps(life, step, start_ns,
							  end_ns);
	}
	return count;
}

/* Whether what BPF may have missed is all that it lacks. */
static void doubt(const struct bpf_match *l, uint64_t start_ns, uint64_t end_ns,
		  const struct bpf_losses *losses, struct comparison *t)
{
	uint64_t births = only_tcpclose(l, BORN_IN_FIN_WAIT2, start_ns, end_ns) +
			  only_tcpclose(l, BORN_IN_TIME_WAIT, start_ns, end_ns);
	uint64_t changes = only_tcpclose(l, CHANGED, start_ns, end_ns);

	if (losses->dropped)
		error_set(&t->incomplete, 0,
			  "BPF's ring buffer was full: %llu events lost",
			  (unsigned long long)losses->dropped);
	else if (losses->unknown)
		error_set(&t->incomplete, 0,
			  "more than %u mini-sockets at a time", MINISOCK_MAX);
	else if ((births && births <= losses->missed_births) ||
		 (changes && changes <= losses->missed_segments))
		error_set(&t->incomplete, 0,
			  "interrupts kept BPF programs from running: %llu and %llu times",
			  (unsigned long long)losses->missed_births,
			  (unsigned long long)losses->missed_segments);
}

/**
 * bpf_match_conclude() - say what is not even
 * @l: the ledger; both have told of everything
 * @start_ns: from here on BPF has to have seen every record's step
 * @end_ns: up to here
 * @losses: what BPF may have missed
 * @t: result
 */
void bpf_match_conclude(struct bpf_match *l, uint64_t start_ns, uint64_t end_ns,
			const struct bpf_losses *losses, struct comparison *t)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;
	int i;

	while ((node = hashtable_walk(&l->lives, &bucket, node)))
		excuse_late_change(l, (struct life *)node);
	name_births(l);
	for (i = 0; i < STEPS; i++)
		tell_all(l, i, start_ns, end_ns, t);
	doubt(l, start_ns, end_ns, losses, t);
}
