/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where records come from: the live device or a recording, behind one interface.
 */
#ifndef TCPCLOSE_LIB_SOURCE_H
#define TCPCLOSE_LIB_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "lib/recording.h"

struct intake_how;
struct source;

int source_open_device(struct source **result, const char *path, bool all,
		       struct error *why);
int source_open_recording(struct source **result, const char *path,
			  struct error *why);
int source_find_owners(struct source *s);
int source_collect(struct source **s, const struct intake_how *how);
void source_close(struct source *s);

int source_next_run(struct source *s, const struct recording_marker **first,
		    size_t *count);
int source_wait(struct source *s, uint64_t deadline_ns);
bool source_is_complete(const struct source *s, uint64_t until_ns);
int source_conclude(struct source *s, uint64_t ts_ns);
int source_balance(struct source *s, struct error *why);

bool source_is_live(const struct source *s);
bool source_is_collected(const struct source *s);
const struct recording_header *source_header(const struct source *s);
size_t source_cut_bytes(const struct source *s);

#endif /* TCPCLOSE_LIB_SOURCE_H */
