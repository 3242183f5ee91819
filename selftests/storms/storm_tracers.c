// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: other tracers attach to the module's functions and its tracepoint, and
 * detach, while connections close: the function tracer, kprobes and kretprobes, the
 * tracepoint's event, perf, and BPF's trampolines, which the function calls directly
 * instead of ftrace. Attempts to switch function tracing off are refused.
 */
/*
 * All of that patches functions in use, see loading.c.
 *
 * vm: --smp 4 --one-thread --limit 900 --disruptive --slow
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/module.h"
#include "lib/procfile.h"
#include "lib/storm.h"

#define TRACING "/sys/kernel/tracing/"
#define FUNCTIONS TRACING "instances/storm-functions/"
#define EVENTS TRACING "instances/storm-events/"
#define PROBES TRACING "events/storm/"
#define FTRACE_ENABLED "/proc/sys/kernel/ftrace_enabled"
#define BTF "/sys/kernel/btf/vmlinux"
#define CPUS 4

/* Watched by the module, on every kernel */
#define FUNCTION_COUNT	5
static const char *const functions[FUNCTION_COUNT] = {
	"tcp_time_wait",
	"__inet_twsk_schedule",
	"inet_twsk_kill",
	"tcp_rcv_state_process",
	"tcp_data_queue",
};

/* The other tracers, see all[] */
#define ALL	6

/**
 * struct others - the other tracers
 * @seen: calls that each has counted so far
 */
struct others {
	int perf[CPUS];
	int programs[FUNCTION_COUNT];
	int links[FUNCTION_COUNT];
	int bpf_stats;
	uint64_t seen[ALL];
};

/* The number of entries in an instance's buffers, which are emptied. */
static uint64_t take_entries(const char *trace)
{
	unsigned long long written = 0;
	char text[1024], *line;

	if (procfile_read(trace, text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, "entries-in-buffer/entries-written:");
	if (line)
		sscanf(line, "%*s %*u/%llu", &written);
	procfile_write(trace, "");
	return written;
}

static int function_tracer(struct others *others, uint64_t *seen, bool on)
{
	/* Changing the tracer empties the buffers */
	if (!on)
		*seen += take_entries(FUNCTIONS "trace");
	return procfile_write(FUNCTIONS "current_tracer", on ? "function" : "nop");
}

static int event(struct others *others, uint64_t *seen, bool on)
{
	int ret = procfile_write(EVENTS "events/sock/inet_sock_set_state/enable",
				 on ? "1" : "0");

	if (!on)
		*seen += take_entries(EVENTS "trace");
	return ret;
}

/* The hits of all probes, at entry and at return */
static uint64_t probe_hits(void)
{
	FILE *file = fopen(TRACING "kprobe_profile", "re");
	unsigned long long hits, missed;
	uint64_t sum = 0;
	char name[128];

	if (!file)
		return 0;
	while (fscanf(file, "%127s %llu %llu", name, &hits, &missed) == 3)
		sum += hits;
	fclose(file);
	return sum;
}

static int kprobes(struct others *others, uint64_t *seen, bool on)
{
	int ret = procfile_write(PROBES "enable", on ? "1" : "0");

	if (!on)
		*seen = probe_hits();
	return ret;
}

static int perf_on(struct others *others)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = procfile_number(TRACING "events/sock/inet_sock_set_state/id"),
	};
	int cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		others->perf[cpu] = syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
					    PERF_FLAG_FD_CLOEXEC);
		if (others->perf[cpu] < 0)
			return -errno;
	}
	return 0;
}

static int perf(struct others *others, uint64_t *seen, bool on)
{
	uint64_t count;
	int cpu, ret = 0;

	if (on)
		return perf_on(others);
	for (cpu = 0; cpu < CPUS; cpu++) {
		if (read(others->perf[cpu], &count, sizeof(count)) == sizeof(count))
			*seen += count;
		else
			ret = -EIO;
		close(others->perf[cpu]);
	}
	return ret;
}

static int load_program(const char *function)
{
	/* r0 = 0; exit */
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options,
		    .expected_attach_type = BPF_TRACE_FENTRY);
	int id = libbpf_find_vmlinux_btf_id(function, BPF_TRACE_FENTRY);

	if (id < 0)
		return id;
	options.attach_btf_id = id;
	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "storm", "GPL", nothing, 2, &options);
}

static int bpf_programs(struct others *others, uint64_t *seen, bool on)
{
	struct bpf_prog_info info;
	__u32 size;
	int i;

	for (i = 0; i < FUNCTION_COUNT; i++) {
		if (on) {
			others->links[i] = bpf_raw_tracepoint_open(NULL, others->programs[i]);
			if (others->links[i] < 0)
				return others->links[i];
			continue;
		}
		close(others->links[i]);
		memset(&info, 0, sizeof(info));
		size = sizeof(info);
		if (bpf_obj_get_info_by_fd(others->programs[i], &info, &size))
			return -errno;
		*seen = i ? *seen + info.run_cnt : info.run_cnt;
	}
	return 0;
}

