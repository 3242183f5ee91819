/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_VIEW_H
#define TCPCLOSE_VIEW_H

#include <linux/types.h>

struct tcpclose_reader;
struct tcpclose_record;

bool tcpclose_view_shows(const struct tcpclose_reader *reader,
			 const struct tcpclose_record *record);
void tcpclose_view_translate(const struct tcpclose_reader *reader,
			     struct tcpclose_record *record);

#endif /* TCPCLOSE_VIEW_H */
