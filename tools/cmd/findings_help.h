/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_CMD_FINDINGS_HELP_H
#define TCPCLOSE_CMD_FINDINGS_HELP_H

int findings_help_print(void);

#endif /* TCPCLOSE_CMD_FINDINGS_HELP_H */
