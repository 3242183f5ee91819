/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What listeners may drop, and with which queues.
 */
#ifndef TCPCLOSE_MODEL_DROPS_H
#define TCPCLOSE_MODEL_DROPS_H

#include "lib/event.h"

const char *drops_judge(const struct event *e);

#endif /* TCPCLOSE_MODEL_DROPS_H */
