/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_HANDOVER_H
#define TCPCLOSE_HANDOVER_H

#include "hook.h"

struct sock;

struct tcpclose_entry;

void tcpclose_handover_take(const struct sock *sk, struct tcpclose_entry *entry);

enum {
	TCPCLOSE_HANDOVER_HASHDANCE,
	TCPCLOSE_HANDOVER_TO_TIME_WAIT,
	TCPCLOSE_HANDOVER_PROBES,
};

extern struct tcpclose_probe tcpclose_handover_probes[TCPCLOSE_HANDOVER_PROBES];
extern struct tcpclose_hooks tcpclose_handover_hooks;

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
