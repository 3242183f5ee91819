// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose against the kernel: the order of things.
 *
 * The stream is followed before any witness looks, and read to its end after
 * all have looked away. So every event that a witness has seen must be in the
 * stream; and what the stream tells of the time in between, from a moment after
 * the last witness was there, must have been seen.
 *
 * Knows when; what is compared, and how, is the witnesses' own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complain.h"
#include "base/signals.h"
#include "lib/devnode.h"
#include "lib/statistics.h"
#include "sys/child.h"
#include "witness/btf.h"
#include "witness/census.h"
#include "witness/readings.h"
#include "witness/run_internal.h"
#include "witness/snapshot.h"

#define SCOPE "/sys/module/tcpclose/parameters/scope"
/* What was under way when a witness began, or ended, is over after that. */
#define SETTLE_NS (20 * NS_PER_MS)
/* For memory that somebody else still refers to. */
#define GRACE_NS (2 * NS_PER_S)

static int look(struct witness_run *a, struct snapshots *s)
{
	int ret = snapshots_start(s);

	if (ret)
		return ret;
	a->looking = true;
	while (!snapshots_are_done(s)) {
		witness_run_read(a);
		witness_run_rest(a, monotonic_ns() + NS_PER_MS);
	}
	snapshots_join(s);
	ret = witness_run_run_for(a, SKEW_NS);
	a->looking = false;
	return ret;
}

static void tell_old(struct witness_run *a, const struct sockdiag_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		witness_run_note_error(a, bpf_match_old(a->ledger,
							list->entries[i].cookie,
							list->entries[i].state));
}

static int look_first(struct witness_run *a)
{
	struct snapshots s;
	size_t j;
	int i, ret = 0;

	for (i = 0; !ret && i < READINGS_MAX; i++) {
		ret = look(a, &s);
		if (!ret)
			ret = totals_begin(a->totals, &s);
		for (j = 0; !ret && a->bpf && j < s.count; j++)
			tell_old(a, &s.all[j].list);
		snapshots_free(&s);
		if (!ret && totals_are_sure(a->totals))
			break;
		if (!ret)
			ret = witness_run_run_for(a, SETTLE_NS);
	}
	return ret;
}

static int look_last(struct witness_run *a)
{
	struct snapshots s;
	int i, ret = 0;

	for (i = 0; !ret && i < READINGS_MAX; i++) {
		ret = look(a, &s);
		if (!ret)
			ret = totals_end(a->totals, &s);
		snapshots_free(&s);
		if (!ret && totals_are_exact(a->totals))
			break;
		if (!ret)
			ret = witness_run_run_for(a, SETTLE_NS);
	}
	return ret;
}

/* Return: 1 with openings, 0 without, or -errno. */
static int read_scope(void)
{
	int fd = open(SCOPE, O_RDONLY | O_CLOEXEC);
	char text[16] = "";
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	return got < 0 ? -EIO : !strncmp(text, "all", 3);
}

/* What takes long comes before the stream is followed. */
static void prepare(struct witness_run *a)
{
	struct comparison *t = a->outcome->witnesses;

	if (!trace_open(&a->trace, &t[WITNESS_TRACE].missing))
		trace_hear(a->trace, witness_run_hear_trace, a);
	if (!bpf_witness_load(&a->bpf, &t[WITNESS_BPF].missing))
		bpf_witness_hear(a->bpf, witness_run_hear_bpf, a);
	btf_testify(&t[WITNESS_BTF]);
}

static void drop_trace(struct witness_run *a)
{
	trace_close(a->trace);
	a->trace = NULL;
}

static void drop_bpf(struct witness_run *a)
{
	bpf_witness_close(a->bpf);
	a->bpf = NULL;
}

static void *attach_all(void *arg)
{
	struct witness_run *a = arg;
	struct comparison *t = a->outcome->witnesses;

	if (a->bpf)
		bpf_witness_attach(a->bpf, &t[WITNESS_BPF].missing);
	a->enabled_ns = monotonic_ns();
	if (a->trace)
		trace_enable(a->trace, &t[WITNESS_TRACE].missing);
	__atomic_store_n(&a->aside, false, __ATOMIC_RELEASE);
	return NULL;
}

