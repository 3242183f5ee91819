/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_ACCEPT_H
#define TCPCLOSE_ACCEPT_H

#include "hook.h"

extern struct tcpclose_hooks tcpclose_accept_hooks;

#endif /* TCPCLOSE_ACCEPT_H */
