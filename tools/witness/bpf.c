// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF witness from user space: load, attach, read.
 *
 * Knows libbpf and why it fails; knows nothing of what the events are compared
 * with.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/compiler.h"
#include "witness/bpf.h"
#include "witness/minisock.skel.h"

#define LOG_SIZE 65536
#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"

struct bpf_witness {
	struct minisock_bpf *skeleton;
	struct ring_buffer *ring;
	void (*receive)(void *ctx, const struct minisock_event *e);
	void *ctx;
	char log[LOG_SIZE];
};

static int silent(enum libbpf_print_level level, const char *format,
		  va_list args)
{
	return 0;
}

/* Before the summary, the verifier's log ends with its error. */
static const char *verifier_error(char *log)
{
	char *end = strstr(log, "\nprocessed "), *line;

	if (!end)
		return "";
	*end = '\0';
	line = strrchr(log, '\n');
	return line ? line + 1 : log;
}

static int explain(struct bpf_witness *w, int error, const char *step,
		   struct error *why)
{
	static const char no_permission[] =
		"no permission to %s BPF programs (CAP_BPF, CAP_PERFMON): run it as root";
	static const char no_function[] =
		"a function that it watches is not in this kernel's BTF, or cannot be traced";
	const char *what = verifier_error(w->log);

	if (error == -EPERM || (error == -EACCES && !*what))
		return error_set(why, error, no_permission, step);
	if (access(VMLINUX_BTF, R_OK))
		return error_set(why, error,
				 "%s: %s: the kernel needs CONFIG_DEBUG_INFO_BTF",
				 VMLINUX_BTF, strerror(errno));
	if (error == -ESRCH || error == -ENOTSUP)
		return error_set(why, error, no_function);
	return error_set(why, error, "BPF programs: cannot %s: %s%s%.200s",
			 step, strerror(-error), *what ? ": " : "", what);
}

static int on_event(void *ctx, void *data, size_t size)
{
	struct bpf_witness *w = ctx;

	if (size >= sizeof(struct minisock_event))
		w->receive(w->ctx, data);
	return 0;
}

/**
 * bpf_witness_load() - load the programs, which takes long
 * @result: the witness
 * @why: why it failed
 *
 * Return: 0, or -errno
 */
int bpf_witness_load(struct bpf_witness **result, struct error *why)
{
	LIBBPF_OPTS(bpf_object_open_opts, options);
	struct bpf_witness *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return error_set(why, -ENOMEM, "out of memory");
	libbpf_set_print(silent);
	options.kernel_log_buf = w->log;
	options.kernel_log_size = sizeof(w->log);
	options.kernel_log_level = 1;
	w->skeleton = minisock_bpf__open_opts(&options);
	if (!w->skeleton) {
		ret = explain(w, -errno, "open", why);
		goto err_close;
	}
	ret = minisock_bpf__load(w->skeleton);
	if (ret) {
		ret = explain(w, ret, "load", why);
		goto err_close;
	}
	w->ring = ring_buffer__new(bpf_map__fd(w->skeleton->maps.events),
				   on_event, w, NULL);
	if (!w->ring) {
		ret = explain(w, -errno, "read", why);
		goto err_close;
	}
	*result = w;
	return 0;

err_close:
	bpf_witness_close(w);
	return ret;
}

/**
 * bpf_witness_set_receiver() - set where events go
 * @w: the witness
 * @receive: called by bpf_witness_read() for each event
 * @ctx: its first argument
 */
void bpf_witness_set_receiver(struct bpf_witness *w,
			      void (*receive)(void *ctx,
					      const struct minisock_event *e),
			      void *ctx)
{
	w->receive = receive;
	w->ctx = ctx;
}

/**
 * bpf_witness_attach() - attach the programs
 * @w: the witness
 * @why: why it failed
 *
 * Return: 0, or -errno
 */
int bpf_witness_attach(struct bpf_witness *w, struct error *why)
{
	const struct minisock_bpf *s = w->skeleton;
	/* A mini-socket in the map must not die unseen: deaths come first. */
	const struct {
		struct bpf_program *program;
		struct bpf_link **link;
	} order[] = {
		{ s->progs.death_one, &w->skeleton->links.death_one },
		{ s->progs.death_other, &w->skeleton->links.death_other },
		{ s->progs.segment, &w->skeleton->links.segment },
		{ s->progs.birth_one, &w->skeleton->links.birth_one },
		{ s->progs.birth_other, &w->skeleton->links.birth_other },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		*order[i].link = bpf_program__attach(order[i].program);
		if (!*order[i].link)
			return explain(w, -errno, "attach", why);
	}
	return 0;
}

/**
 * bpf_witness_check() - check that the programs see deaths
 * @w: the witness, attached some time ago
 * @why: why they do not
 *
 * Return: 0, or -errno
 */
int bpf_witness_check(struct bpf_witness *w, struct error *why)
{
	static const char hidden[] =
		"the address of tcp_prot is hidden: run `sysctl kernel.kptr_restrict=1`";

	/* Looked up when memory of any cache is freed for the first time. */
	return w->skeleton->bss->slabs[0] ? 0 :
					    error_set(why, -EPERM, hidden);
}

/**
 * bpf_witness_read() - read the events since the last call
 * @w: the witness
 *
 * Return: number of events, or -errno
 */
int bpf_witness_read(struct bpf_witness *w)
{
	return ring_buffer__consume(w->ring);
}

static uint64_t misses(const struct bpf_program *program)
{
	struct bpf_prog_info info;
	__u32 size = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		return 0;
	return info.recursion_misses;
}

/* Calls that both copies of a program have missed, at most. */
static uint64_t misses_of_both(const struct bpf_program *one,
			       const struct bpf_program *other)
{
	uint64_t a = misses(one), b = misses(other);

	return a < b ? a : b;
}

/**
 * bpf_witness_losses() - what the programs may have missed
 * @w: the witness
 * @losses: result
 */
void bpf_witness_losses(const struct bpf_witness *w, struct bpf_losses *losses)
{
	const struct minisock_bpf *s = w->skeleton;

	losses->dropped = s->bss->dropped;
	losses->unknown = s->bss->unknown;
	losses->missed_births = misses_of_both(s->progs.birth_one, s->progs.birth_other);
	losses->missed_segments = misses(s->progs.segment);
	losses->missed_deaths = misses_of_both(s->progs.death_one, s->progs.death_other);
}

/**
 * bpf_witness_detach() - detach the programs; events in the buffer can be read
 * @w: the witness
 */
void bpf_witness_detach(struct bpf_witness *w)
{
	minisock_bpf__detach(w->skeleton);
}

/**
 * bpf_witness_close() - free everything
 * @w: the witness
 */
void bpf_witness_close(struct bpf_witness *w)
{
	ring_buffer__free(w->ring);
	minisock_bpf__destroy(w->skeleton);
	free(w);
}
