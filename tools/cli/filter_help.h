/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_CLI_FILTER_HELP_H
#define TCPCLOSE_CLI_FILTER_HELP_H

int filter_help_print(void);

#endif /* TCPCLOSE_CLI_FILTER_HELP_H */
