// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares the lives of mini-sockets, step by step and cookie by cookie, as the
 * BPF programs saw them and as tcpclose recorded them.
 *
 * BPF sees a birth a moment before tcpclose records it, and a death when the
 * memory is freed, which may be later than the end that tcpclose records. So
 * there is no order between the two: each cookie has a balance for each step,
 * and is forgotten once all are zero.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
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
 * struct life - steps of one mini-socket
 * @node: in the table
 * @cookie: 0: it has none, the key is @tuple
 * @tuple: hash of its network namespace, addresses and ports
 * @balance: how often BPF saw the step, less how often tcpclose recorded it
 * @seen_ns: when BPF saw it last
 * @recorded_ns: time of tcpclose's latest record of it
 * @ended_in_fin_wait2: tcpclose recorded its end, and no change before
 * @late_change: BPF saw it change after it was unhashed
 */
struct life {
	struct hashtable_node node;
	uint64_t cookie;
	uint64_t tuple;
	int balance[STEPS];
	uint64_t seen_ns[STEPS];
	uint64_t recorded_ns[STEPS];
	bool ended_in_fin_wait2;
	bool late_change;
};

/**
 * struct old - a mini-socket that was born before the programs were attached
 * @node: in the table, by cookie
 * @in_time_wait: since an unknown time; else it was in FIN_WAIT2
 */
struct old {
	struct hashtable_node node;
	bool in_time_wait;
};

struct bpf_match {
	struct hashtable lives;
	struct hashtable old;
	uint64_t seen[STEPS];
	uint64_t recorded[STEPS];
};

/**
 * bpf_match_new() - begin with no mini-socket
 * @result: the comparison
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
 * bpf_match_free() - free everything
 * @m: the comparison; may be NULL
 */
void bpf_match_free(struct bpf_match *m)
{
	if (!m)
		return;
	hashtable_free(&m->lives, release);
	hashtable_free(&m->old, release);
	free(m);
}

static int remember_old(struct bpf_match *m, uint64_t cookie, bool in_time_wait)
{
	struct old *o;

	if (hashtable_find(&m->old, cookie))
		return 0;
	o = calloc(1, sizeof(*o));
	if (!o)
		return -ENOMEM;
	o->in_time_wait = in_time_wait;
	return hashtable_add(&m->old, &o->node, cookie);
}

static bool forget_old(struct bpf_match *m, uint64_t cookie, bool in_time_wait)
{
	struct old *o = (struct old *)hashtable_find(&m->old, cookie);

	if (!o || o->in_time_wait != in_time_wait)
		return false;
	hashtable_remove(&m->old, &o->node);
	free(o);
	return true;
}

/**
 * bpf_match_add_old() - add a mini-socket that was born before
 * @m: the comparison
 * @cookie: its cookie
 * @state: its state when the programs were attached already
 *
 * Return: 0, or -ENOMEM
 */
int bpf_match_add_old(struct bpf_match *m, uint64_t cookie, unsigned int state)
{
	if (state != TCPCLOSE_FIN_WAIT2)
		return 0;
	return remember_old(m, cookie, false);
}

/* The latest tuple counts. */
static struct life *life_of(struct bpf_match *m, uint64_t cookie,
			    uint64_t tuple)
{
	uint64_t key = cookie ? cookie : tuple;
	struct hashtable_node *node = hashtable_find(&m->lives, key);
	struct life *life;

	while (node && ((struct life *)node)->cookie != cookie)
		node = hashtable_next(node);
	if (node) {
		life = (struct life *)node;
		life->tuple = tuple;
		return life;
	}
	life = calloc(1, sizeof(*life));
	if (!life)
		return NULL;
	life->cookie = cookie;
	life->tuple = tuple;
	if (hashtable_add(&m->lives, &life->node, key)) {
		free(life);
		return NULL;
	}
	return life;
}

static bool is_balanced(const struct life *life)
{
	int i;

	for (i = 0; i < STEPS; i++)
		if (life->balance[i])
			return false;
	return true;
}

