/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words for a socket: whose it is, what its ends are, what will end its state.
 */
#ifndef TCPCLOSE_VIEW_ITEM_WORDS_H
#define TCPCLOSE_VIEW_ITEM_WORDS_H

#include "answer/fate.h"
#include "base/json.h"

#define ITEM_WORDS_MAX 192

void item_words_process(char text[ITEM_WORDS_MAX], const struct item *i);
void item_words_remote(char text[ITEM_WORDS_MAX], const struct item *i);
void item_words_fate(char text[ITEM_WORDS_MAX], const struct fate *f);
const char *item_words_container(const struct item *i);
const char *item_words_held(unsigned int held);
const char *item_words_timer(const struct sockets_entry *s);
const char *item_words_fate_name(unsigned int by);

void item_json_process(struct json *w, const struct item_process *p);

#endif /* TCPCLOSE_VIEW_ITEM_WORDS_H */