static void *detach_all(void *arg)
{
	struct witness_run *a = arg;

	if (a->trace)
		trace_disable(a->trace);
	if (a->bpf)
		bpf_witness_detach(a->bpf);
	__atomic_store_n(&a->aside, false, __ATOMIC_RELEASE);
	return NULL;
}

static int attach(struct witness_run *a)
{
	struct comparison *t = a->outcome->witnesses;
	int ret = witness_run_run_for(a, SETTLE_NS);

	if (!ret)
		ret = witness_run_do_aside(a, attach_all);
	if (!ret)
		ret = witness_run_run_for(a, SETTLE_NS);
	if (a->trace && comparison_is_missing(&t[WITNESS_TRACE]))
		drop_trace(a);
	if (a->bpf && (comparison_is_missing(&t[WITNESS_BPF]) ||
		       bpf_witness_check(a->bpf, &t[WITNESS_BPF].missing)))
		drop_bpf(a);
	return ret;
}

static int run_command(struct witness_run *a)
{
	bool asked = false;
	pid_t pid;
	int ret = child_start(&pid, a->options->command, a->options->quiet);

	if (ret) {
		complain("%.200s: cannot be run: %s",
			 a->options->command[0], strerror(-ret));
		a->explained = true;
		return ret;
	}
	while (!child_has_ended(pid, &a->outcome->command_status)) {
		/* An error here is no reason to leave it alone. */
		witness_run_read(a);
		if (signals_stop() && !asked) {
			asked = true;
			child_end(pid);
		}
		witness_run_rest(a, UINT64_MAX);
	}
	a->outcome->command = a->options->command;
	return a->error;
}

static int run_time(struct witness_run *a)
{
	uint64_t end_ns = a->options->duration_ns ?
				  a->outcome->start_ns + a->options->duration_ns :
				  UINT64_MAX;

	while (!signals_stop() && monotonic_ns() < end_ns && !witness_run_read(a))
		witness_run_rest(a, end_ns);
	return a->error;
}

static bool is_settled(const struct witness_run *a)
{
	const struct outcome *h = a->outcome;

	return (!a->trace ||
		trace_match_is_settled(a->match, h->start_ns, h->end_ns)) &&
	       (!a->bpf || bpf_match_is_settled(a->ledger, h->start_ns, h->end_ns));
}

/* Everybody looks away, what they have seen is read, and the stream's rest. */
static int detach(struct witness_run *a)
{
	uint64_t until_ns = monotonic_ns() + GRACE_NS;

	int ret;

	while (!is_settled(a) && monotonic_ns() < until_ns && !a->error)
		witness_run_run_for(a, SETTLE_NS);
	ret = witness_run_do_aside(a, detach_all);
	return ret ? ret : witness_run_run_for(a, SETTLE_NS);
}

/* How often a hook of the module could not run: a kprobe within another one. */
static int read_missed(const struct witness_run *a, uint64_t *missed)
{
	struct error why;
	struct statistics stats;
	int fd = devnode_open(a->options->device, &why), ret;

	if (fd < 0)
		return fd;
	ret = statistics_fetch(fd, &stats);
	*missed = stats.counters.missed;
	statistics_free(&stats);
	close(fd);
	return ret;
}

static int run(struct witness_run *a)
{
	int ret = read_missed(a, &a->missed);

	if (!ret)
		ret = attach(a);
	if (!ret)
		ret = look_first(a);
	if (ret)
		return ret;
	if (a->trace)
		trace_match_forget(a->match, a->enabled_ns);
	a->outcome->start_ns = monotonic_ns();
	ret = a->options->command ? run_command(a) : run_time(a);
	a->outcome->end_ns = monotonic_ns();
	if (!ret)
		ret = witness_run_run_for(a, SETTLE_NS);
	if (!ret)
		ret = look_last(a);
	return ret ? ret : detach(a);
}

static void conclude_trace(struct witness_run *a, struct comparison *t)
{
	const struct outcome *h = a->outcome;
	uint64_t lost = trace_lost(a->trace);

	trace_match_conclude(a->match, h->start_ns, h->end_ns, t);
	if (lost)
		error_set(&t->incomplete, 0,
			  "the trace buffer lost %llu events",
			  (unsigned long long)lost);
}