static void forget_if_balanced(struct bpf_match *m, struct life *life)
{
	if (!is_balanced(life))
		return;
	hashtable_remove(&m->lives, &life->node);
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

/* Whether tcpclose recorded a change that BPF has not seen. */
static bool has_record(const struct bpf_match *m, uint64_t cookie)
{
	const struct life *life =
		(const struct life *)hashtable_find(&m->lives, cookie);

	return life && life->balance[CHANGED] < 0;
}

/* Which step BPF saw; %STEPS: none. */
static enum bpf_match_step step_seen(struct bpf_match *m,
				     const struct minisock_event *e)
{
	switch (e->kind) {
	case MINISOCK_BORN:
		return e->state == TCPCLOSE_FIN_WAIT2 ? BORN_IN_FIN_WAIT2 :
							BORN_IN_TIME_WAIT;
	case MINISOCK_IN_TIME_WAIT:
		if (forget_old(m, e->cookie, false) || has_record(m, e->cookie))
			return CHANGED;
		/* If it has changed, tcpclose's record is still to come. */
		remember_old(m, e->cookie, true);
		return STEPS;
	case MINISOCK_CHANGED:
		return CHANGED;
	case MINISOCK_DIED:
		/* The record of its change may come later than both events. */
		forget_old(m, e->cookie, false);
		return DIED;
	default:
		return STEPS;
	}
}

/**
 * bpf_match_add_event() - add what BPF saw
 * @m: the comparison
 * @e: the event
 *
 * Return: 0, or -ENOMEM
 */
int bpf_match_add_event(struct bpf_match *m, const struct minisock_event *e)
{
	enum bpf_match_step step = step_seen(m, e);
	struct life *life;

	if (step == STEPS)
		return 0;
	life = life_of(m, e->cookie,
		       tuple_of(e->netns, e->laddr, e->raddr, e->lport,
				e->rport));
	if (!life)
		return -ENOMEM;
	life->balance[step]++;
	life->seen_ns[step] = e->ts_ns;
	if (step == CHANGED)
		life->late_change = e->ended;
	m->seen[step]++;
	forget_if_balanced(m, life);
	return 0;
}

/* Which step a record stands for; %STEPS: none. */
static enum bpf_match_step step_recorded(const struct event *e)
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
 * bpf_match_add_record() - add what tcpclose recorded
 * @m: the comparison
 * @e: the record; ignored if it is not about a mini-socket
 *
 * Return: 0, or -ENOMEM
 */
int bpf_match_add_record(struct bpf_match *m, const struct event *e)
{
	enum bpf_match_step step = step_recorded(e);
	struct life *life;

	if (step == STEPS)
		return 0;
	life = life_of(m, e->cookie,
		       tuple_of(e->netns, e->laddr, e->raddr, e->lport,
				e->rport));
	if (!life)
		return -ENOMEM;
	life->balance[step]--;
	life->recorded_ns[step] = e->ts_ns;
	if (step == DIED)
		life->ended_in_fin_wait2 = e->old == TCPCLOSE_FIN_WAIT2;
	m->recorded[step]++;
	if (step == CHANGED && forget_old(m, e->cookie, true)) {
		life->balance[step]++;
		m->seen[step]++;
	}
	forget_if_balanced(m, life);
	return 0;
}

/* How often a step is on one side only and should be on both. */
static int unmatched_steps(const struct life *life, enum bpf_match_step step,
			   uint64_t start_ns, uint64_t end_ns)
{
	int balance = life->balance[step];

	if (balance >= 0)
		return balance;
	return life->recorded_ns[step] >= start_ns &&
			       life->recorded_ns[step] <= end_ns ?
		       -balance :
		       0;
}

/**
 * bpf_match_is_settled() - whether both sides have the same steps
 * @m: the comparison
 * @start_ns: from here on BPF must have seen the step of every record
 * @end_ns: up to here
 */
bool bpf_match_is_settled(const struct bpf_match *m, uint64_t start_ns,
			  uint64_t end_ns)
{
	const struct hashtable_node *node = NULL;
	size_t bucket = 0;
	int i;

	while ((node = hashtable_walk(&m->lives, &bucket, node)))
		for (i = 0; i < STEPS; i++)
			if (unmatched_steps((const struct life *)node, i,
					    start_ns, end_ns))
				return false;
	return true;
}

/*
 * A FIN that arrives for a mini-socket which another CPU has just unhashed
 * changes its memory. BPF sees that, but it is no transition.
 */
static void ignore_late_change(struct bpf_match *m, struct life *life)
{
	if (life->balance[CHANGED] != 1 || !life->late_change ||
	    !life->ended_in_fin_wait2 ||
	    life->recorded_ns[DIED] > life->seen_ns[CHANGED])
		return;
	life->balance[CHANGED] = 0;
	m->seen[CHANGED]--;
}

static struct life *same_birth(struct bpf_match *m, const struct life *nameless,
			       enum bpf_match_step step)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&m->lives, &bucket, node))) {
		struct life *life = (struct life *)node;

		if (life->tuple == nameless->tuple && life->cookie &&
		    life->balance[step] == -1)
			return life;
	}
	return NULL;
}

/*
 * A connection that the module had not seen before its mini-socket was born has
 * no cookie yet when BPF sees the birth.
 */
