// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose against the kernel: the order of the steps.
 *
 * The stream is followed before any witness is attached, and read to its end
 * after all are detached. So every event of a witness must have its record in
 * the stream; and every record of the time in between, which begins after the
 * last witness was attached, must have its event.
 *
 * Knows when to do what; the witnesses know what is compared, and how.
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
#include "witness/compare_internal.h"
#include "witness/readings.h"
#include "witness/snapshot.h"

#define SCOPE "/sys/module/tcpclose/parameters/scope"
/* What was under way at the attaching or detaching of a witness is over then. */
#define SETTLE_NS (20 * NS_PER_MS)
/* A mini-socket is freed when its last reference is gone. */
#define GRACE_NS (2 * NS_PER_S)
/* A command that is asked to end has that long. */
#define PATIENCE_NS (5 * NS_PER_S)

static int take_snapshots_once(struct compare *run, struct snapshots *s)
{
	int ret = snapshots_start(s);

	if (ret)
		return ret;
	run->in_snapshot = true;
	while (!snapshots_are_done(s)) {
		compare_read(run);
		compare_pause(run, clock_monotonic_ns() + NS_PER_MS);
	}
	snapshots_join(s);
	ret = compare_wait_for(run, CENSUS_SKEW_NS);
	run->in_snapshot = false;
	return ret;
}

static int take_snapshots(struct compare *run,
			  int (*add)(struct compare *run,
				     const struct snapshots *s),
			  bool (*are_enough)(const struct totals *totals))
{
	struct snapshots s;
	int i, ret = 0;

	for (i = 0; !ret && i < READINGS_MAX; i++) {
		ret = take_snapshots_once(run, &s);
		if (!ret)
			ret = add(run, &s);
		snapshots_free(&s);
		if (!ret && are_enough(run->totals))
			break;
		if (!ret)
			ret = compare_wait_for(run, SETTLE_NS);
	}
	return ret;
}

static void add_old(struct compare *run, const struct sockdiag_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct sockdiag_entry *entry = &list->entries[i];

		compare_note_error(run, bpf_match_add_old(run->bpf_match,
							  entry->cookie,
							  entry->state));
	}
}

static int add_first(struct compare *run, const struct snapshots *s)
{
	int ret = totals_begin(run->totals, s);
	size_t i;

	for (i = 0; !ret && run->bpf && i < s->count; i++)
		add_old(run, &s->all[i].list);
	return ret;
}