static void conclude_bpf(struct witness_run *a, struct comparison *t)
{
	const struct outcome *h = a->outcome;
	struct bpf_losses losses;

	bpf_witness_losses(a->bpf, &losses);
	bpf_match_conclude(a->ledger, h->start_ns, h->end_ns, &losses, t);
}

static void conclude(struct witness_run *a)
{
	static const char lost[] =
		"%llu records were lost: load the module with a larger ring_records";
	static const char hooks[] =
		"%llu calls of hooks were missed, as kprobes may: use hooks=ftrace";
	struct outcome *h = a->outcome;
	struct comparison *t = h->witnesses;
	uint64_t missed = a->missed;

	if (a->trace)
		conclude_trace(a, &t[WITNESS_TRACE]);
	if (a->bpf)
		conclude_bpf(a, &t[WITNESS_BPF]);
	totals_conclude(a->totals, h->openings, &t[WITNESS_COUNTERS]);
	if (h->lost)
		error_set(&h->incomplete, 0, lost,
			  (unsigned long long)h->lost);
	else if (!read_missed(a, &missed) && missed > a->missed)
		error_set(&h->incomplete, 0, hooks,
			  (unsigned long long)(missed - a->missed));
	else if (read_scope() != h->openings)
		error_set(&h->incomplete, 0,
			  "the module's parameter scope was changed meanwhile");
}

/* A witness of the whole machine is no witness of one namespace. */
static int check_device(struct witness_run *a)
{
	static const char confined[] =
		"%.200s shows one network namespace only: run it as root in the initial one";
	struct tcpclose_geometry geometry;
	struct error why;
	int fd = devnode_open(a->options->device, &why), ret;

	if (fd < 0) {
		complain("%s", why.text);
		return fd;
	}
	ret = devnode_geometry(fd, &geometry);
	close(fd);
	if (!ret && !geometry.visible) {
		complain(confined, a->options->device);
		return -EPERM;
	}
	if (!ret)
		ret = read_scope();
	if (ret < 0) {
		complain("%s: %s", SCOPE, strerror(-ret));
		return ret;
	}
	a->outcome->openings = ret;
	return 0;
}

static int open_all(struct witness_run *a)
{
	struct error why;
	int ret = check_device(a);

	if (ret)
		return ret;
	ret = trace_match_new(&a->match);
	if (!ret)
		ret = bpf_match_new(&a->ledger);
	if (!ret)
		ret = totals_new(&a->totals);
	if (ret) {
		complain("out of memory");
		return ret;
	}
	prepare(a);
	ret = source_open_device(&a->source, a->options->device, false, &why);
	if (ret)
		complain("%s", why.text);
	return ret;
}

static void close_all(struct witness_run *a)
{
	if (a->source)
		source_close(a->source);
	if (a->trace)
		drop_trace(a);
	if (a->bpf)
		drop_bpf(a);
	totals_free(a->totals);
	bpf_match_free(a->ledger);
	trace_match_free(a->match);
}

/**
 * witness_compare() - compare the stream with what the kernel says itself
 * @options: what is wanted
 * @outcome: result: what all witnesses say
 *
 * Return: 0, or -errno if it could not be done; then standard error says why
 */
int witness_compare(const struct witness_options *options,
		    struct outcome *outcome)
{
	struct witness_run *a = calloc(1, sizeof(*a));
	struct error why;
	int ret;

	if (!a) {
		complain("out of memory");
		return -ENOMEM;
	}
	a->options = options;
	a->outcome = outcome;
	outcome_init(outcome);
	signals_catch();
	ret = open_all(a);
	if (!ret) {
		ret = run(a);
		if (!ret)
			conclude(a);
		else if (!a->explained)
			complain("the comparison failed: %s",
				 strerror(-ret));
	}
	if (!ret) {
		ret = source_balance(a->source, &why);
		if (ret)
			complain("%s", why.text);
	}
	close_all(a);
	free(a);
	return ret;
}
