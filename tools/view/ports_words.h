/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words for local ports: where they lead, whose they are, how they stand, what helps.
 */
#ifndef TCPCLOSE_VIEW_PORTS_WORDS_H
#define TCPCLOSE_VIEW_PORTS_WORDS_H

#include "answer/ports_help.h"

#define PORTS_WORDS_MAX 512

void ports_words_local(char text[PORTS_WORDS_MAX], const struct ports_ends *ends);
void ports_words_remote(char text[PORTS_WORDS_MAX], const struct ports_ends *ends);
void ports_words_netns(char text[PORTS_WORDS_MAX], const struct ports_netns *n);
void ports_words_process(char text[PORTS_WORDS_MAX], const struct ports_process *r);
void ports_words_processes(char text[PORTS_WORDS_MAX], const struct ports_sum *s);
void ports_words_verdict(char text[PORTS_WORDS_MAX], const struct ports *p);
void ports_words_advice(char text[PORTS_WORDS_MAX], const struct ports_advice *a);
const char *ports_words_help(enum ports_help what);

#endif /* TCPCLOSE_VIEW_PORTS_WORDS_H */
