// SPDX-License-Identifier: GPL-2.0-only
/*
 * Acts as the module does: each life is a list of transitions, and the other contents
 * of a record (times, numbers, first closer, re-arms) follow from the earlier records.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "host/lib/synthetic_lives.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define NETNS	7

/* How a step is recorded. */
#define MINI	0x01	/* by the mini-socket */
#define HAND_OVER	0x02	/* the tracepoint reports CLOSE */
#define EARLY	0x04	/* recorded before the previous step, by another CPU */
#define REARM	TCPCLOSE_MARK_REARM
#define QUEUED	TCPCLOSE_MARK_UNACCEPTED

#define FIN	TCPCLOSE_FLAG_FIN
#define SYN	TCPCLOSE_FLAG_SYN
#define RST	TCPCLOSE_FLAG_RST
#define ACK	TCPCLOSE_FLAG_ACK

struct step {
	__u8 from;
	__u8 to;
	__u8 context;
	__u8 cause;
	__u8 end;
	__u8 how;
	__u16 flags;
};

#define STEP(a, b, ...) { .from = TCPCLOSE_##a, .to = TCPCLOSE_##b, __VA_ARGS__ }
#define BY_CALL	.context = TCPCLOSE_CONTEXT_PROCESS
#define BY_TIMER	.context = TCPCLOSE_CONTEXT_TIMER
#define BY(bits)	.context = TCPCLOSE_CONTEXT_SOFTIRQ, .flags = (bits)
#define HOW(bits)	.how = (bits)
#define CAUSE(name)	.cause = TCPCLOSE_CAUSE_##name
#define END(name)	.end = TCPCLOSE_END_##name

#define ACTIVE_OPEN \
	STEP(CLOSE, SYN_SENT, BY_CALL), \
	STEP(SYN_SENT, ESTABLISHED, BY(SYN | ACK))
#define PASSIVE_OPEN \
	STEP(LISTEN, SYN_RECV, BY(0)), \
	STEP(SYN_RECV, ESTABLISHED, BY(ACK))
#define TO_FIN_WAIT2 \
	STEP(ESTABLISHED, FIN_WAIT1, BY_CALL), \
	STEP(FIN_WAIT1, FIN_WAIT2, BY(ACK))
#define ORPHANED \
	STEP(FIN_WAIT2, FIN_WAIT2, BY(ACK), HOW(HAND_OVER))
#define FIN_COMES(bits) \
	STEP(FIN_WAIT2, TIME_WAIT, BY(FIN | ACK), CAUSE(FIN), HOW(MINI | (bits)))
#define REARMED \
	STEP(TIME_WAIT, TIME_WAIT, BY(FIN | ACK), HOW(MINI | REARM))
#define EXPIRES \
	STEP(TIME_WAIT, CLOSE, BY_TIMER, END(EXPIRED), HOW(MINI))

#define STEPS_MAX	10

