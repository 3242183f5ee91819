/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the records of a CPU are in order: numbered without a gap, none of
 * them twice, each process with its transition.
 */
#ifndef TCPCLOSE_LIB_ORDER_H
#define TCPCLOSE_LIB_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"
#include "lib/recording.h"

/* More than one record can have. */
#define ORDER_FLAWS_MAX 8

/**
 * struct order_cpu - what came of a CPU so far
 * @last_ns: time of its latest record
 * @told: records that were told to be lost since its last record
 * @next_seq: number that the next record has
 * @last_seq: number that the last record had
 * @started: it is known where its records begin
 * @any: a record came
 * @has_task: the last record was @task
 * @task: a process; belongs to the next record
 */
struct order_cpu {
	uint64_t last_ns;
	uint64_t told;
	uint32_t next_seq;
	uint32_t last_seq;
	bool started;
	bool any;
	bool has_task;
	struct tcpclose_task task;
};

/**
 * struct order_flaws - what is wrong with one record
 * @count: how much
 * @what: what it is
 * @lost: how many records that concerns
 */
struct order_flaws {
	unsigned int count;
	enum event_flaw what[ORDER_FLAWS_MAX];
	uint64_t lost[ORDER_FLAWS_MAX];
};

void order_check(struct order_cpu *cpu, bool whole,
		 const struct recording_marker *raw,
		 struct order_flaws *flaws);

#endif /* TCPCLOSE_LIB_ORDER_H */
