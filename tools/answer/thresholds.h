/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When what is found is trouble: the one table of thresholds.
 */
#ifndef TCPCLOSE_ANSWER_THRESHOLDS_H
#define TCPCLOSE_ANSWER_THRESHOLDS_H

#include "answer/diagnosis.h"

/* What happened longer ago is no trouble of now, live. */
#define THRESHOLDS_HISTORY_NS (900 * NS_PER_S)
/* The peer was silent for so long before a request: the connection was idle. */
#define THRESHOLDS_IDLE_MS 1000
/* A close that meets a request does so at once; what comes later ignores it. */
#define THRESHOLDS_RACE_NS NS_PER_S
/* CLOSE_WAIT, if the process has read that the peer has closed. */
#define THRESHOLDS_READ_NS (60 * NS_PER_S)
/*
 * So many sockets of one process are a leak sooner than one: those whose end was not read,
 * those that are older than the module, and those whose end was read.
 */
#define THRESHOLDS_MANY 5
#define THRESHOLDS_MANY_NS (10 * NS_PER_S)
#define THRESHOLDS_MANY_OLD_NS (5 * NS_PER_S)
#define THRESHOLDS_MANY_READ_NS (30 * NS_PER_S)
/* Retransmissions without an answer. */
#define THRESHOLDS_RETRANSMITS 2
#define THRESHOLDS_RETRANSMITS_OPEN 5
/* A port below the usual range of local ports: a service, or a scan. */
#define THRESHOLDS_PORT 32768
/* So many services at once are a scan. */
#define THRESHOLDS_SCAN 10
/* Starts anew of one TIME_WAIT. */
#define THRESHOLDS_REARMS 5
/* Less than one part in so many of what befalls all is no trouble of one. */
#define THRESHOLDS_VICTIM 10
/* Percent of a destination's ports. */
#define THRESHOLDS_PORTS_WARNING 90
#define THRESHOLDS_PORTS_CRITICAL 99

/**
 * struct threshold - when something is trouble
 * @name: its name, as people and programs know it
 * @warning: so many are trouble; fewer are worth knowing
 * @share: and so many percent of the connections of the same subject; 0: any
 * @critical: so many are critical; 0: never
 * @after_ns: a socket counts after so long in its state; 0: that means nothing
 */
struct threshold {
	const char *name;
	uint64_t warning;
	unsigned int share;
	uint64_t critical;
	uint64_t after_ns;
};

extern const struct threshold thresholds[DIAGNOSES];

enum diagnosis_severity thresholds_severity(const struct diagnosis *g);

#endif /* TCPCLOSE_ANSWER_THRESHOLDS_H */
