/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_TIMEWAIT_H
#define TCPCLOSE_TIMEWAIT_H

#include "hook.h"

extern struct tcpclose_probe tcpclose_timewait_probes[5];

#endif /* TCPCLOSE_TIMEWAIT_H */