static int add_last(struct compare *run, const struct snapshots *s)
{
	return totals_end(run->totals, s);
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

/* What takes long is done before the stream is followed. */
static void prepare(struct compare *run)
{
	struct comparison *c = run->outcome->witnesses;

	if (!trace_open(&run->trace, &c[WITNESS_TRACE].missing))
		trace_set_receiver(run->trace, compare_move_trace_event,
				   run);
	if (!bpf_witness_load(&run->bpf, &c[WITNESS_BPF].missing))
		bpf_witness_set_receiver(run->bpf, compare_move_bpf_event,
					 run);
	run->open_trace = run->trace;
	run->open_bpf = run->bpf;
	btf_compare(&c[WITNESS_BTF]);
}

static void *attach_all(void *arg)
{
	struct compare *run = arg;
	struct comparison *c = run->outcome->witnesses;

	if (run->bpf)
		bpf_witness_attach(run->bpf, &c[WITNESS_BPF].missing);
	run->enabled_ns = clock_monotonic_ns();
	if (run->trace)
		trace_enable(run->trace, &c[WITNESS_TRACE].missing);
	__atomic_store_n(&run->thread_runs, false, __ATOMIC_RELEASE);
	return NULL;
}

static void *detach_all(void *arg)
{
	struct compare *run = arg;

	if (run->trace)
		trace_disable(run->trace);
	if (run->bpf)
		bpf_witness_detach(run->bpf);
	__atomic_store_n(&run->thread_runs, false, __ATOMIC_RELEASE);
	return NULL;
}

static int attach(struct compare *run)
{
	struct comparison *c = run->outcome->witnesses;
	int ret = compare_wait_for(run, SETTLE_NS);

	if (!ret)
		ret = compare_in_thread(run, attach_all);
	if (!ret)
		ret = compare_wait_for(run, SETTLE_NS);
	if (run->trace && comparison_is_missing(&c[WITNESS_TRACE]))
		run->trace = NULL;
	if (run->bpf && (comparison_is_missing(&c[WITNESS_BPF]) ||
			 bpf_witness_check(run->bpf, &c[WITNESS_BPF].missing)))
		run->bpf = NULL;
	return ret;
}

static int run_command(struct compare *run)
{
	const struct child_how how = {
		.argv = run->options->command,
		.quiet = run->options->quiet,
		.descriptors = run->descriptors,
		.cgroup = -1,
	};
	uint64_t kill_ns = 0;
	pid_t pid;
	int ret = child_start(&pid, &how);

	if (ret) {
		complain("%.200s: cannot be run: %s",
			 run->options->command[0], strerror(-ret));
		run->is_reported = true;
		return ret;
	}
	while (!child_has_ended(pid, &run->outcome->command_status)) {
		/* The command has to be waited for even after an error. */
		compare_read(run);
		if (signals_stop() && !kill_ns) {
			kill_ns = clock_monotonic_ns() + PATIENCE_NS;
			child_end(pid);
		} else if (kill_ns && clock_monotonic_ns() >= kill_ns) {
			child_kill(pid);
		}
		compare_pause(run, UINT64_MAX);
	}
	run->outcome->command = run->options->command;
	return run->error;
}

static int run_time(struct compare *run)
{
	uint64_t duration_ns = run->options->duration_ns;
	uint64_t end_ns = duration_ns ? run->outcome->start_ns + duration_ns :
					UINT64_MAX;

	while (!signals_stop() && clock_monotonic_ns() < end_ns &&
	       !compare_read(run))
		compare_pause(run, end_ns);
	return run->error;
}

static bool is_settled(const struct compare *run)
{
	const struct outcome *o = run->outcome;

	if (run->trace && !trace_match_is_settled(run->trace_match, o->start_ns,
						  o->end_ns))
		return false;
	return !run->bpf || bpf_match_is_settled(run->bpf_match, o->start_ns,
						 o->end_ns);
}

/* Detach the witnesses, then read what they still hold, and the stream. */
static int detach(struct compare *run)
{
	uint64_t until_ns = clock_monotonic_ns() + GRACE_NS;
	int ret;

	while (!is_settled(run) && clock_monotonic_ns() < until_ns && !run->error)
		compare_wait_for(run, SETTLE_NS);
	ret = compare_in_thread(run, detach_all);
	if (!ret)
		ret = compare_wait_for(run, SETTLE_NS);
	return ret ? ret : compare_conclude(run);
}

/*
 * How often a hook could not run, as a kprobe within a kprobe cannot, how many RSTs have
 * no record, or may not have been sent, and how many drops have none.
 */
static int read_missed(const struct compare *run, uint64_t *missed, uint64_t *rsts,
		       uint64_t *drops)
{
	struct error why;
	struct statistics stats;
	int fd = devnode_open(run->options->device, &why), ret;

	if (fd < 0)
		return fd;
	ret = statistics_fetch(fd, &stats);
	*missed = stats.counters.missed;
	*rsts = stats.counters.rsts_left_out + stats.counters.rsts_unsure +
		stats.counters.rsts_failed;
	*drops = stats.counters.drops_left_out;
	statistics_free(&stats);
	close(fd);
	return ret;
}

static int compare(struct compare *run)
{
	uint64_t missed;
	int ret = read_missed(run, &missed, &run->rsts_unknown, &run->drops_unknown);

	if (!ret)
		ret = attach(run);
	if (!ret)
		ret = take_snapshots(run, add_first, totals_are_sure);
	if (ret)
		return ret;
	if (run->trace)
		trace_match_forget(run->trace_match, run->enabled_ns);
	run->outcome->start_ns = clock_monotonic_ns();
	run->outcome->start_realtime_ns = clock_ns(CLOCK_REALTIME);
	ret = run->options->command ? run_command(run) : run_time(run);
	run->outcome->end_ns = clock_monotonic_ns();
	run->outcome->end_realtime_ns = clock_ns(CLOCK_REALTIME);
	if (!ret)
		ret = compare_wait_for(run, SETTLE_NS);
	if (!ret)
		ret = take_snapshots(run, add_last, totals_are_exact);
	return ret ? ret : detach(run);
}

static void conclude_trace(struct compare *run, struct comparison *c)
{
	const struct outcome *o = run->outcome;
	uint64_t lost = trace_lost(run->trace);

	trace_match_conclude(run->trace_match, o->start_ns, o->end_ns, c);
	if (lost)
		error_set(&c->incomplete, 0,
			  "the trace buffer lost %llu events",
			  (unsigned long long)lost);
}

static void conclude_bpf(struct compare *run, struct comparison *c)
{
	const struct outcome *o = run->outcome;
	struct bpf_losses losses;

	bpf_witness_losses(run->bpf, &losses);
	bpf_match_conclude(run->bpf_match, o->start_ns, o->end_ns, &losses, c);
}

static void conclude(struct compare *run)
{
	static const char lost[] =
		"%llu records were lost: load the module with a larger ring_records";
	/* Some causes are unknown since. */
	static const char hooks[] =
		"%llu calls of hooks were missed: load the module anew, with hooks=ftrace";
	struct outcome *o = run->outcome;
	struct comparison *c = o->witnesses;
	uint64_t missed = 0, rsts = run->rsts_unknown, drops = run->drops_unknown;
	bool known = !read_missed(run, &missed, &rsts, &drops);

	if (rsts != run->rsts_unknown)
		totals_ignore_rsts(run->totals);
	if (drops != run->drops_unknown)
		totals_ignore_drops(run->totals);
	if (run->trace)
		conclude_trace(run, &c[WITNESS_TRACE]);
	if (run->bpf)
		conclude_bpf(run, &c[WITNESS_BPF]);
	totals_conclude(run->totals, o->openings, &c[WITNESS_COUNTERS]);
	if (o->lost)
		error_set(&o->incomplete, 0, lost,
			  (unsigned long long)o->lost);
	else if (known && missed)
		error_set(&o->incomplete, 0, hooks, (unsigned long long)missed);
	else if (read_scope() != o->openings)
		error_set(&o->incomplete, 0,
			  "the module's parameter scope was changed meanwhile");
}

/* Witnesses see the whole machine, so the device has to show it, too. */
static int check_device(struct compare *run)
{
	static const char confined[] =
		"%.200s shows one network namespace only: run it as root in the initial one";
	struct tcpclose_geometry geometry = { 0 };
	struct error why;
	int fd = devnode_open(run->options->device, &why), ret;

	if (fd < 0) {
		complain("%s", why.text);
		return fd;
	}
	ret = devnode_geometry(fd, &geometry);
	close(fd);
	run->has_rsts = geometry.abi_minor > 0;
	if (!ret && !geometry.visible) {
		complain(confined, run->options->device);
		return -EPERM;
	}
	if (!ret)
		ret = read_scope();
	if (ret < 0) {
		complain("%s: %s", SCOPE, strerror(-ret));
		return ret;
	}
	run->outcome->openings = ret;
	return 0;
}

static int open_all(struct compare *run)
{
	struct error why;
	int ret = check_device(run);

	if (ret)
		return ret;
	ret = trace_match_new(&run->trace_match);
	if (!ret)
		ret = bpf_match_new(&run->bpf_match);
	if (!ret)
		ret = totals_new(&run->totals);
	if (ret) {
		complain("out of memory");
		return ret;
	}
	if (!run->has_rsts) {
		totals_ignore_rsts(run->totals);
		totals_ignore_drops(run->totals);
	}
	prepare(run);
	ret = source_open_device(&run->source, run->options->device, false, &why);
	if (ret) {
		complain("%s", why.text);
		return ret;
	}
	ret = compare_collect(run);
	if (ret)
		complain("no thread to read the device: %s", strerror(-ret));
	return ret;
}

static void close_all(struct compare *run)
{
	/* The intake reads the witnesses. */
	if (run->source)
		source_close(run->source);
	if (run->open_trace)
		trace_close(run->open_trace);
	if (run->open_bpf)
		bpf_witness_close(run->open_bpf);
	decoder_free(&run->decoder);
	totals_free(run->totals);
	bpf_match_free(run->bpf_match);
	trace_match_free(run->trace_match);
}

/**
 * witness_compare() - compare the stream with what the kernel itself reports
 * @options: what to compare
 * @outcome: result
 *
 * Return: 0, or -errno if it could not be done; then standard error says why
 */
int witness_compare(const struct witness_options *options,
		    struct outcome *outcome)
{
	struct compare *run = calloc(1, sizeof(*run));
	struct error why;
	int ret;

	if (!run) {
		complain("out of memory");
		return -ENOMEM;
	}
	run->options = options;
	run->outcome = outcome;
	outcome_init(outcome);
	signals_catch();
	run->descriptors = descriptors_raise();
	ret = open_all(run);
	if (!ret) {
		ret = compare(run);
		if (!ret)
			conclude(run);
		else if (!run->is_reported)
			complain("the comparison failed: %s",
				 strerror(-ret));
	}
	if (!ret) {
		ret = source_balance(run->source, &why);
		if (ret)
			complain("%s", why.text);
	}
	close_all(run);
	free(run);
	return ret;
}
