// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shares: who shares an allowance of entries, and whose connections got none.
 *
 * A network namespace has a share of its own; those that one unprivileged user
 * made have one together, however many they are. Shares have numbers, and two
 * may have the same by chance, as the price of a table that no user can fill.
 * How many entries a share may have is for pool.c to decide.
 */
#include <linux/atomic.h>
#include <linux/cred.h>
#include <linux/hash.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>
#include <net/netns/hash.h>
#include <net/sock.h>

#include "share.h"

/*
 * Only the connections that got no entry are counted here. Written without a
 * lock: members that belong together may be of two connections.
 */
struct share {
	atomic_t alive; /* connections refused, and not ended yet */
	atomic64_t refused; /* connections refused by the share */
	u32 netns; /* inode of the namespace of the latest of these */
	u32 uid; /* user whose namespaces share it, or unknown */
	u8 why; /* of the latest failure, &enum tcpclose_untracked */
};

static struct share shares[TCPCLOSE_SHARE_NUMBERS];

/**
 * tcpclose_share_init() - begin with no connection refused
 */
void tcpclose_share_init(void)
{
	memset(shares, 0, sizeof(shares));
}

/*
 * The unprivileged user that made a network namespace, also through user
 * namespaces within his own; TCPCLOSE_UNKNOWN_UID if root did.
 */
static u32 user_of(const struct net *net)
{
	const struct user_namespace *ns = net->user_ns;
	uid_t uid;

	if (ns == &init_user_ns)
		return TCPCLOSE_UNKNOWN_UID;
	while (ns->parent != &init_user_ns)
		ns = ns->parent;
	uid = __kuid_val(ns->owner);
	return uid ? uid : TCPCLOSE_UNKNOWN_UID;
}

/**
 * tcpclose_share_of() - find a connection's share
 * @sk: its socket or mini-socket
 *
 * Context: any.
 * Return: the share's number.
 */
u8 tcpclose_share_of(const struct sock *sk)
{
	const struct net *net = sock_net(sk);
	u32 uid, key;

	if (net_eq(net, &init_net))
		return TCPCLOSE_SHARE_HOST;
	uid = user_of(net);
	/* Random, so that nobody can choose a share. */
	key = uid == TCPCLOSE_UNKNOWN_UID ?
		      net_hash_mix(net) :
		      uid ^ net_hash_mix(&init_net);
	return 1 + hash_32(key, 32) % (TCPCLOSE_SHARE_NUMBERS - 1);
}

/**
 * tcpclose_share_failed() - note why there was no entry for a share
 * @share: its number
 * @why: &enum tcpclose_untracked
 */
void tcpclose_share_failed(u8 share, u8 why)
{
	if (READ_ONCE(shares[share].why) != why)
		WRITE_ONCE(shares[share].why, why);
}

/**
 * tcpclose_share_refuse() - remember that a connection got no entry
 * @sk: its socket or mini-socket
 *
 * Called after tcpclose_share_failed().
 */
void tcpclose_share_refuse(const struct sock *sk)
{
	struct share *share = &shares[tcpclose_share_of(sk)];
	const struct net *net = sock_net(sk);

	atomic_inc(&share->alive);
	if (READ_ONCE(share->why) != TCPCLOSE_UNTRACKED_SHARE)
		return;
	WRITE_ONCE(share->netns, net->ns.inum);
	WRITE_ONCE(share->uid, user_of(net));
	atomic64_inc(&share->refused);
}

/**
 * tcpclose_share_settle() - forget a connection without an entry, since it ends
 *	or gets one
 * @sk: its socket or mini-socket
 */
void tcpclose_share_settle(const struct sock *sk)
{
	atomic_dec_if_positive(&shares[tcpclose_share_of(sk)].alive);
}

/**
 * tcpclose_share_unknown() - find why a connection has no entry
 * @sk: its socket or mini-socket
 *
 * As long as none of its share is alive that was refused an entry, the
 * connection must be older than the module.
 *
 * Return: &enum tcpclose_untracked
 */
u8 tcpclose_share_unknown(const struct sock *sk)
{
	const struct share *share = &shares[tcpclose_share_of(sk)];

	return atomic_read(&share->alive) ? READ_ONCE(share->why) :
					    TCPCLOSE_UNTRACKED_OLD;
}

/**
 * tcpclose_share_report() - list the shares that refused most connections
 * @to: %TCPCLOSE_SHARES shares, most refusals first; those left are all 0
 * @reset: count refusals from 0 again
 */
void tcpclose_share_report(struct tcpclose_share *to, bool reset)
{
	unsigned int number, i, count = 0;

	memset(to, 0, TCPCLOSE_SHARES * sizeof(*to));
	for (number = 0; number < TCPCLOSE_SHARE_NUMBERS; number++) {
		struct share *share = &shares[number];
		u64 refused = reset ? atomic64_xchg(&share->refused, 0) :
				      atomic64_read(&share->refused);

		if (!refused)
			continue;
		for (i = count; i && to[i - 1].refused < refused; i--)
			if (i < TCPCLOSE_SHARES)
				to[i] = to[i - 1];
		if (i == TCPCLOSE_SHARES)
			continue;
		to[i] = (struct tcpclose_share){
			.refused = refused,
			.netns = READ_ONCE(share->netns),
			.uid = READ_ONCE(share->uid),
		};
		if (count < TCPCLOSE_SHARES)
			count++;
	}
}
