// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which events are wanted: reads expressions, and evaluates them.
 *
 * Words that were given as options narrow the choice, and so does the expression;
 * several values of one word widen it. The expression is kept in postfix order, and
 * evaluated with a stack of bits. What a word means is in filter_words.c.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/filter.h"
#include "lib/filter_words.h"

/* Return: index of a new value, 0 if there are too many */
static unsigned int new_value(struct filter *f)
{
	/* The first is not used, so that 0 is none. */
	if (f->value_count + 1 == FILTER_VALUES)
		return 0;
	return ++f->value_count;
}

/* Return: 0, -E2BIG, or -errno of the value */
static int add_value(struct filter *f, struct filter_term *term, const char *text)
{
	unsigned int i = new_value(f);
	struct filter_value *v = &f->values[i];
	int ret;

	if (!i)
		return -E2BIG;
	ret = filter_word_read(term->word, text, v);
	if (ret)
		return ret;
	v->next = term->value;
	term->value = i;
	term->count++;
	if (filter_word_is_netns(term->word)) {
		if (f->netns_count == FILTER_MAX)
			return -E2BIG;
		f->netns[f->netns_count++] = i;
	}
	return 0;
}

/* Read values with commas between, which become NULs. */
static int add_values(struct filter *f, struct filter_term *term, char *text)
{
	const char *value;
	int ret = 0;

	while (!ret && (value = strsep(&text, ",")))
		ret = add_value(f, term, value);
	return ret;
}

/* Return: a new word without values, or NULL if there are too many */
static struct filter_term *new_term(struct filter *f, const struct filter_word *word)
{
	struct filter_term *term = &f->terms[f->term_count];

	if (f->term_count == FILTER_WORDS)
		return NULL;
	*term = (struct filter_term){ .word = word };
	f->term_count++;
	return term;
}

static struct filter_term *given_term(struct filter *f, const struct filter_word *word)
{
	struct filter_term *term;
	unsigned int i;

	for (i = 0; i < f->term_count; i++)
		if (f->given >> i & 1 && f->terms[i].word == word)
			return &f->terms[i];
	term = new_term(f, word);
	if (term)
		f->given |= 1ULL << i;
	return term;
}

/* Return: room for a text and its NUL, or NULL */
static char *keep(struct filter *f, size_t len)
{
	char *kept = f->kept + f->kept_used;

	if (len + 1 > sizeof(f->kept) - f->kept_used)
		return NULL;
	f->kept_used += len + 1;
	kept[len] = '\0';
	return kept;
}

/**
 * filter_add_option() - want a value of a word that was given as an option
 * @f: the filter
 * @word: name of the word
 * @value: the value, or several with commas between
 * @expected: set to what it should be if it is wrong
 *
 * Return: 0 or -errno
 */
int filter_add_option(struct filter *f, const char *word, const char *value,
		      struct error *expected)
{
	const struct filter_word *w = filter_word_find(word, strlen(word));
	struct filter_term *term = given_term(f, w);
	char *kept = term && term->count < FILTER_MAX ? keep(f, strlen(value)) : NULL;
	int ret;

	if (!kept)
		return error_set(expected, -E2BIG, "no more than 64 of this kind");
	memcpy(kept, value, strlen(value));
	ret = add_values(f, term, kept);
	if (ret == -E2BIG)
		return error_set(expected, ret, "no more than 64 of this kind");
	if (ret == -EPERM && filter_word_is_netns(w))
		return error_set(expected, ret,
				 "the inode of a network namespace, or a name if you are root");
	return ret ? error_set(expected, ret, "%s", w->expected) : 0;
}

/**
 * filter_add_text() - add a part of an expression
 * @f: the filter
 * @text: the part; words are not divided between parts
 * @why: what is wrong
 *
 * Return: 0 or -E2BIG
 */
