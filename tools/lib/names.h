/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of the UAPI's numbers.
 */
#ifndef TCPCLOSE_LIB_NAMES_H
#define TCPCLOSE_LIB_NAMES_H

/* Each returns NULL for a number that has no name. */
const char *names_state(unsigned int state);
const char *names_end(unsigned int end);
const char *names_cause(unsigned int cause);
const char *names_close_wait(unsigned int wait);
const char *names_context(unsigned int context);
const char *names_call(unsigned int call);
const char *names_closer(unsigned int closer);
const char *names_origin(unsigned int origin);
const char *names_untracked(unsigned int reason);
const char *names_hook_via(unsigned int via);
const char *names_flag(unsigned int bit);
const char *names_mark(unsigned int bit);
const char *names_error(unsigned int error);
const char *names_connect_error(unsigned int error);

const char *names_rst_reason(unsigned int reason);
const char *names_rst_effect(unsigned int effect);
const char *names_drop_reason(unsigned int reason);
const char *names_rst_owner(unsigned int owner);
const char *names_unmatched(unsigned int what);

int names_find_state(const char *name, unsigned long len);

#endif /* TCPCLOSE_LIB_NAMES_H */
