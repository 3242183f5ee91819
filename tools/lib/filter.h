/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which events are wanted: those that match an expression of words.
 */
#ifndef TCPCLOSE_LIB_FILTER_H
#define TCPCLOSE_LIB_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "lib/event.h"

/* How many values there may be, of one word given as an option and in all. */
#define FILTER_MAX 64
#define FILTER_VALUES 256
/* Words, and these with operators between them. */
#define FILTER_WORDS 64
#define FILTER_STEPS 256
/* Length of an expression, and half of that of all that is kept. */
#define FILTER_TEXT 4096
/* How deep parentheses and "not" may be in one another. */
#define FILTER_DEPTH 24

/**
 * struct filter_ports - a range of ports
 * @first: lowest port
 * @last: highest port
 */
struct filter_ports {
	uint16_t first;
	uint16_t last;
};

/**
 * struct filter_addr - an address with a prefix
 * @addr: 16 bytes, IPv4 as ::ffff:a.b.c.d
 * @bits: leading bits that count, of 128
 */
struct filter_addr {
	uint8_t addr[16];
	unsigned int bits;
};

/**
 * struct filter_netns - a network namespace, by one of these
 * @cookie: cookie of the one that @name stands for now; 0: unknown
 * @inode: its inode; 0: any
 * @own: the reader's own
 * @host: the initial one
 * @path: @name is the path of a file
 * @name: as it was given; other namespaces of that name are wanted, too
 */
struct filter_netns {
	uint64_t cookie;
	uint32_t inode;
	bool own;
	bool host;
	bool path;
	const char *name;
};

/**
 * struct filter_value - a value of a word
 * @next: the next value of the same word, an index; 0: none. Either is wanted
 * @ports: of a port
 * @addr: of an address
 * @netns: of a namespace
 * @number: of a number or a name
 * @text: of a text that may contain *, ? and []
 */
struct filter_value {
	unsigned int next;
	union {
		struct filter_ports ports;
		struct filter_addr addr;
		struct filter_netns netns;
		int64_t number;
		const char *text;
	};
};

/**
 * enum filter_op - how a word compares
 * @FILTER_IS: one of its values
 * @FILTER_LESS: less than its value; unknown is not
 * @FILTER_MOST: at most
 * @FILTER_MORE: more than
 * @FILTER_LEAST: at least
 */
enum filter_op {
	FILTER_IS,
	FILTER_LESS,
	FILTER_MOST,
	FILTER_MORE,
	FILTER_LEAST,
};

struct filter_word;

/**
 * struct filter_term - a word with its values
 * @word: the word
 * @op: how it compares
 * @value: index of its first value
 * @count: number of values
 */
struct filter_term {
	const struct filter_word *word;
	enum filter_op op;
	unsigned int value;
	unsigned int count;
};

/**
 * enum filter_kind - a step of an expression in postfix order
 * @FILTER_TERM: whether the term matches
 * @FILTER_NOT: the opposite
 * @FILTER_AND: whether both of the last two
 * @FILTER_OR: whether one of the last two
 */
enum filter_kind {
	FILTER_TERM,
	FILTER_NOT,
	FILTER_AND,
	FILTER_OR,
};

/**
 * struct filter_step - a step
 * @kind: what it is
 * @term: index of the word of %FILTER_TERM
 */
struct filter_step {
	enum filter_kind kind;
	unsigned int term;
};

/**
 * struct filter - which events are wanted
 * @values: of all words; the first is not used
 * @value_count: number of these
 * @netns: which of these are network namespaces
 * @netns_count: number of those
 * @terms: the words
 * @term_count: number of these
 * @given: bits of those that were given as options: each has to match
 * @steps: the expression, which has to match as well
 * @step_count: number of its steps
 * @typed: the expression as it was typed
 * @typed_used: length of it
 * @kept: words and values, for @values to point to
 * @kept_used: length of these
 */
struct filter {
	struct filter_value values[FILTER_VALUES];
	unsigned int value_count;
	unsigned int netns[FILTER_MAX];
	unsigned int netns_count;
	struct filter_term terms[FILTER_WORDS];
	unsigned int term_count;
	uint64_t given;
	struct filter_step steps[FILTER_STEPS];
	unsigned int step_count;
	char typed[FILTER_TEXT];
	size_t typed_used;
	char kept[2 * FILTER_TEXT];
	size_t kept_used;
};

int filter_add_option(struct filter *f, const char *word, const char *value,
		      struct error *expected);
int filter_add_text(struct filter *f, const char *text, struct error *why);
int filter_finish(struct filter *f, struct error *why);
struct filter_netns *filter_netns(struct filter *f, unsigned int i);
bool filter_is_word(const char *text);
bool filter_wants_owners(const struct filter *f);
bool filter_is_empty(const struct filter *f);
uint64_t filter_words_of(const struct filter *f, const struct event *e);
bool filter_holds(const struct filter *f, uint64_t words);
bool filter_matches(const struct filter *f, const struct event *e);

#endif /* TCPCLOSE_LIB_FILTER_H */
