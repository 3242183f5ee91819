/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tool's model applied to a record: whether the transition is legal, and whether
 * it is part of a graceful close.
 *
 * In a file of its own, because the model's events are not those of stream.h.
 */
#ifndef _SELFTESTS_LIB_MANNER_H
#define _SELFTESTS_LIB_MANNER_H

#include "tcpclose.h"

/**
 * enum manner - how a transition treats the connection
 * @MANNER_NONE: the model has no such edge
 */
enum manner {
	MANNER_NONE,
	MANNER_OPENING,
	MANNER_GRACEFUL,
	MANNER_ABRUPT,
};

enum manner manner_of(const struct tcpclose_record *record);

#endif /* _SELFTESTS_LIB_MANNER_H */