int filter_add_text(struct filter *f, const char *text, struct error *why)
{
	size_t len = strlen(text);

	if (len + 2 > sizeof(f->typed) - f->typed_used)
		return error_set(why, -E2BIG, "a filter of more than %d characters",
				 FILTER_TEXT);
	if (f->typed_used)
		f->typed[f->typed_used++] = ' ';
	memcpy(f->typed + f->typed_used, text, len + 1);
	f->typed_used += len;
	return 0;
}

/**
 * struct reader - reads an expression
 * @f: result
 * @at: what is not read yet
 * @token: the token in hand, without quotes; empty: the end
 * @is_word: it is neither a parenthesis nor the end nor an operator
 * @depth: how deep it is in parentheses and "not"
 * @why: what is wrong
 */
struct reader {
	struct filter *f;
	const char *at;
	char *token;
	bool is_word;
	unsigned int depth;
	struct error *why;
};

static bool ends_token(char c)
{
	return !c || isspace((unsigned char)c) || c == '(' || c == ')';
}

/* Length of the token with its quotes: `comm:"a b"` is one. */
static int token_length(const struct reader *r)
{
	bool quoted = false;
	int len = 0;

	if (*r->at == '(' || *r->at == ')')
		return 1;
	for (; quoted ? r->at[len] : !ends_token(r->at[len]); len++)
		quoted ^= r->at[len] == '"';
	if (quoted)
		return error_set(r->why, -EINVAL, "%.40s: a quote is not closed", r->at);
	return len;
}

static bool is_operator(const char *token)
{
	return !strcmp(token, "not") || !strcmp(token, "!") || !strcmp(token, "and") ||
	       !strcmp(token, "or");
}

/* Go to the next token. Return: 0 or -errno */
static int next(struct reader *r)
{
	char *to;
	int i, len;

	while (isspace((unsigned char)*r->at))
		r->at++;
	len = token_length(r);
	if (len < 0)
		return len;
	to = keep(r->f, (size_t)len);
	if (!to)
		return error_set(r->why, -E2BIG, "too long");
	r->token = to;
	r->is_word = len && !ends_token(*r->at);
	for (i = 0; i < len; i++)
		if (r->at[i] != '"')
			*to++ = r->at[i];
	*to = '\0';
	if (to == r->token + len)
		r->is_word &= !is_operator(r->token);
	r->at += len;
	return 0;
}

static int add_step(struct reader *r, enum filter_kind kind, unsigned int term)
{
	struct filter_step *step = &r->f->steps[r->f->step_count];

	if (r->f->step_count == FILTER_STEPS)
		return error_set(r->why, -E2BIG, "%.40s: too many nots", r->token);
	step->kind = kind;
	step->term = term;
	r->f->step_count++;
	return 0;
}

static enum filter_op take_op(char **at)
{
	char c = *(*at)++;
	bool equal = **at == '=';

	if (c == ':' || c == '=')
		return FILTER_IS;
	*at += equal;
	if (c == '<')
		return equal ? FILTER_MOST : FILTER_LESS;
	return equal ? FILTER_LEAST : FILTER_MORE;
}

static int unknown_word(const struct reader *r, size_t len)
{
	const char *like = filter_word_like(r->token, len);

	if (!r->token[len])
		return error_set(r->why, -EINVAL,
				 "%.60s: expected a word and its value, such as port:443",
				 r->token);
	return error_set(r->why, -EINVAL, "%.60s: unknown word %.*s%s%s", r->token,
			 (int)(len < 30 ? len : 30), r->token, like ? ", perhaps " : "",
			 like ? like : "");
}

/* The names that a value may have, as far as there is room. */
static int unknown_name(const struct reader *r, const char *shown,
			const struct filter_word *word)
{
	char list[300] = "";
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < word->names && used < sizeof(list) - 40; i++)
		if (word->name_of(i))
			used += (size_t)sprintf(list + used, "%s%s", used ? ", " : "",
						word->name_of(i));
	return error_set(r->why, -EINVAL, "%.60s: expected %s%s", shown, list,
			 i < word->names ? ", ..." : "");
}

