/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All commands, for the table in tcpclose.c.
 */
#ifndef TCPCLOSE_CMD_COMMANDS_H
#define TCPCLOSE_CMD_COMMANDS_H

#include "cli/run.h"

extern const struct command conns_command;
extern const struct command export_command;
extern const struct command graph_command;
extern const struct command ladder_command;
extern const struct command ports_command;
extern const struct command record_command;
extern const struct command stat_command;
extern const struct command stuck_command;
extern const struct command verify_command;
extern const struct command watch_command;
extern const struct command why_command;

#endif /* TCPCLOSE_CMD_COMMANDS_H */
