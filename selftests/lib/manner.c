// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tool's model applied to a record.
 */
#include <stddef.h>

#include "lib/manner.h"
#include "model/model.h"

enum manner manner_of(const struct tcpclose_record *record)
{
	static const enum manner manners[] = {
		[MODEL_OPENING] = MANNER_OPENING,
		[MODEL_GRACEFUL] = MANNER_GRACEFUL,
		[MODEL_ABRUPT] = MANNER_ABRUPT,
	};
	struct model_judgement judgement;
	struct event event;

	event_decode(&event, record, NULL);
	model_judge(&event, &judgement);
	if (judgement.verdict != MODEL_OK_DOCUMENTED && judgement.verdict != MODEL_OK_LINUX)
		return MANNER_NONE;
	return manners[judgement.edge->manner];
}
