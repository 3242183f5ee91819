// SPDX-License-Identifier: GPL-2.0-only
/*
 * When what is found is trouble.
 *
 * The manual has this table, too; a test compares them.
 */
#include "answer/thresholds.h"
#include "base/clock.h"

#define SECONDS(n) (NS_PER_S * (n))

/**
 * var thresholds - by &enum diagnosis_id
 */
const struct threshold thresholds[DIAGNOSES] = {
	[DIAGNOSIS_CLOSE_WAIT_LEAK] = { "close-wait-leak", 1, 0, 100, SECONDS(20) },
	[DIAGNOSIS_FIN_WAIT2_ORPHANS] = { "fin-wait2-orphans", 5, 0, 1000, SECONDS(30) },
	[DIAGNOSIS_LAST_ACK_STUCK] = { "last-ack-stuck", 1, 0, 100, SECONDS(3) },
	[DIAGNOSIS_PORTS_EXHAUSTED] = { "ports-exhausted", 1, 0, 1, 0 },
	[DIAGNOSIS_TIME_WAIT_OVERFLOW] = { "time-wait-overflow", 1, 0, 1000, 0 },
	[DIAGNOSIS_RST_UNREAD_DATA] = { "rst-unread-data", 1, 20, 1000, 0 },
	[DIAGNOSIS_RST_LINGER] = { "rst-linger", 1, 20, 1000, 0 },
	[DIAGNOSIS_RST_DATA_AFTER_CLOSE] = { "rst-data-after-close", 1, 20, 1000, 0 },
	[DIAGNOSIS_RST_RECEIVED] = { "rst-received", 3, 20, 1000, 0 },
	[DIAGNOSIS_KEEP_ALIVE_RACE] = { "keep-alive-race", 1, 0, 100, 0 },
	[DIAGNOSIS_PEER_SILENT] = { "peer-silent", 1, 20, 100, 0 },
	[DIAGNOSIS_KEEP_ALIVE_TIMEOUT] = { "keep-alive-timeout", 1, 20, 100, 0 },
	[DIAGNOSIS_REFUSED] = { "refused", 1, 0, 100, 0 },
	[DIAGNOSIS_UNREACHABLE] = { "unreachable", 1, 0, 100, 0 },
	[DIAGNOSIS_NOT_ACCEPTED] = { "not-accepted", 1, 0, 100, SECONDS(10) },
	[DIAGNOSIS_LISTEN_OVERFLOW] = { "listen-overflow", 1, 0, 100, 0 },
	[DIAGNOSIS_ORPHAN_LIMIT] = { "orphan-limit", 1, 0, 1, 0 },
	[DIAGNOSIS_TIME_WAIT_REUSE] = { "time-wait-reuse", 1, 0, 100, 0 },
	[DIAGNOSIS_HALF_CLOSE_CUT] = { "half-close-cut", 1, 20, 100, 0 },
	[DIAGNOSIS_NAMESPACE_GONE] = { "namespace-gone", 1, 0, 0, 0 },
	[DIAGNOSIS_DESTROYED] = { "destroyed", 1, 0, 0, 0 },
	[DIAGNOSIS_RST_NO_SOCKET] = { "rst-no-socket", 1, 0, 100, 0 },
	[DIAGNOSIS_REARM_STORM] = { "rearm-storm", 1, 0, 100, 0 },
	[DIAGNOSIS_SYN_IN_LAST_ACK] = { "syn-in-last-ack", 1, 0, 100, 0 },
	[DIAGNOSIS_ZERO_WINDOW_KILL] = { "zero-window-kill", 1, 0, 100, 0 },
	[DIAGNOSIS_ADDRESS_IN_USE] = { "address-in-use", 1, 0, 0, 0 },
};

/**
 * thresholds_severity() - how bad something is
 * @g: what was found
 */
enum diagnosis_severity thresholds_severity(const struct diagnosis *g)
{
	const struct threshold *t = &thresholds[g->id];
	uint64_t count = g->count > g->mild ? g->count - g->mild : 0;

	if (count < t->warning)
		return DIAGNOSIS_INFO;
	if (t->share && g->of && count * 100 < t->share * g->of)
		return DIAGNOSIS_INFO;
	return t->critical && count >= t->critical ? DIAGNOSIS_CRITICAL : DIAGNOSIS_WARNING;
}