static void name_births(struct bpf_match *m)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;
	int i;

	while ((node = hashtable_walk(&m->lives, &bucket, node))) {
		struct life *nameless = (struct life *)node, *life;

		for (i = BORN_IN_FIN_WAIT2; i <= BORN_IN_TIME_WAIT; i++) {
			if (nameless->cookie || nameless->balance[i] != 1)
				continue;
			life = same_birth(m, nameless, i);
			if (!life)
				continue;
			life->balance[i] = 0;
			nameless->balance[i] = 0;
		}
	}
}

static void describe(struct comparison *c, const struct life *life,
		     enum bpf_match_step step)
{
	int balance = life->balance[step];
	uint64_t ns = balance > 0 ? life->seen_ns[step] :
				    life->recorded_ns[step];

	comparison_add_detail(c, "%s: cookie %llx, %llu ns: %s only",
			      names[step], (unsigned long long)life->cookie,
			      (unsigned long long)ns,
			      balance > 0 ? "BPF" : "tcpclose");
}

static void conclude_step(const struct bpf_match *m, enum bpf_match_step step,
			  uint64_t start_ns, uint64_t end_ns,
			  struct comparison *c)
{
	const struct hashtable_node *node = NULL;
	struct comparison_row row = {
		.what = names[step],
		.kernel = m->seen[step],
		.tcpclose = m->recorded[step],
	};
	size_t bucket = 0;

	while ((node = hashtable_walk(&m->lives, &bucket, node))) {
		const struct life *life = (const struct life *)node;
		int unmatched = unmatched_steps(life, step, start_ns, end_ns);

		/* Outside of the time that is compared. */
		if (life->balance[step] < 0 && !unmatched)
			row.tcpclose -= (unsigned int)-life->balance[step];
		row.difference += (unsigned int)unmatched;
		if (unmatched)
			describe(c, life, step);
	}
	comparison_add_row(c, &row);
}

static uint64_t only_recorded(const struct bpf_match *m,
			      enum bpf_match_step step, uint64_t start_ns,
			      uint64_t end_ns)
{
	const struct hashtable_node *node = NULL;
	size_t bucket = 0;
	uint64_t count = 0;

	while ((node = hashtable_walk(&m->lives, &bucket, node))) {
		const struct life *life = (const struct life *)node;

		if (life->balance[step] < 0)
			count += (unsigned int)unmatched_steps(
				life, step, start_ns, end_ns);
	}
	return count;
}

/* Whether the steps that BPF lacks may be those that it missed. */
static void check_losses(const struct bpf_match *m, uint64_t start_ns,
			 uint64_t end_ns, const struct bpf_losses *losses,
			 struct comparison *c)
{
	uint64_t births = only_recorded(m, BORN_IN_FIN_WAIT2, start_ns, end_ns) +
			  only_recorded(m, BORN_IN_TIME_WAIT, start_ns, end_ns);
	uint64_t changes = only_recorded(m, CHANGED, start_ns, end_ns);
	uint64_t deaths = only_recorded(m, DIED, start_ns, end_ns);

	if (losses->dropped)
		error_set(&c->incomplete, 0,
			  "BPF's ring buffer was full: %llu events lost",
			  (unsigned long long)losses->dropped);
	else if (losses->unknown)
		error_set(&c->incomplete, 0,
			  "more than %u mini-sockets at a time", MINISOCK_MAX);
	else if ((births && births <= losses->missed_births) ||
		 (changes && changes <= losses->missed_segments) ||
		 (deaths && deaths <= losses->missed_deaths))
		error_set(&c->incomplete, 0,
			  "interrupts or other tasks kept BPF programs from running: %llu, %llu and %llu times",
			  (unsigned long long)losses->missed_births,
			  (unsigned long long)losses->missed_segments,
			  (unsigned long long)losses->missed_deaths);
}

/**
 * bpf_match_conclude() - report the steps that are on one side only
 * @m: the comparison; both sides are complete
 * @start_ns: from here on BPF must have seen the step of every record
 * @end_ns: up to here
 * @losses: what BPF may have missed
 * @c: result
 */
void bpf_match_conclude(struct bpf_match *m, uint64_t start_ns, uint64_t end_ns,
			const struct bpf_losses *losses, struct comparison *c)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;
	int i;

	while ((node = hashtable_walk(&m->lives, &bucket, node)))
		ignore_late_change(m, (struct life *)node);
	name_births(m);
	for (i = 0; i < STEPS; i++)
		conclude_step(m, i, start_ns, end_ns, c);
	check_losses(m, start_ns, end_ns, losses, c);
}
