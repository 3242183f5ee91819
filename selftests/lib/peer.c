// SPDX-License-Identifier: GPL-2.0-only
/*
 * One connection between a socket of this kernel and the puppet.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/diag.h"
#include "lib/patience.h"
#include "lib/peer.h"

#define OPTION_MSS		2
#define OPTION_WINDOW_SCALE	3
#define OPTION_TIMESTAMPS	8

void peer_init(struct peer *peer, struct puppet *puppet)
{
	static uint16_t rport = 7000;

	memset(peer, 0, sizeof(*peer));
	peer->puppet = puppet;
	peer->fd = -1;
	peer->listener = -1;
	peer->lport = 5000;
	peer->rport = rport++;
	peer->seq = 1000000;
	peer->ts_value = 1000;
}

static void add_option(struct segment *segment, uint8_t kind, const uint8_t *data, size_t len)
{
	uint8_t *at = segment->options + segment->options_len;
	size_t pad = (4 - (len + 2) % 4) % 4;

	memset(at, 1, pad); /* no operation */
	at += pad;
	at[0] = kind;
	at[1] = len + 2;
	memcpy(at + 2, data, len);
	segment->options_len += pad + len + 2;
}

struct segment peer_segment(struct peer *peer, uint16_t flags, uint32_t seq,
			    uint32_t ack)
{
	struct segment segment = {
		.sport = peer->rport,
		.dport = peer->lport,
		.seq = seq,
		.ack = flags & PUPPET_ACK ? ack : 0,
		.flags = flags,
		.window = 65535,
	};
	const uint8_t mss[] = { 1400 >> 8, 1400 & 0xff };

	if (flags & PUPPET_SYN)
		add_option(&segment, OPTION_MSS, mss, sizeof(mss));
	if (flags & PUPPET_SYN && peer->window_shift)
		add_option(&segment, OPTION_WINDOW_SCALE, &peer->window_shift, 1);
	if (peer->timestamps) {
		uint32_t words[] = { htonl(peer->ts_value), htonl(peer->ts_recent) };
		uint8_t stamps[sizeof(words)];

		peer->ts_value++;
		memcpy(stamps, words, sizeof(words));
		add_option(&segment, OPTION_TIMESTAMPS, stamps, sizeof(stamps));
	}
	return segment;
}

int peer_send_at(struct peer *peer, uint16_t flags, uint32_t seq, uint32_t ack,
		 const void *data, size_t len)
{
	struct segment segment = peer_segment(peer, flags, seq, ack);

	if (len > sizeof(segment.data))
		return -EMSGSIZE;
	if (len)
		memcpy(segment.data, data, len);
	segment.data_len = len;
	return puppet_send(peer->puppet, &segment);
}

int peer_send(struct peer *peer, uint16_t flags, const void *data, size_t len)
{
	int err = peer_send_at(peer, flags, peer->seq, peer->ack, data, len);

	peer->seq += len + !!(flags & PUPPET_SYN) + !!(flags & PUPPET_FIN);
	return err;
}

static void note_timestamps(struct peer *peer)
{
	const uint8_t *at = peer->last.options, *end = at + peer->last.options_len;
	uint32_t value;

	while (at < end && *at) {
		if (*at == 1) {
			at++;
			continue;
		}
		if (at + 1 >= end || at[1] < 2)
			return;
		if (at[0] == OPTION_TIMESTAMPS && at + 10 <= end) {
			memcpy(&value, at + 2, sizeof(value));
			peer->ts_recent = ntohl(value);
		}
		at += at[1];
	}
}

static int receive(struct peer *peer, int timeout_ms)
{
	int err;

	do {
		peer->packet_len = sizeof(peer->packet);
		err = puppet_receive(peer->puppet, &peer->last, peer->packet,
				     &peer->packet_len, timeout_ms);
	} while (!err && (peer->last.dport != peer->rport ||
			  (peer->lport && peer->last.sport != peer->lport)));
	if (err)
		return err;
	note_timestamps(peer);
	if (peer->last.flags & PUPPET_SYN ||
	    (int32_t)(segment_end(&peer->last) - peer->ack) > 0)
		peer->ack = segment_end(&peer->last);
	return 0;
}

int peer_expect(struct peer *peer, uint16_t flags)
{
	uint64_t end = now_ns() + patience_ms(PEER_TIMEOUT_MS) * 1000000ULL;
	int err;

	do {
		err = receive(peer, patience_ms(PEER_TIMEOUT_MS));
		if (!err && (peer->last.flags & flags) == flags)
			return 0;
	} while (!err && now_ns() < end);
	return err ? err : -ETIMEDOUT;
}