static const struct step scripts[][STEPS_MAX] = {
	/* Both ends of a graceful close. */
	{ ACTIVE_OPEN, TO_FIN_WAIT2, ORPHANED, FIN_COMES(0), EXPIRES },
	{ PASSIVE_OPEN, STEP(ESTABLISHED, CLOSE_WAIT, BY(FIN | ACK)),
	  STEP(CLOSE_WAIT, LAST_ACK, BY_CALL),
	  STEP(LAST_ACK, CLOSE, BY(ACK), CAUSE(FIN)) },
	/* shutdown(), close(), and then the peer's FIN; re-arms. */
	{ ACTIVE_OPEN, TO_FIN_WAIT2, STEP(FIN_WAIT2, FIN_WAIT2, BY_CALL), ORPHANED,
	  FIN_COMES(0), REARMED, REARMED,
	  STEP(TIME_WAIT, CLOSE, BY(RST), END(RST), HOW(MINI)) },
	/* A half-close. */
	{ PASSIVE_OPEN, TO_FIN_WAIT2,
	  STEP(FIN_WAIT2, TIME_WAIT, BY(FIN | ACK), CAUSE(FIN), HOW(HAND_OVER)),
	  EXPIRES },
	/* A simultaneous close. */
	{ ACTIVE_OPEN, STEP(ESTABLISHED, FIN_WAIT1, BY_CALL),
	  STEP(FIN_WAIT1, CLOSING, BY(FIN | ACK)),
	  STEP(CLOSING, TIME_WAIT, BY(ACK), CAUSE(FIN), HOW(HAND_OVER)),
	  STEP(TIME_WAIT, CLOSE, BY_CALL, END(RECYCLED), HOW(MINI)) },
	/* The mini-socket's first record comes before its hand-over. */
	{ PASSIVE_OPEN, TO_FIN_WAIT2, ORPHANED, FIN_COMES(EARLY), EXPIRES },
	/* A FIN comes before accept(). */
	{ PASSIVE_OPEN, STEP(ESTABLISHED, CLOSE_WAIT, BY(FIN | ACK), HOW(QUEUED)),
	  STEP(CLOSE_WAIT, LAST_ACK, BY_CALL),
	  STEP(LAST_ACK, CLOSE, BY(ACK), CAUSE(FIN)) },
	/* The listener is closed instead. */
	{ PASSIVE_OPEN, STEP(ESTABLISHED, CLOSE_WAIT, BY(FIN | ACK), HOW(QUEUED)),
	  STEP(CLOSE_WAIT, CLOSE, BY_CALL, CAUSE(NOT_ACCEPTED), HOW(QUEUED)) },
	/* Abrupt ends. */
	{ ACTIVE_OPEN, STEP(ESTABLISHED, CLOSE, BY_CALL, CAUSE(LINGER)) },
	{ PASSIVE_OPEN, STEP(ESTABLISHED, CLOSE, BY(RST), CAUSE(RST)) },
	{ PASSIVE_OPEN, STEP(ESTABLISHED, CLOSE_WAIT, BY(FIN | ACK)),
	  STEP(CLOSE_WAIT, CLOSE, BY_CALL, CAUSE(UNREAD)) },
	{ ACTIVE_OPEN, STEP(ESTABLISHED, FIN_WAIT1, BY_CALL),
	  STEP(FIN_WAIT1, CLOSE, BY_TIMER, CAUSE(TIMEOUT)) },
	{ STEP(CLOSE, SYN_SENT, BY_CALL),
	  STEP(SYN_SENT, CLOSE, BY(RST | ACK), CAUSE(REFUSED)) },
	{ ACTIVE_OPEN, TO_FIN_WAIT2, ORPHANED,
	  STEP(FIN_WAIT2, CLOSE, BY_TIMER, CAUSE(FIN_WAIT2_TIMEOUT), END(EXPIRED), HOW(MINI)) },
	{ ACTIVE_OPEN, TO_FIN_WAIT2,
	  STEP(FIN_WAIT2, CLOSE, BY(FIN | ACK), CAUSE(FIN), END(OVERFLOW)) },
};

/**
 * struct synthetic_life - a connection
 * @steps: its transitions
 * @next: number of the next step
 * @since_ns: time at which it entered its state
 * @free: its socket has been handed over, and may be used again
 */
struct synthetic_life {
	const struct step *steps;
	unsigned int next;
	bool ipv6;
	__u64 cookie;
	__u64 born_ns;
	__u64 since_ns;
	__u16 lport;
	__u16 rearms;
	__u8 closer;
	bool free;
};

static __u64 random_below(struct synthetic_lives *lives, __u64 limit)
{
	/* Knuth's MMIX generator; its upper bits are good. */
	lives->random = lives->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (lives->random >> 33) % limit;
}

void lives_header(struct recording_header *h)
{
	synthetic_header(h, SYNTHETIC_CLIENT);
}

static void write_marker(struct synthetic_lives *lives, unsigned int kind, unsigned int cpu,
			 __u64 value)
{
	struct recording_marker m = synthetic_marker(lives->now_ns, kind, cpu, value);

	lives->write(lives->context, &m);
}

/* Records are lost as whole transitions, with their process. */
static bool is_lost(struct synthetic_lives *lives, unsigned int cpu, unsigned int records)
{
	if (!lives->losses || random_below(lives, 50))
		return false;
	lives->seq[cpu] += records;
	lives->lost[cpu] += records;
	return true;
}

static void report_loss(struct synthetic_lives *lives, unsigned int cpu)
{
	if (lives->lost[cpu])
		write_marker(lives, RECORDING_KIND_LOST, cpu, lives->lost[cpu]);
	lives->lost[cpu] = 0;
}

