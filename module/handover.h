/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_HANDOVER_H
#define TCPCLOSE_HANDOVER_H

#include <net/tcp_states.h>

#include "entry.h"
#include "hook.h"

struct sock;

void tcpclose_handover_take(const struct sock *sk, struct tcpclose_entry *entry);

enum {
	TCPCLOSE_HANDOVER_HASHDANCE,
	TCPCLOSE_HANDOVER_TO_TIME_WAIT,
	TCPCLOSE_HANDOVER_PROBES,
};

extern struct tcpclose_probe tcpclose_handover_probes[TCPCLOSE_HANDOVER_PROBES];
extern struct tcpclose_hooks tcpclose_handover_hooks;

/**
 * tcpclose_handover_is_open() - whether tcpclose_handover_take() may find a note
 * @entry: entry of a socket that enters CLOSE
 * @old: its state before
 */
static __always_inline bool tcpclose_handover_is_open(const struct tcpclose_entry *entry,
						      int old)
{
	return !(entry->flags & TCPCLOSE_ENTRY_HAND_OVER) &&
	       (1 << old) & (TCPF_FIN_WAIT2 | TCPF_CLOSING);
}

/* Whether births of mini-sockets are hooked. */
static __always_inline bool tcpclose_handover_births_watched(void)
{
	return tcpclose_handover_probes[TCPCLOSE_HANDOVER_HASHDANCE].via;
}

/* Whether no birth was missed. */
static __always_inline bool tcpclose_handover_births_sure(void)
{
	return tcpclose_probe_is_sure(&tcpclose_handover_probes[TCPCLOSE_HANDOVER_HASHDANCE]);
}

/* Whether every hand-over is seen. */
static __always_inline bool tcpclose_handover_watched(void)
{
	return tcpclose_probe_is_sure(&tcpclose_handover_probes[TCPCLOSE_HANDOVER_TO_TIME_WAIT]) ||
	       tcpclose_handover_births_sure();
}

#endif /* TCPCLOSE_HANDOVER_H */