/*
 * Switching ftrace off would silence the module: it is refused. 7.3 refuses it to
 * everybody.
 */
static int switch_off(struct others *others, uint64_t *seen, bool on)
{
	int ret = procfile_write(FTRACE_ENABLED, "0");

	++*seen;
	if ((ret == -EBUSY || ret == -EOPNOTSUPP) && procfile_number(FTRACE_ENABLED) == 1)
		return 0;
	return ret ? ret : -EPROTO;
}

/* @needs: a file that exists if the kernel has this tracer */
static const struct {
	const char *name;
	const char *needs;
	int (*turn)(struct others *others, uint64_t *seen, bool on);
} all[ALL] = {
	{ "function tracer", FTRACE_ENABLED, function_tracer },
	{ "event", TRACING, event },
	{ "kprobes", TRACING, kprobes },
	{ "perf", TRACING, perf },
	{ "BPF", BTF, bpf_programs },
	{ "ftrace_enabled", FTRACE_ENABLED, switch_off },
};

static bool is_there(const char *path)
{
	return !access(path, F_OK);
}

/* Set up the function tracer, and a probe at the entry and one at the return */
static int choose(int function)
{
	const char *name = functions[function];
	char line[128];
	int ret = 0;

	snprintf(line, sizeof(line), "%s\n", name);
	if (module_can_use_ftrace())
		ret = procfile_append(FUNCTIONS "set_ftrace_filter", line);
	snprintf(line, sizeof(line), "p:storm/p%d %s\n", function, name);
	if (!ret)
		ret = procfile_append(TRACING "kprobe_events", line);
	snprintf(line, sizeof(line), "r:storm/r%d %s\n", function, name);
	if (!ret)
		ret = procfile_append(TRACING "kprobe_events", line);
	return ret;
}

FIXTURE(storm)
{
	struct storm storm;
	struct others others;
};

FIXTURE_VARIANT(storm)
{
	const char *parameters;
	bool ftrace;
	unsigned int full;
	unsigned int part;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(storm, by_ftrace) {
	.parameters = "hooks=ftrace",
	.ftrace = true,
	.full = 1008,
	.part = 48,
};

FIXTURE_VARIANT_ADD(storm, by_kprobe) {
	.parameters = "hooks=kprobe",
	.full = 240,
	.part = 24,
};

/* clang-format on */

FIXTURE_SETUP(storm)
{
	int i;

	if (variant->ftrace && !module_can_use_ftrace())
		SKIP(return, "no ftrace in this kernel");
	mkdir(FUNCTIONS, 0700);
	mkdir(EVENTS, 0700);
	for (i = 0; i < FUNCTION_COUNT; i++)
		ASSERT_EQ(0, choose(i));
	if (is_there(BTF)) {
		self->others.bpf_stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
		ASSERT_LE(0, self->others.bpf_stats);
		for (i = 0; i < FUNCTION_COUNT; i++) {
			self->others.programs[i] = load_program(functions[i]);
			ASSERT_LE(0, self->others.programs[i])
			TH_LOG("%s", functions[i]);
		}
	}
	ASSERT_EQ(0, storm_reload(variant->parameters));
	ASSERT_EQ(0, storm_begin(&self->storm));
}

FIXTURE_TEARDOWN(storm)
{
	int i;

	if (is_there(BTF)) {
		for (i = 0; i < FUNCTION_COUNT; i++)
			close(self->others.programs[i]);
		close(self->others.bpf_stats);
	}
	procfile_write(PROBES "enable", "0");
	procfile_write(TRACING "kprobe_events", "");
	rmdir(FUNCTIONS);
	rmdir(EVENTS);
}

TEST_F_TIMEOUT(storm, of_tracers_at_the_same_points_changes_nothing, STORM_TIMEOUT_S)
{
	/* Each is switched on and off equally often */
	unsigned int rounds = storm_count(variant->full, variant->part) / (2 * ALL);
	unsigned int i, turns = rounds * 2 * ALL;
	int who;

	for (i = 0; i < turns; i++) {
		who = i % ALL;
		if (!is_there(all[who].needs))
			continue;
		ASSERT_EQ(0, all[who].turn(&self->others, &self->others.seen[who],
					   i / ALL % 2 == 0))
		TH_LOG("%s", all[who].name);
	}
	ASSERT_EQ(0, storm_end(&self->storm));
	TH_LOG("%u turns, %ld connections", turns, self->storm.connections);
	for (who = 0; who < ALL; who++) {
		if (!is_there(all[who].needs)) {
			TH_LOG("%s: not in this kernel", all[who].name);
			continue;
		}
		EXPECT_LT(0, self->others.seen[who])
		TH_LOG("%s saw nothing", all[who].name);
	}
	EXPECT_STREQ("", storm_flaw(&self->storm));
	EXPECT_STREQ("", storm_aftermath());
}

TEST_HARNESS_MAIN