int peer_count(struct peer *peer, uint16_t flags)
{
	int count = 0;

	while (!receive(peer, 0))
		count += (peer->last.flags & flags) == flags;
	return count;
}

bool peer_silent(struct peer *peer, int ms)
{
	return receive(peer, ms) == -ETIMEDOUT;
}

int peer_socket(struct peer *peer)
{
	union net_addr local = peer->puppet->local;
	int err, one = 1;

	local.in.sin_port = htons(peer->lport);
	peer->fd = socket(peer->puppet->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (peer->fd < 0)
		return -errno;
	if (setsockopt(peer->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    (peer->lport && bind(peer->fd, &local.sa, net_addr_len(&local)))) {
		err = -errno;
		close(peer->fd);
		peer->fd = -1;
		return err;
	}
	peer->cookie = net_cookie(peer->fd);
	return 0;
}

int peer_connecting(struct peer *peer)
{
	union net_addr remote = peer->puppet->remote;
	int err;

	if (peer->fd < 0) {
		err = peer_socket(peer);
		if (err)
			return err;
	}
	remote.in.sin_port = htons(peer->rport);
	if (connect(peer->fd, &remote.sa, net_addr_len(&remote)) && errno != EINPROGRESS)
		return -errno;
	peer->lport = net_local_port(peer->fd);
	return peer_expect(peer, PUPPET_SYN);
}

int peer_connect(struct peer *peer)
{
	int err = peer_connecting(peer);

	if (!err)
		err = peer_send(peer, PUPPET_SYN | PUPPET_ACK, NULL, 0);
	if (!err)
		err = peer_expect(peer, PUPPET_ACK);
	if (!err)
		err = net_wait(peer->fd, POLLOUT, patience_ms(PEER_TIMEOUT_MS));
	return err;
}

int peer_crossed(struct peer *peer)
{
	int err = peer_connecting(peer);

	if (!err)
		err = peer_send(peer, PUPPET_SYN, NULL, 0);
	if (!err)
		err = peer_expect(peer, PUPPET_SYN | PUPPET_ACK);
	return err;
}

int peer_listen(struct peer *peer)
{
	union net_addr local = peer->puppet->local;

	local.in.sin_port = htons(peer->lport);
	peer->listener = net_listen(&local, 16);
	return peer->listener < 0 ? peer->listener : 0;
}

int peer_knock(struct peer *peer)
{
	int err = peer_send(peer, PUPPET_SYN, NULL, 0);

	if (!err)
		err = peer_expect(peer, PUPPET_SYN | PUPPET_ACK);
	if (!err)
		err = peer_send(peer, PUPPET_ACK, NULL, 0);
	return err;
}

int peer_knock_fast(struct peer *peer)
{
	int err = peer_send(peer, PUPPET_SYN, "data", 4);

	if (!err)
		err = peer_expect(peer, PUPPET_SYN | PUPPET_ACK);
	return err ? err : net_wait(peer->listener, POLLIN, PEER_TIMEOUT_MS);
}

int peer_accept(struct peer *peer)
{
	int err = 0;

	if (peer->listener < 0)
		err = peer_listen(peer);
	if (!err)
		err = peer_knock(peer);
	if (!err)
		err = net_wait(peer->listener, POLLIN, patience_ms(PEER_TIMEOUT_MS));
	if (err)
		return err;
	peer->fd = accept4(peer->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (peer->fd < 0)
		return -errno;
	peer->cookie = net_cookie(peer->fd);
	return 0;
}

int peer_close(struct peer *peer)
{
	int fd = peer->fd;

	peer->fd = -1;
	return close(fd) ? -errno : 0;
}

int peer_close_half(struct peer *peer)
{
	int err = peer_close(peer);

	if (!err)
		err = peer_expect(peer, PUPPET_FIN);
	if (!err)
		err = peer_send(peer, PUPPET_ACK, NULL, 0);
	return err;
}

int peer_close_active(struct peer *peer)
{
	int err = peer_close_half(peer);

	if (!err)
		err = peer_send(peer, PUPPET_FIN | PUPPET_ACK, NULL, 0);
	if (!err)
		err = peer_expect(peer, PUPPET_ACK);
	return err;
}

int peer_destroy(const struct peer *peer)
{
	union net_addr local = peer->puppet->local, remote = peer->puppet->remote;

	local.in.sin_port = htons(peer->lport);
	remote.in.sin_port = htons(peer->rport);
	return diag_destroy(&local, &remote);
}
