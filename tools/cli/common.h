/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of options that commands have in common.
 */
#ifndef TCPCLOSE_CLI_COMMON_H
#define TCPCLOSE_CLI_COMMON_H

#include "cli/option.h"

extern const struct option_spec common_help[];
/* These set a struct session. */
extern const struct option_spec common_live[];
extern const struct option_spec common_input[];
/* These set a struct filter. */
extern const struct option_spec common_filter[];
/* These set a struct run. */
extern const struct option_spec common_reports[];
extern const struct option_spec common_followed[];

#endif /* TCPCLOSE_CLI_COMMON_H */
