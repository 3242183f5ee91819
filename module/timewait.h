/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_TIMEWAIT_H
#define TCPCLOSE_TIMEWAIT_H

#include "hook.h"

extern struct tcpclose_hooks tcpclose_timewait_hooks;

#endif /* TCPCLOSE_TIMEWAIT_H */
