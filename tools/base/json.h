/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Streaming JSON writer: callers begin and end arrays and objects, the writer
 * sets the commas.
 */
#ifndef TCPCLOSE_BASE_JSON_H
#define TCPCLOSE_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock_text.h"
#include "base/compiler.h"
#include "base/format.h"

/* Longest key or name of this program, bytes. */
#define JSON_NAME_MAX 128
/* Longer strings are cut, bytes. */
#define JSON_STRING_MAX (BUFFER_SIZE / 16)

/* Room kept free: for a key and a value other than a string. */
#define JSON_ROOM (2 * JSON_NAME_MAX + 64)

/**
 * struct json - JSON being written
 * @to: where it goes
 * @at: place of the next character in its buffer
 * @limit: beyond this place the buffer has less room than %JSON_ROOM
 * @comma: the next value or key needs a comma before it
 */
struct json {
	struct buffer *to;
	char *at;
	char *limit;
	bool comma;
};

/*
 * Speed: a struct json on the stack stays in registers as long as no function
 * gets its address. So the frequent parts are inline, the others take plain
 * pointers, and a key is one literal together with its comma and quotes.
 */
char *json_make_room(struct buffer *to, char *at);
char *json_add_string(struct buffer *to, char *at, const char *string);

/* Return: where the next value goes. */
static __always_inline char *json_value(struct json *w)
{
	char *p = w->at;

	if (w->comma)
		*p++ = ',';
	return p;
}

/* @p: end of what was written; @comma: what comes next needs a comma */
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

/* @name: a name of this program, which needs no escapes */
static __always_inline char *json_add_name(char *p, const char *name)
{
	*p++ = '"';
	/* Also writes a NUL, for which there is room. */
	p = stpcpy(p, name);
	*p++ = '"';
	return p;
}

/**
 * json_name_key() - write the key of a member that is no literal
 * @w: the writer
 * @name: a name of this program, at most %JSON_NAME_MAX bytes, which need no
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
 * json_name() - write a name of this program, or null
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
 * json_number_name() - write a name of this program, or a number that has none
 * @w: the writer
 * @name: as for json_name(); NULL: this program has no name for @number
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

/**
 * json_moment() - write a moment as RFC 3339 has it, or null
 * @w: the writer
 * @realtime_ns: nanoseconds since the epoch; 0: unknown
 */
static inline void json_moment(struct json *w, uint64_t realtime_ns)
{
	struct clock_utc utc = CLOCK_UTC_INIT;
	char text[CLOCK_RFC3339_SIZE];

	if (realtime_ns)
		clock_rfc3339(text, &utc, realtime_ns);
	json_name(w, realtime_ns ? text : NULL);
}

/**
 * json_member() - write a member: its key, then its value
 * @w: the writer
 * @key: as for json_key()
 * @kind: u64 for json_u64(), string for json_string() and so on; then what that takes
 */
#define json_member(w, key, kind, ...) \
	(json_key(w, key), json_##kind(w, __VA_ARGS__))

#endif /* TCPCLOSE_BASE_JSON_H */
