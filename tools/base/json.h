/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON, written as it comes: arrays and objects are begun and ended, commas come
 * by themselves.
 */
#ifndef TCPCLOSE_BASE_JSON_H
#define TCPCLOSE_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/format.h"

/* The longest key or name of this program's, bytes. */
#define JSON_NAME_MAX 128
/* Longer strings of others are cut, bytes. */
#define JSON_STRING_MAX (BUFFER_SIZE / 16)

/* Free before each key: it, and a value that is no string. */
#define JSON_ROOM (2 * JSON_NAME_MAX + 64)

/**
 * struct json - JSON being written
 * @to: where it goes
 * @at: place of the next character in its buffer
 * @limit: behind it the buffer has less room than %JSON_ROOM
 * @comma: a value was written before in the same array or object
 */
struct json {
	struct buffer *to;
	char *at;
	char *limit;
	bool comma;
};

/*
 * A writer that is a variable of its user stays in registers as long as its
 * address is not taken. So what is fast is inline, what is not gets no writer,
 * and the key of a member is one literal with all that surrounds it.
 */
char *json_make_room(struct buffer *to, char *at);
char *json_add_string(struct buffer *to, char *at, const char *string);

/* Begin a value. */
static __always_inline char *json_value(struct json *w)
{
	char *p = w->at;

	if (w->comma)
		*p++ = ',';
	return p;
}

/* End what was written up to @p; @comma: another value would need a comma. */
static __always_inline void json_done(struct json *w, char *p, bool comma)
{
	w->comma = comma;
	w->at = p;
	if (__builtin_expect(p > w->limit, 0))
		w->at = json_make_room(w->to, p);
}

static __always_inline void json_open(struct json *w, char bracket)
{
	char *p = json_value(w);

	*p++ = bracket;
	json_done(w, p, false);
}

static __always_inline void json_close(struct json *w, char bracket)
{
	char *p = w->at;

	*p++ = bracket;
	json_done(w, p, true);
}

/**
 * json_begin() - begin a line of JSON: one value
 * @w: the writer
 * @to: where it goes; nothing else may be written there until json_end()
 */
static __always_inline void json_begin(struct json *w, struct buffer *to)
{
	w->to = to;
	w->at = buffer_reserve(to, JSON_ROOM);
	w->limit = to->data + BUFFER_SIZE - JSON_ROOM;
	w->comma = false;
}

/**
 * json_end() - end the line
 * @w: the writer, after one whole value
 */
static __always_inline void json_end(struct json *w)
{
	*w->at++ = '\n';
	buffer_commit(w->to, w->at);
}

/**
 * json_object_begin() - begin an object
 * @w: the writer
 */
static __always_inline void json_object_begin(struct json *w)
{
	json_open(w, '{');
}

/**
 * json_object_end() - end an object
 * @w: the writer
 */
static __always_inline void json_object_end(struct json *w)
{
	json_close(w, '}');
}

/**
 * json_array_begin() - begin an array
 * @w: the writer
 */
static __always_inline void json_array_begin(struct json *w)
{
	json_open(w, '[');
}

/**
 * json_array_end() - end an array
 * @w: the writer
 */
static __always_inline void json_array_end(struct json *w)
{
	json_close(w, ']');
}

/* @literal: a key with a comma before it, quotes and a colon */
static __always_inline void json_add_key(struct json *w, const char *literal,
					 size_t len)
{
	w->at = w->comma ? format_bytes(w->at, literal, len) :
			   format_bytes(w->at, literal + 1, len - 1);
	w->comma = false;
}

/**
 * json_key() - write the key of a member; its value comes next
 * @w: the writer
 * @key: a literal of less than %JSON_NAME_MAX bytes, which need no escapes
 */
#define json_key(w, key) \
	json_add_key(w, ",\"" key "\":", sizeof(",\"" key "\":") - 1)

