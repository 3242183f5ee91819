/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which call may fail at once, and how.
 */
#ifndef TCPCLOSE_MODEL_FAILED_CALLS_H
#define TCPCLOSE_MODEL_FAILED_CALLS_H

#include "lib/event.h"

const char *failed_calls_judge(const struct event *e);

#endif /* TCPCLOSE_MODEL_FAILED_CALLS_H */
