/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two processes, "client" and "server", that act out how a connection ends, one
 * step at a time.
 */
#ifndef _SELFTESTS_LIB_PEERS_H
#define _SELFTESTS_LIB_PEERS_H

/**
 * struct peers - a scenario, and the network it runs in
 * @scenario: "active", "passive", "half-close", "simultaneous", "fin-ack",
 *	"abort", "unread", "held-back", "refused"
 * @client: descriptor of the client's network namespace; 0: the caller's
 * @server: likewise
 * @address: of the server, IPv4 or IPv6
 * @port: of the server
 */
struct peers {
	const char *scenario;
	int client;
	int server;
	const char *address;
	unsigned int port;
};

/** peers_act() - act it out; 0, or -errno */
int peers_act(const struct peers *peers);

#endif /* _SELFTESTS_LIB_PEERS_H */
