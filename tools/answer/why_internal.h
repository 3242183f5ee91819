/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the judges of connections, events and sockets have in common.
 */
#ifndef TCPCLOSE_ANSWER_WHY_INTERNAL_H
#define TCPCLOSE_ANSWER_WHY_INTERNAL_H

#include "answer/thresholds.h"
#include "answer/why.h"

/**
 * struct why_crowd - connections of one subject
 * @recent: by the subject
 * @count: how many ended
 */
struct why_crowd {
	struct recent_entry recent;
	uint64_t count;
};

/**
 * struct why_place - a destination
 * @recent: by its address, port and namespace
 * @reached_ns: when a connection to it was there last; 0: never
 */
struct why_place {
	struct recent_entry recent;
	uint64_t reached_ns;
};

/**
 * struct why_end - how the latest connection with some addresses and ports goes, as far as
 *	it closes
 * @recent: by these, as one end has them
 * @ts_ns: when
 * @state: the state that it is in
 * @from: the one before
 * @cause: why it ended, or 0
 * @process: who made the latest step; its number is 0: nobody, or unknown
 */
struct why_end {
	struct recent_entry recent;
	uint64_t ts_ns;
	uint8_t state;
	uint8_t from;
	uint8_t cause;
	struct item_process process;
};

struct why_crowd *why_crowd(struct why *w, const struct subject *s);
struct why_place *why_place(struct why *w, const struct subject *s);
const struct why_end *why_find_end(struct why *w, const struct subject *s, bool reversed);

/* Return: as diagnoses_add(), unless it is too old: then NULL with *@ret 0 */
struct diagnosis *why_add(struct why *w, enum diagnosis_id id, const struct subject *s,
			  int *ret);
int why_reused(struct why *w, const struct subject *s, uint64_t born_ns);

#endif /* TCPCLOSE_ANSWER_WHY_INTERNAL_H */
