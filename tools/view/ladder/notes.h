/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notes that go with ladders: which connections are not drawn, and why.
 */
#ifndef TCPCLOSE_VIEW_LADDER_NOTES_H
#define TCPCLOSE_VIEW_LADDER_NOTES_H

#include "base/line.h"
#include "conn/selection.h"
#include "ladder/choice.h"

/* Largest number of lines that notes_list() writes. */
#define NOTES_MAX (1 + CHOICE_OTHERS)

int notes_list(struct line lines[NOTES_MAX], const struct choice *choice,
	       const struct selection *s, const char *source,
	       const char *cookie);

#endif /* TCPCLOSE_VIEW_LADDER_NOTES_H */
