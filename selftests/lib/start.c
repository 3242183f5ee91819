// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every state that a connection with the puppet can be in.
 */
#include <errno.h>

#include "lib/start.h"

static int reach_fin_wait1(struct peer *peer)
{
	int err = peer_connect(peer);

	if (!err && shutdown(peer->fd, SHUT_WR))
		err = -errno;
	return err ? err : peer_expect(peer, PUPPET_FIN);
}

static int reach_fin_wait2(struct peer *peer)
{
	int err = reach_fin_wait1(peer);

	return err ? err : peer_send(peer, PUPPET_ACK, NULL, 0);
}

/* The puppet has not received the FIN yet. */
static int reach_closing(struct peer *peer)
{
	uint32_t ack;
	int err = peer_connect(peer);

	ack = peer->ack;
	if (!err && shutdown(peer->fd, SHUT_WR))
		err = -errno;
	if (!err)
		err = peer_expect(peer, PUPPET_FIN);
	if (!err)
		err = peer_send_at(peer, PUPPET_FIN | PUPPET_ACK, peer->seq, ack, NULL, 0);
	peer->seq++;
	return err;
}

static int reach_close_wait(struct peer *peer)
{
	int err = peer_connect(peer);

	if (!err)
		err = peer_send(peer, PUPPET_FIN | PUPPET_ACK, NULL, 0);
	return err;
}

static int reach_last_ack(struct peer *peer)
{
	int err = reach_close_wait(peer);

	if (!err && shutdown(peer->fd, SHUT_WR))
		err = -errno;
	return err;
}

const struct start starts[STARTS] = {
	[SYN_SENT] = { "SYN_SENT", "", peer_connecting },
	[SYN_RECV] = { "SYN_RECV", "", peer_crossed },
	[ESTABLISHED] = { "ESTABLISHED", "", peer_connect },
	[FIN_WAIT1] = { "FIN_WAIT1", "ESTABLISHED>FIN_WAIT1 ", reach_fin_wait1 },
	[FIN_WAIT2] = { "FIN_WAIT2", "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 ",
			reach_fin_wait2 },
	[CLOSE_WAIT] = { "CLOSE_WAIT", "ESTABLISHED>CLOSE_WAIT ", reach_close_wait },
	[CLOSING] = { "CLOSING", "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSING ", reach_closing },
	[LAST_ACK] = { "LAST_ACK", "ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK ",
		       reach_last_ack },
};
