// SPDX-License-Identifier: GPL-2.0-only
/*
 * For comparison: reads the records of states.bpf.c until it is interrupted, and
 * prints their number. Stores nothing, which is less work than any tool does.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/types.h>

#include "states.h"
#include "states.skel.h"

#define BATCH_US 10000

static int interrupted;

static void interrupt(int signal)
{
	__atomic_store_n(&interrupted, 1, __ATOMIC_RELAXED);
}

static int on_record(void *ctx, void *data, size_t size)
{
	(*(uint64_t *)ctx)++;
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = interrupt };
	struct states_bpf *skeleton;
	struct ring_buffer *ring;
	uint64_t records = 0, dropped;
	bool batch = argc == 2 && !strcmp(argv[1], "--batch");
	int ret = 0;

	if (argc > 1 && !batch) {
		fputs("usage: states [--batch]\n", stderr);
		return 2;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	skeleton = states_bpf__open();
	if (skeleton)
		skeleton->rodata->batch = batch;
	if (!skeleton || states_bpf__load(skeleton) ||
	    states_bpf__attach(skeleton)) {
		fprintf(stderr, "states: BPF: %s\n", strerror(errno));
		states_bpf__destroy(skeleton);
		return 2;
	}
	ring = ring_buffer__new(bpf_map__fd(skeleton->maps.records), on_record,
				&records, NULL);
	if (!ring) {
		fprintf(stderr, "states: ring buffer: %s\n", strerror(errno));
		states_bpf__destroy(skeleton);
		return 2;
	}
	while (!__atomic_load_n(&interrupted, __ATOMIC_RELAXED) &&
	       (ret >= 0 || ret == -EINTR)) {
		if (batch) {
			usleep(BATCH_US);
			ret = ring_buffer__consume(ring);
		} else {
			ret = ring_buffer__poll(ring, -1);
		}
	}
	ring_buffer__consume(ring);
	dropped = skeleton->bss->dropped;
	printf("%llu records, %llu dropped\n", (unsigned long long)records,
	       (unsigned long long)dropped);
	ring_buffer__free(ring);
	states_bpf__destroy(skeleton);
	return dropped ? 1 : 0;
}
