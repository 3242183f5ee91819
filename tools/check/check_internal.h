/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the parts of the check; for inclusion in check/ only.
 */
#ifndef TCPCLOSE_CHECK_CHECK_INTERNAL_H
#define TCPCLOSE_CHECK_CHECK_INTERNAL_H

#include "base/clock.h"
#include "base/compiler.h"
#include "check/check.h"

static inline bool check_state_is_opening(unsigned int state)
{
	return state == TCPCLOSE_SYN_SENT || state == TCPCLOSE_SYN_RECV ||
	       state == TCPCLOSE_ESTABLISHED;
}

/*
 * A CPU may be delayed between reading the clock and writing the record. What would
 * have to be there already is no fault before the stream goes on for this long.
 */
#define LATE_MAX_NS NS_PER_S

void __printf(4, 5) check_finding(struct check *c, enum finding_kind kind,
				  const struct event *e, const char *format,
				  ...);
bool check_covers(const struct check *c, uint64_t ts_ns);

int check_session(struct check *c, const struct event *e);

int check_life_step(struct check *c, const struct event *e);
void check_life_forget(void *check, const struct history_entry *entry);
int check_life_finish(struct check *c);

void check_hole_open(struct history_entry *entry, unsigned int why,
		     unsigned int index, unsigned int from,
		     const struct event *e, uint64_t from_ns);
void check_hole_close(struct history_entry *entry);
void check_hole_skip(struct history_entry *entry, const struct event *e);
int check_hole_report(struct check *c, const struct history_entry *entry);

int __printf(4, 5) check_missing(struct check *c,
				 const struct history_entry *entry,
				 uint64_t from_ns, const char *format, ...);
int check_end_report(struct check *c, const struct history_entry *entry);

void check_values(struct check *c, const struct event *e,
		  struct history_entry *entry);
void check_values_late(struct check *c, const struct event *e,
		       struct history_entry *entry);
int check_values_take(struct check *c, const struct event *e,
		      struct history_entry *entry);

#endif /* TCPCLOSE_CHECK_CHECK_INTERNAL_H */
