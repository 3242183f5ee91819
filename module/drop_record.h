/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_DROP_RECORD_H
#define TCPCLOSE_DROP_RECORD_H

#include <linux/types.h>

struct request_sock;
struct sk_buff;
struct sock;

/**
 * struct tcpclose_drop_step - a drop by a listener and what was found out about it
 * @listener: the listener
 * @skb: the segment that is dropped; NULL: see @req
 * @req: the request that is dropped, unless there is @skb
 * @queue: number of connections in the accept queue when that was decided
 * @limit: likewise, most that may be there
 * @requests: likewise, number of requests
 * @reason: &enum tcpclose_drop_reason
 */
struct tcpclose_drop_step {
	const struct sock *listener;
	const struct sk_buff *skb;
	const struct request_sock *req;
	u32 queue;
	u32 limit;
	u32 requests;
	u8 reason;
};

void tcpclose_drop_record(const struct tcpclose_drop_step *step, u64 now_ns);

#endif /* TCPCLOSE_DROP_RECORD_H */