/* Read a word, its operator and its values. */
static int read_word(struct reader *r)
{
	size_t len = strcspn(r->token, ":=<>");
	const struct filter_word *word = filter_word_find(r->token, len);
	char *values = r->token + len, shown[64];
	struct filter_term *term;
	enum filter_op op;
	int ret;

	if (!word || !*values)
		return unknown_word(r, len);
	snprintf(shown, sizeof(shown), "%s", r->token);
	op = take_op(&values);
	if (op != FILTER_IS && !word->number)
		return error_set(r->why, -EINVAL, "%.60s: %s has no order, only %s:%s",
				 shown, word->name, word->name, word->value);
	term = new_term(r->f, word);
	if (!term)
		return error_set(r->why, -E2BIG, "%.60s: more than %d words", shown,
				 FILTER_WORDS);
	term->op = op;
	ret = op == FILTER_IS ? add_values(r->f, term, values) :
				add_value(r->f, term, values);
	if (ret == -E2BIG)
		return error_set(r->why, ret, "%.60s: more than %d values", shown,
				 FILTER_VALUES);
	if (ret && word->name_of)
		return unknown_name(r, shown, word);
	if (ret)
		return error_set(r->why, ret, "%.60s: expected %s", shown, word->expected);
	ret = add_step(r, FILTER_TERM, r->f->term_count - 1);
	return ret ? ret : next(r);
}

static int read_either(struct reader *r);

static int read_parentheses(struct reader *r)
{
	int ret = next(r);

	if (!ret)
		ret = read_either(r);
	if (ret)
		return ret;
	if (strcmp(r->token, ")"))
		return error_set(r->why, -EINVAL, "a parenthesis is not closed");
	return next(r);
}

static int read_one(struct reader *r)
{
	int ret;

	if (++r->depth > FILTER_DEPTH)
		return error_set(r->why, -E2BIG, "%.40s: more than %d parentheses or nots in one another",
				 r->token, FILTER_DEPTH);
	if (r->is_word) {
		ret = read_word(r);
	} else if (!strcmp(r->token, "(")) {
		ret = read_parentheses(r);
	} else if (!strcmp(r->token, "not") || !strcmp(r->token, "!")) {
		ret = next(r);
		if (!ret)
			ret = read_one(r);
		if (!ret)
			ret = add_step(r, FILTER_NOT, 0);
	} else {
		ret = error_set(r->why, -EINVAL, "%s: expected a word and its value, such as port:443",
				*r->token ? r->token : "the end of the filter");
	}
	r->depth--;
	return ret;
}

static bool is_end_of_all(const struct reader *r)
{
	return !r->is_word && (!*r->token || !strcmp(r->token, ")") ||
			       !strcmp(r->token, "or"));
}

static int read_all(struct reader *r)
{
	int ret = read_one(r);

	while (!ret && !is_end_of_all(r)) {
		if (!r->is_word && !strcmp(r->token, "and"))
			ret = next(r);
		if (!ret)
			ret = read_one(r);
		if (!ret)
			ret = add_step(r, FILTER_AND, 0);
	}
	return ret;
}

static int read_either(struct reader *r)
{
	int ret = read_all(r);

	while (!ret && !r->is_word && !strcmp(r->token, "or")) {
		ret = next(r);
		if (!ret)
			ret = read_all(r);
		if (!ret)
			ret = add_step(r, FILTER_OR, 0);
	}
	return ret;
}

/**
 * filter_finish() - read the expression, when all its parts are there
 * @f: the filter
 * @why: what is wrong; names the word
 *
 * Return: 0 or -errno
 */
int filter_finish(struct filter *f, struct error *why)
{
	struct reader r = { .f = f, .at = f->typed, .why = why };
	int ret = next(&r);

	if (ret || (!*r.token && !r.is_word))
		return ret;
	ret = read_either(&r);
	if (!ret && *r.token)
		return error_set(why, -EINVAL, "%.40s: no parenthesis is open", r.token);
	return ret;
}

/**
 * filter_netns() - the network namespaces that are named, one by one
 * @f: the filter
 * @i: which, from 0
 *
 * Return: it, or NULL behind the last
 */