static void write_detail(struct synthetic_lives *lives, unsigned int cpu,
			 const struct synthetic_life *life, bool call)
{
	struct tcpclose_detail t = {
		.ts_ns = lives->now_ns,
		.seq = lives->seq[cpu]++,
		.cpu = cpu,
		.kind = TCPCLOSE_KIND_DETAIL,
		.cookie = life->cookie,
		.netns = NETNS,
		.mark = TCPCLOSE_DETAIL_TRAFFIC,
		.segments_sent = 7,
		.segments_received = 5,
	};

	if (call) {
		t.pid = 4711;
		t.tid = 4711;
		strcpy(t.comm, "lives");
		strcpy(t.thread, "lives");
	}
	lives->write(lives->context, &t);
	lives->records++;
}

static void set_addresses(struct tcpclose_record *r, const struct synthetic_life *life)
{
	r->lport = life->lport;
	r->rport = 443;
	if (life->ipv6) {
		inet_pton(AF_INET6, "2001:db8::1", r->laddr);
		inet_pton(AF_INET6, "2001:db8::2", r->raddr);
	} else {
		inet_pton(AF_INET, "10.0.0.1", r->laddr);
		inet_pton(AF_INET, "10.0.0.2", r->raddr);
	}
}

static __u8 closer_after(const struct synthetic_life *life, const struct step *step)
{
	if (step->to == TCPCLOSE_CLOSING)
		return TCPCLOSE_CLOSER_BOTH;
	if (life->closer)
		return life->closer;
	if (step->to == TCPCLOSE_FIN_WAIT1)
		return TCPCLOSE_CLOSER_LOCAL;
	if (step->to == TCPCLOSE_CLOSE_WAIT)
		return TCPCLOSE_CLOSER_REMOTE;
	if (step->to != TCPCLOSE_CLOSE)
		return TCPCLOSE_CLOSER_NONE;
	return step->cause == TCPCLOSE_CAUSE_RST || step->cause == TCPCLOSE_CAUSE_REFUSED ?
		       TCPCLOSE_CLOSER_REMOTE : TCPCLOSE_CLOSER_LOCAL;
}

/* What is being opened for a listener, or waits in its queue, belongs to no process. */
static bool has_inode(const struct step *step)
{
	return step->from != TCPCLOSE_LISTEN && step->from != TCPCLOSE_SYN_RECV &&
	       !(step->how & QUEUED);
}

static void write_step(struct synthetic_lives *lives, unsigned int cpu, struct synthetic_life *life,
		       const struct step *step)
{
	bool birth = step == life->steps;
	struct tcpclose_record r = {
		.ts_ns = lives->now_ns,
		.cpu = cpu,
		.kind = TCPCLOSE_KIND_TRANSITION,
		.mark = step->how & (REARM | QUEUED),
		.cookie = life->cookie,
		.dwell_ns = birth ? TCPCLOSE_UNKNOWN_NS : lives->now_ns - life->since_ns,
		.age_ns = lives->now_ns - life->born_ns,
		.netns = NETNS,
		.netns_inode = SYNTHETIC_CLIENT,
		.inode = has_inode(step) ? 31337 : 0,
		.uid = 1000,
		.rearms = step->how & MINI ? life->rearms : 0,
		.index = step - life->steps,
		.flags = step->flags,
		.edge = TCPCLOSE_EDGE(step->from, step->to),
		.end = step->end,
		.cause = step->cause,
		.seq = lives->seq[cpu]++,
	};

	if (step->how & HAND_OVER)
		r.raw = TCPCLOSE_EDGE(step->from, TCPCLOSE_CLOSE);
	else if (!(step->how & MINI))
		r.raw = r.edge;
	r.how = TCPCLOSE_HOW(step->how & MINI ? TCPCLOSE_ORIGIN_TIMEWAIT :
						TCPCLOSE_ORIGIN_TRACEPOINT,
			     life->ipv6, step->context, life->closer, 0);
	set_addresses(&r, life);
	lives->write(lives->context, &r);
	lives->records++;
}

static bool is_opening(const struct step *step)
{
	return step->from == TCPCLOSE_CLOSE || step->from == TCPCLOSE_LISTEN ||
	       step->to == TCPCLOSE_ESTABLISHED;
}

