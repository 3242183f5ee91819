// SPDX-License-Identifier: GPL-2.0-only
/*
 * Targets of libFuzzer: what reads bytes that anybody may have written.
 *
 * usage: fuzz --target=NAME [libFuzzer's options] [CORPUS...]
 *
 *	decode	each event of a recording
 *	filter	filters, a line each: the first letter says of what
 *	verify	the commands, with --input; the options depend on the size
 *	graph
 *	ladder
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/compiler.h"
#include "cmd/commands.h"
#include "lib/decoder.h"
#include "lib/filter.h"
#include "lib/source.h"

#define RECORD TCPCLOSE_RECORD_SIZE
#define OPTIONS 4
#define CPUS 4

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed);

static char *const verify_ways[][OPTIONS] = {
	{}, { "--json" }, { "--duration", "1" }, { "--port", "443", "--json" }
};

static char *const graph_ways[][OPTIONS] = {
	{ "--all" }, { "--format", "dot" }, { "--format", "svg" }, { "--format", "mermaid" }
};

static char *const ladder_ways[][OPTIONS] = {
	{}, { "--format", "svg" }, { "--count", "9" }, { "--count", "9", "--format", "svg" }
};

/**
 * struct target - what is tried
 * @name: its name
 * @command: the command; NULL: @run
 * @ways: its options
 * @run: what to do with the bytes
 * @lines: they are text, not a recording
 */
struct target {
	const char *name;
	const struct command *command;
	char *const (*ways)[OPTIONS];
	void (*run)(const uint8_t *data, size_t size);
	bool lines;
};

/* A file with these bytes; the same one each time. */
static const char *file_of(const uint8_t *data, size_t size)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	return path;
}

static void decode(const uint8_t *data, size_t size)
{
	struct decoder decoder = {};
	struct source *source;
	struct error why;
	struct event e;

	if (source_open_recording(&source, file_of(data, size), &why))
		return;
	decoder_init(&decoder, source_header(source), true);
	while (decoder_next(&decoder, source, &e) > 0)
		;
	decoder_free(&decoder);
	source_close(source);
}

/* A line is an option's value, or else a part of an expression. */
static void add_filter(struct filter *f, const char *line)
{
	static const char *const words[] = {
		['p'] = "port", ['a'] = "addr", ['n'] = "netns",
		['i'] = "pid", ['s'] = "state", ['f'] = "family",
	};
	unsigned char letter = (unsigned char)line[0];
	struct error why;

	/* Not the namespace of a file */
	if (strchr(line, '/') && (letter == 'n' || strstr(line, "netns")))
		return;
	if (letter < ARRAY_SIZE(words) && words[letter])
		filter_add_option(f, words[letter], line + 1, &why);
	else
		filter_add_text(f, line, &why);
}

static void filter(const uint8_t *data, size_t size)
{
	static const struct event events[] = {
		{ .kind = EVENT_TRANSITION, .old = TCPCLOSE_ESTABLISHED, .new = TCPCLOSE_CLOSE },
		{ .kind = EVENT_TRANSITION, .old = TCPCLOSE_FIN_WAIT2, .new = TCPCLOSE_TIME_WAIT,
		  .netns = 7, .netns_inode = 4026532300, .netns_name = "blue", .own_netns = true,
		  .lport = 80, .rport = UINT16_MAX },
		{ .kind = EVENT_LOST, .lost = 1 },
	};
	char *text = strndup((const char *)data, size), *next = text, *line;
	struct filter *f = calloc(1, sizeof(*f));
	struct error why;
	size_t i;

	if (!text || !f)
		abort();
	while ((line = strsep(&next, "\n")))
		add_filter(f, line);
	/* The command ends if it is wrong; what is there has to be usable all the same */
	filter_finish(f, &why);
	filter_wants_owners(f);
	for (i = 0; i < ARRAY_SIZE(events); i++)
		filter_matches(f, &events[i]);
	filter_is_empty(f);
	free(f);
	free(text);
}

static const struct target targets[] = {
	{ .name = "decode", .run = decode },
	{ .name = "filter", .run = filter, .lines = true },
	{ .name = "verify", .command = &verify_command, .ways = verify_ways },
	{ .name = "graph", .command = &graph_command, .ways = graph_ways },
	{ .name = "ladder", .command = &ladder_command, .ways = ladder_ways },
};

static const struct target *target;

/* The library passes over options that begin with two hyphens. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *option = "--target=";
	size_t i;

	for (i = 0; *argc > 1 && i < ARRAY_SIZE(targets); i++)
		if (!strncmp((*argv)[1], option, strlen(option)) &&
		    !strcmp((*argv)[1] + strlen(option), targets[i].name))
			target = &targets[i];
	if (target)
		return 0;
	fprintf(stderr, "fuzz: --target=NAME must come first\n");
	exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[OPTIONS + 3] = { "--input" };
	unsigned int argc = 2, i;
	char *const *way;

	if (!target->command) {
		target->run(data, size);
		return 0;
	}
	argv[1] = strdup(file_of(data, size));
	way = target->ways[size / RECORD % 4];
	for (i = 0; i < OPTIONS && way[i]; i++)
		argv[argc++] = way[i];
	command_run(target->command, (int)argc, argv);
	free(argv[1]);
	return 0;
}

/* One change of what records there are, behind the header. */
static size_t shuffle(uint8_t *data, size_t count, size_t room, unsigned int seed)
{
	uint8_t *one = data + (1 + seed % count) * RECORD;
	uint8_t *other = data + (1 + seed / 256 % count) * RECORD;
	uint8_t *end = data + (1 + count) * RECORD;
	uint8_t kept[RECORD];

	switch (seed / 65536 % 4) {
	case 0: /* one less */
		memmove(one, one + RECORD, (size_t)(end - one) - RECORD);
		return count;
	case 1: /* one twice */
		if ((2 + count) * RECORD > room)
			return 1 + count;
		memcpy(kept, other, RECORD);
		memmove(one + RECORD, one, (size_t)(end - one));
		memcpy(one, kept, RECORD);
		return 2 + count;
	case 2: /* in another order */
		memcpy(kept, one, RECORD);
		memmove(one, other, RECORD);
		memcpy(other, kept, RECORD);
		return 1 + count;
	default: /* as another one in 8 bytes */
		memcpy(one + seed % (RECORD / 8) * 8, other + seed % (RECORD / 8) * 8, 8);
		return 1 + count;
	}
}

static size_t change(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
	size_t count = size / RECORD;

	if (count < 3 || seed % 4 == 0)
		return LLVMFuzzerMutate(data, size, room);
	if (seed % 4 == 1) {
		/* Some bytes of one record */
		LLVMFuzzerMutate(data + (1 + seed / 4 % (count - 1)) * RECORD, RECORD, RECORD);
		return size;
	}
	return shuffle(data, count - 1, room, seed / 4) * RECORD;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
	size_t at;

	if (target->lines)
		return LLVMFuzzerMutate(data, size, room);
	size = change(data, size, room, seed);
	/* Of a high number it takes long to make room for all CPUs: that is tried rarely. */
	for (at = RECORD; seed / 256 % 64 && at + RECORD <= size; at += RECORD) {
		struct tcpclose_record *r = (void *)(data + at);

		r->cpu %= CPUS;
	}
	return size;
}