struct filter_netns *filter_netns(struct filter *f, unsigned int i)
{
	return i < f->netns_count ? &f->values[f->netns[i]].netns : NULL;
}

static bool value_matches(const struct filter_word *word, const struct filter_value *v,
			  const struct event *e)
{
	if (word->is)
		return word->is(e, (unsigned int)v->number);
	if (word->number) {
		int64_t number = word->number(e);

		return number == v->number && number != EVENT_UNKNOWN;
	}
	return word->matches(v, e);
}

static bool compares(const struct filter_term *term, int64_t limit, const struct event *e)
{
	int64_t number = term->word->number(e);

	if (number == EVENT_UNKNOWN)
		return false;
	switch (term->op) {
	case FILTER_LESS:
		return number < limit;
	case FILTER_MOST:
		return number <= limit;
	case FILTER_MORE:
		return number > limit;
	default:
		return number >= limit;
	}
}

static bool term_matches(const struct filter *f, const struct filter_term *term,
			 const struct event *e)
{
	unsigned int i;

	if (term->op != FILTER_IS)
		return compares(term, f->values[term->value].number, e);
	for (i = term->value; i; i = f->values[i].next)
		if (value_matches(term->word, &f->values[i], e))
			return true;
	return false;
}

/**
 * filter_words_of() - which words match an event
 * @f: the filter
 * @e: the event
 *
 * Return: a bit for each word; for filter_holds(), also of several events together
 */
uint64_t filter_words_of(const struct filter *f, const struct event *e)
{
	uint64_t words = 0;
	unsigned int i;

	for (i = 0; i < f->term_count; i++)
		words |= (uint64_t)term_matches(f, &f->terms[i], e) << i;
	return words;
}

/**
 * filter_holds() - whether what matches some words is wanted
 * @f: the filter
 * @words: bits of the words
 *
 * The stack has a bit for each result: FILTER_DEPTH bounds its depth.
 */
bool filter_holds(const struct filter *f, uint64_t words)
{
	uint64_t stack = 1;
	unsigned int i;

	if (f->given & ~words)
		return false;
	for (i = 0; i < f->step_count; i++) {
		const struct filter_step *step = &f->steps[i];

		switch (step->kind) {
		case FILTER_TERM:
			stack = stack << 1 | (words >> step->term & 1);
			break;
		case FILTER_NOT:
			stack ^= 1;
			break;
		case FILTER_AND:
			stack = stack >> 1 & (stack | ~1ULL);
			break;
		case FILTER_OR:
			stack = stack >> 1 | (stack & 1);
			break;
		}
	}
	return stack & 1;
}

/**
 * filter_is_word() - whether a text begins as an expression does
 * @text: the text
 *
 * A file, a program and a socket cookie do not.
 */
bool filter_is_word(const char *text)
{
	size_t len;

	text += strspn(text, " (");
	len = strcspn(text, " ");
	if ((len == 3 && !strncmp(text, "not", 3)) || (len == 1 && *text == '!'))
		return true;
	len = strcspn(text, ":=<> /");
	return len && text[len] && text[len] != '/' && text[len] != ' ' &&
	       (filter_word_find(text, len) || filter_word_like(text, len));
}

/**
 * filter_wants_owners() - whether it asks for processes or containers
 * @f: the filter
 */
bool filter_wants_owners(const struct filter *f)
{
	unsigned int i;

	for (i = 0; i < f->term_count; i++)
		if (f->terms[i].word->owners)
			return true;
	return false;
}

/**
 * filter_is_empty() - whether all is wanted
 * @f: the filter
 */
bool filter_is_empty(const struct filter *f)
{
	return !f->term_count;
}

/**
 * filter_matches() - whether an event is wanted
 * @f: the filter
 * @e: the event; a loss, and a number of RSTs left out, are always wanted
 */
bool filter_matches(const struct filter *f, const struct event *e)
{
	return e->kind == EVENT_LOST || e->kind == EVENT_LEFT_OUT ||
	       filter_holds(f, filter_words_of(f, e));
}