/* Record a step on a CPU, at the present time. */
static void make(struct synthetic_lives *lives, unsigned int cpu, struct synthetic_life *life,
		 const struct step *step)
{
	bool call = step->context == TCPCLOSE_CONTEXT_PROCESS;
	bool detail = call || (!(step->how & MINI) && step->cause &&
			       step->cause != TCPCLOSE_CAUSE_FIN);

	if (step->how & REARM)
		life->rearms++;
	life->closer = closer_after(life, step);
	if ((lives->all || !is_opening(step)) && !is_lost(lives, cpu, 1 + detail)) {
		report_loss(lives, cpu);
		if (detail)
			write_detail(lives, cpu, life, call);
		write_step(lives, cpu, life, step);
	}
	if (step->how & HAND_OVER)
		life->free = true;
	if (step->from == step->to)
		return;
	/* TIME_WAIT begins when the mini-socket is created. */
	life->since_ns = step->how & HAND_OVER ? lives->now_ns - 300 : lives->now_ns;
}

/* A socket that is used again connects again. */
static bool use_again(struct synthetic_lives *lives, struct synthetic_life *life)
{
	struct synthetic_life *other;

	if (!lives->again)
		return false;
	other = &lives->living[random_below(lives, lives->room)];
	if (other == life || !other->free)
		return false;
	other->free = false;
	life->cookie = other->cookie;
	do
		life->steps = scripts[random_below(lives, ARRAY_SIZE(scripts))];
	while (life->steps->from != TCPCLOSE_CLOSE);
	return true;
}

static bool is_used(const struct synthetic_lives *lives, const struct synthetic_life *life)
{
	unsigned int i;

	for (i = 0; i < lives->room; i++) {
		const struct synthetic_life *other = &lives->living[i];

		if (other != life && other->steps && other->lport == life->lport &&
		    other->ipv6 == life->ipv6)
			return true;
	}
	return false;
}

static void choose_port(struct synthetic_lives *lives, struct synthetic_life *life)
{
	__u64 port = lives->born;

	if (!lives->ports) {
		life->lport = 32768 + port % 28000;
		return;
	}
	do
		life->lport = 32768 + port++ % lives->ports;
	while (is_used(lives, life));
}

static void be_born(struct synthetic_lives *lives, struct synthetic_life *life)
{
	memset(life, 0, sizeof(*life));
	lives->born++;
	if (!use_again(lives, life)) {
		life->cookie = lives->born;
		life->steps = scripts[random_below(lives, ARRAY_SIZE(scripts))];
	}
	life->ipv6 = lives->born % 2;
	choose_port(lives, life);
	life->born_ns = lives->now_ns;
}

/* Return: whether the life continues. */
static bool live(struct synthetic_lives *lives, struct synthetic_life *life)
{
	unsigned int cpu = random_below(lives, LIVES_CPUS);
	const struct step *step = &life->steps[life->next];

	lives->now_ns += 1000000 + random_below(lives, 100000000);
	if (!life->next)
		life->born_ns = lives->now_ns;
	if (step[1].how & EARLY) {
		__u64 since_ns = life->since_ns, timewait_ns = lives->now_ns;

		/* The mini-socket's CPU was faster. */
		make(lives, (cpu + 1) % LIVES_CPUS, life, &step[1]);
		lives->now_ns += 1000;
		life->since_ns = since_ns;
		make(lives, cpu, life, step);
		life->since_ns = timewait_ns;
		life->next += 2;
	} else {
		make(lives, cpu, life, step);
		life->next++;
	}
	return life->next < STEPS_MAX && life->steps[life->next].from;
}

int lives_write(struct synthetic_lives *lives, uint64_t count)
{
	unsigned int cpu, left, i;

	lives->living = calloc(lives->room, sizeof(*lives->living));
	if (!lives->living)
		return -1;
	lives->now_ns = SYNTHETIC_START_NS;
	for (cpu = 0; cpu < LIVES_CPUS; cpu++) {
		lives->seq[cpu] = 0xfffffff0U;
		write_marker(lives, RECORDING_KIND_START, cpu, 0x7fffffff0ULL);
	}
	for (i = 0; i < lives->room; i++)
		be_born(lives, &lives->living[i]);
	for (left = lives->room; left; ) {
		i = random_below(lives, left);
		if (live(lives, &lives->living[i]))
			continue;
		if (lives->records < count)
			be_born(lives, &lives->living[i]);
		else
			lives->living[i] = lives->living[--left];
	}
	for (cpu = 0; cpu < LIVES_CPUS; cpu++)
		report_loss(lives, cpu);
	free(lives->living);
	return 0;
}
