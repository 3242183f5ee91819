/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which RST may be sent or received, by what, and in which state.
 */
#ifndef TCPCLOSE_MODEL_RSTS_H
#define TCPCLOSE_MODEL_RSTS_H

#include "lib/event.h"

const char *rsts_judge(const struct event *e);

#endif /* TCPCLOSE_MODEL_RSTS_H */
