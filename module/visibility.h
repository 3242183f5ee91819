/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Visibility: what a reader may see of a record.
 */
#ifndef TCPCLOSE_VISIBILITY_H
#define TCPCLOSE_VISIBILITY_H

#include <linux/types.h>

struct pid_namespace;
struct tcpclose_record;
struct user_namespace;

/**
 * struct tcpclose_visibility - what a reader may see
 * @whole: the whole machine; otherwise only the network namespace of its opener
 * @netns: cookie of that namespace
 * @user_ns: namespace to translate user ids to
 * @pid_ns: namespace to translate process ids to
 */
struct tcpclose_visibility {
	bool whole;
	u64 netns;
	struct user_namespace *user_ns;
	struct pid_namespace *pid_ns;
};

void tcpclose_visibility_init(struct tcpclose_visibility *visible, bool whole);
void tcpclose_visibility_exit(struct tcpclose_visibility *visible);

bool tcpclose_visibility_shows(const struct tcpclose_visibility *visible,
			       const struct tcpclose_record *record);
void tcpclose_visibility_translate(const struct tcpclose_visibility *visible,
				   struct tcpclose_record *record);
u32 tcpclose_visibility_uid(const struct tcpclose_visibility *visible, u32 uid);

#endif /* TCPCLOSE_VISIBILITY_H */
