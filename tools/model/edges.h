/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model's data; for inclusion in model/ only.
 */
#ifndef TCPCLOSE_MODEL_EDGES_H
#define TCPCLOSE_MODEL_EDGES_H

#include "model/model.h"

extern const struct model_state model_states[TCPCLOSE_STATES];
extern const struct model_edge edges_all[];
extern const size_t edges_count;

#endif /* TCPCLOSE_MODEL_EDGES_H */
