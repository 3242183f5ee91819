/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of the UAPI's numbers.
 */
#ifndef TCPCLOSE_LIB_NAMES_H
#define TCPCLOSE_LIB_NAMES_H

/* The longest name that the functions below make. */
#define NAME_MAX_LEN 24

/* Each returns NULL for a number that has no name. */
const char *state_name(unsigned int state);
const char *end_name(unsigned int end);
const char *cause_name(unsigned int cause);
const char *context_name(unsigned int context);
const char *closer_name(unsigned int closer);
const char *origin_name(unsigned int origin);
const char *untracked_name(unsigned int reason);
const char *hook_via_name(unsigned int via);
const char *flag_name(unsigned int bit);
const char *mark_name(unsigned int bit);
const char *error_name(unsigned int error);

int state_from_name(const char *name, unsigned long len);

#endif /* TCPCLOSE_LIB_NAMES_H */
