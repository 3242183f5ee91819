// SPDX-License-Identifier: GPL-2.0-only
/*
 * A long recording on standard output: the lives of many connections.
 *
 *	stream RECORDS [CONNECTIONS [losses]]	RECORDS records or some more, of
 *		CONNECTIONS that live at the same time; losses: some are lost, and
 *		no socket is used again
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/lives.h"

static void put(void *file, const void *record)
{
	fwrite(record, TCPCLOSE_RECORD_SIZE, 1, file);
}

int main(int argc, char **argv)
{
	struct lives lives = {
		.all = true,
		.room = 1000,
		.write = put,
		.context = stdout,
	};
	struct recording_header header;
	uint64_t records = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;

	if (argc > 2)
		lives.room = (unsigned int)strtoul(argv[2], NULL, 0);
	lives.losses = argc > 3 && !strcmp(argv[3], "losses");
	lives.again = !lives.losses;
	if (!records || !lives.room) {
		fprintf(stderr, "usage: stream RECORDS [CONNECTIONS [losses]]\n");
		return 2;
	}
	lives_header(&header);
	fwrite(&header, sizeof(header), 1, stdout);
	if (lives_write(&lives, records) || fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "stream: could not write it\n");
		return 1;
	}
	return 0;
}
