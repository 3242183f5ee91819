/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Views: what a reader may see of a record.
 */
#ifndef TCPCLOSE_VIEW_H
#define TCPCLOSE_VIEW_H

#include <linux/types.h>

struct pid_namespace;
struct tcpclose_record;
struct user_namespace;

/**
 * struct tcpclose_view - what a reader may see
 * @whole: the whole machine; otherwise only the network namespace of its opener
 * @netns: cookie of that namespace
 * @netns_inode: inode of that namespace
 * @user_ns: namespace to translate user ids to
 * @pid_ns: namespace to translate process ids to
 */
struct tcpclose_view {
	bool whole;
	u64 netns;
	u32 netns_inode;
	struct user_namespace *user_ns;
	struct pid_namespace *pid_ns;
};

void tcpclose_view_init(struct tcpclose_view *view, bool whole);
void tcpclose_view_exit(struct tcpclose_view *view);

bool tcpclose_view_shows(const struct tcpclose_view *view,
			 const struct tcpclose_record *record);
void tcpclose_view_translate(const struct tcpclose_view *view,
			     struct tcpclose_record *record);

#endif /* TCPCLOSE_VIEW_H */