/* @name: a name of this program's: it needs no escapes */
static __always_inline char *json_add_name(char *p, const char *name)
{
	*p++ = '"';
	/* A NUL comes too, for which there is room. */
	p = stpcpy(p, name);
	*p++ = '"';
	return p;
}

/**
 * json_name_key() - write the key of a member that is no literal
 * @w: the writer
 * @name: a name of this program's, at most %JSON_NAME_MAX bytes, which need no
 *	escapes
 */
static inline void json_name_key(struct json *w, const char *name)
{
	char *p = json_add_name(json_value(w), name);

	*p++ = ':';
	w->at = p;
	w->comma = false;
}

/**
 * json_null() - write what is unknown
 * @w: the writer
 */
static __always_inline void json_null(struct json *w)
{
	json_done(w, FORMAT_LITERAL(json_value(w), "null"), true);
}

/**
 * json_bool() - write true or false
 * @w: the writer
 * @value: which
 */
static __always_inline void json_bool(struct json *w, bool value)
{
	char *p = json_value(w);

	p = value ? FORMAT_LITERAL(p, "true") : FORMAT_LITERAL(p, "false");
	json_done(w, p, true);
}

/**
 * json_u64() - write a number
 * @w: the writer
 * @value: the number
 */
static __always_inline void json_u64(struct json *w, uint64_t value)
{
	json_done(w, format_u64(json_value(w), value), true);
}

/**
 * json_s64() - write a number that may be negative
 * @w: the writer
 * @value: the number
 */
static __always_inline void json_s64(struct json *w, int64_t value)
{
	uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char *p = json_value(w);

	if (value < 0)
		*p++ = '-';
	json_done(w, format_u64(p, size), true);
}

/**
 * json_known() - write a number, or null
 * @w: the writer
 * @known: the number is known
 * @value: the number
 */
static __always_inline void json_known(struct json *w, bool known,
				       uint64_t value)
{
	char *p = json_value(w);

	p = known ? format_u64(p, value) : FORMAT_LITERAL(p, "null");
	json_done(w, p, true);
}

/**
 * json_name() - write a name of this program's, or null
 * @w: the writer
 * @name: at most %JSON_NAME_MAX bytes, which need no escapes; NULL: null
 */
static __always_inline void json_name(struct json *w, const char *name)
{
	char *p = json_value(w);

	p = name ? json_add_name(p, name) : FORMAT_LITERAL(p, "null");
	json_done(w, p, true);
}

/**
 * json_number_name() - write a name of this program's, or the number without one
 * @w: the writer
 * @name: as for json_name(); NULL: a number beyond this program's names, which
 *	still says something
 * @number: the number
 */
static inline void json_number_name(struct json *w, const char *name,
				    uint64_t number)
{
	char text[FORMAT_U64_MAX + 8];

	if (!name)
		*format_u64(FORMAT_LITERAL(text, "number-"), number) = '\0';
	json_name(w, name ? name : text);
}

/**
 * json_string() - write a string, valid whatever it holds; or null
 * @w: the writer
 * @string: the string; what is no UTF-8 becomes U+FFFD; cut behind
 *	%JSON_STRING_MAX bytes; NULL: null
 */
static __always_inline void json_string(struct json *w, const char *string)
{
	char *p = json_value(w);

	p = string ? json_add_string(w->to, p, string) :
		     FORMAT_LITERAL(p, "null");
	json_done(w, p, true);
}

/**
 * json_ip() - write an address
 * @w: the writer
 * @ipv6: it is IPv6's
 * @addr: 4 or 16 bytes, network order
 */
static __always_inline void json_ip(struct json *w, bool ipv6,
				    const uint8_t *addr)
{
	char *p = json_value(w);

	*p++ = '"';
	p = ipv6 ? format_ipv6(p, addr) : format_ipv4(p, addr);
	*p++ = '"';
	json_done(w, p, true);
}

#endif /* TCPCLOSE_BASE_JSON_H */
