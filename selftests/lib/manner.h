/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tool's model says of a record: whether it may be, and whether it is
 * part of a graceful close.
 *
 * Apart, because the model's events are not those of stream.h.
 */
#ifndef _SELFTESTS_LIB_MANNER_H
#define _SELFTESTS_LIB_MANNER_H

#include "tcpclose.h"

/**
 * enum manner - how a transition treats the connection
 * @MANNER_NONE: it is no edge of the model
 */
enum manner {
	MANNER_NONE,
	MANNER_OPENING,
	MANNER_GRACEFUL,
	MANNER_ABRUPT,
};

enum manner manner_of(const struct tcpclose_record *record);

#endif /* _SELFTESTS_LIB_MANNER_H */
