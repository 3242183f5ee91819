/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who has local ports, and what would help.
 */
#ifndef TCPCLOSE_VIEW_PORTS_VIEW_H
#define TCPCLOSE_VIEW_PORTS_VIEW_H

#include "answer/ports.h"
#include "base/view.h"
#include "view/plugin.h"

void ports_text(const struct view *how, struct buffer *to, const struct ports *p, size_t top);
void ports_json(const struct view *how, struct buffer *to, const struct ports *p, size_t top);
enum plugin_level ports_plugin_level(const struct ports *p, uint64_t warning, uint64_t critical);
void ports_plugin(struct buffer *to, const struct ports *p, uint64_t warning, uint64_t critical);

#endif /* TCPCLOSE_VIEW_PORTS_VIEW_H */
