// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process of a scenario, which does what its arguments say, one after the other:
 *
 *	party NAME WORD [ARGUMENT]... WORD ...
 *
 * NAME is how the process is called (15 characters). The words are in the tables of
 * the other files; "loop N ... end" repeats what is between (0: for ever).
 *
 * Finds words and runs them; knows nothing of sockets.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "lab/party/party.h"

static const struct word *const tables[] = {
	opening_words,
	traffic_words,
	closing_words,
	option_words,
	process_words,
	odd_words,
	scan_words,
};

static struct party party = { .listener = -1 };

void party_die(const char *what)
{
	fprintf(stderr, "party: %s: %s\n", what, errno ? strerror(errno) : "wrong");
	exit(2);
}

void party_note(const char *what)
{
	fprintf(stderr, "party: %s: %s\n", what, strerror(errno));
}

double party_number(const char *text)
{
	char *end;
	double number = strtod(text, &end);

	errno = EINVAL;
	if (end == text || *end || !(number >= 0))
		party_die(text);
	return number;
}

void party_add(struct party *to, int fd)
{
	errno = EMFILE;
	if (to->fd_count == PARTY_SOCKETS)
		party_die("too many connections");
	to->fds[to->fd_count++] = fd;
}

void party_nap(double seconds)
{
	struct timespec left = { (time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9) };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

static const struct word *find_word(const char *name)
{
	const struct word *word;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (word = tables[i]; word->name; word++)
			if (!strcmp(word->name, name))
				return word;
	errno = 0;
	party_die(name);
}

static int step_length(char **words);

/* Words up to the "end" of a loop, which begins with its number. */
static int loop_length(char **words)
{
	int length = 1;

	errno = 0;
	if (!words[0])
		party_die("loop without number");
	while (words[length] && strcmp(words[length], "end"))
		length += step_length(words + length);
	if (!words[length])
		party_die("loop without end");
	return length;
}

static int step_length(char **words)
{
	const struct word *word;
	int i;

	if (!strcmp(words[0], "loop"))
		return loop_length(words + 1) + 2;
	word = find_word(words[0]);
	errno = 0;
	for (i = 1; i <= word->arguments; i++)
		if (!words[i])
			party_die(word->name);
	return word->arguments + 1;
}

static void run_words(char **words, int count);

static void run_loop(char **words)
{
	long times = party_number(words[0]), i;
	int length = loop_length(words);

	for (i = 0; !times || i < times; i++)
		run_words(words + 1, length - 1);
}

static void run_words(char **words, int count)
{
	int i;

	for (i = 0; i < count; i += step_length(words + i)) {
		if (!strcmp(words[i], "loop"))
			run_loop(words + i + 1);
		else
			find_word(words[i])->run(&party, words + i + 1);
	}
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 3) {
		fprintf(stderr, "usage: party NAME WORD [ARGUMENT]...\n");
		return 2;
	}
	setvbuf(stderr, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_NAME, argv[1]);
	/* All words are known before the first one runs */
	for (i = 2; i < argc; i += step_length(argv + i))
		;
	run_words(argv + 2, argc - 2);
	return 0;
}
