/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_VIEW_H
#define TCPCLOSE_VIEW_H

#include <linux/types.h>

struct pid_namespace;
struct tcpclose_record;
struct user_namespace;

/**
 * struct tcpclose_view - what a reader may see, and how ids are shown to it
 * @whole: it sees the whole machine; else its own network namespace only
 * @netns: that namespace's cookie
 * @netns_inode: and inode
 * @user_ns: where user ids are shown from
 * @pid_ns: where process ids are shown from
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
