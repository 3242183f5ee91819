// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for programs: one JSON object per line. What is unknown is null.
 *
 * The names are an interface (see tcpclose(1)): they stay.
 */
#include "base/format.h"
#include "lib/names.h"
#include "view/events.h"

static char *json_u64(char *p, uint64_t value)
{
	return format_u64(p, value);
}

static char *json_known(char *p, bool known, uint64_t value)
{
	return known ? format_u64(p, value) : FORMAT_LITERAL(p, "null");
}

static char *json_signed(char *p, int64_t value)
{
	return json_known(p, value != EVENT_UNKNOWN, (uint64_t)value);
}

static char *json_nonzero(char *p, uint64_t value)
{
	return json_known(p, value != 0, value);
}

/* Names need no escapes. */
static char *json_name(char *p, const char *name)
{
	if (!name)
		return FORMAT_LITERAL(p, "null");
	*p++ = '"';
	p = format_string(p, name);
	*p++ = '"';
	return p;
}

/* A number beyond this tool's names still tells something. */
static char *json_number_name(char *p, const char *name, unsigned int number)
{
	if (name || !number)
		return json_name(p, name);
	p = FORMAT_LITERAL(p, "\"number-");
	p = format_u64(p, number);
	*p++ = '"';
	return p;
}

static char *json_state(char *p, unsigned int state)
{
	return json_number_name(p, state_name(state), state);
}

static char *json_addr(char *p, const struct event *e, const uint8_t *addr)
{
	*p++ = '"';
	p = e->ipv6 ? format_ipv6(p, addr) : format_ipv4(p, addr);
	*p++ = '"';
	return p;
}

static char *json_bool(char *p, bool value)
{
	return value ? FORMAT_LITERAL(p, "true") : FORMAT_LITERAL(p, "false");
}

static char *json_bits(char *p, unsigned int bits,
		       const char *(*name_of)(unsigned int bit))
{
	bool first = true;
	unsigned int bit;

	*p++ = '[';
	for (bit = 0; bits >> bit; bit++) {
		if (!(bits >> bit & 1) || !name_of(bit))
			continue;
		if (!first)
			*p++ = ',';
		first = false;
		p = json_name(p, name_of(bit));
	}
	*p++ = ']';
	return p;
}

#define KEY(p, name) FORMAT_LITERAL(p, ",\"" name "\":")

static char *json_connection(char *p, const struct event *e)
{
	p = json_name(KEY(p, "origin"), origin_name(e->origin));
	p = json_nonzero(KEY(p, "cookie"), e->cookie);
	p = json_nonzero(KEY(p, "netns"), e->netns);
	p = json_nonzero(KEY(p, "netns_inode"), e->netns_inode);
	p = KEY(p, "netns_name");
	p = e->netns_name ? format_json_string(p, e->netns_name) :
			    FORMAT_LITERAL(p, "null");
	p = json_name(KEY(p, "family"), e->ipv6 ? "inet6" : "inet");
	p = json_addr(KEY(p, "laddr"), e, e->laddr);
	p = json_nonzero(KEY(p, "lport"), e->lport);
	p = json_addr(KEY(p, "raddr"), e, e->raddr);
	return json_nonzero(KEY(p, "rport"), e->rport);
}

static char *json_transition(char *p, const struct event *e)
{
	p = json_state(KEY(p, "old"), e->old);
	p = json_state(KEY(p, "new"), e->new);
	p = json_state(KEY(p, "raw_old"), e->raw_old);
	p = json_state(KEY(p, "raw_new"), e->raw_new);
	p = json_signed(KEY(p, "dwell_ns"), e->dwell_ns);
	return json_signed(KEY(p, "age_ns"), e->age_ns);
}

static char *json_who(char *p, const struct event *e)
{
	p = json_name(KEY(p, "context"), context_name(e->context));
	p = json_nonzero(KEY(p, "pid"), e->pid);
	p = json_nonzero(KEY(p, "tid"), e->tid);
	p = KEY(p, "comm");
	p = e->comm[0] ? format_json_string(p, e->comm) :
			 FORMAT_LITERAL(p, "null");
	p = json_signed(KEY(p, "uid"), e->uid);
	p = json_nonzero(KEY(p, "inode"), e->inode);
	return json_nonzero(KEY(p, "cgroup"), e->cgroup);
}

static char *json_socket(char *p, const struct event *e)
{
	p = json_signed(KEY(p, "sk_err"), e->sk_err);
	p = json_signed(KEY(p, "sk_shutdown"), e->sk_shutdown);
	p = json_signed(KEY(p, "bytes_sent"), e->bytes_sent);
	p = json_signed(KEY(p, "bytes_received"), e->bytes_received);
	p = json_signed(KEY(p, "unread_bytes"), e->unread_bytes);
	p = json_signed(KEY(p, "unacked_bytes"), e->unacked_bytes);
	p = json_signed(KEY(p, "retransmits"), e->retransmits);
	return json_signed(KEY(p, "srtt_us"), e->srtt_us);
}

static char *json_ending(char *p, const struct event *e)
{
	p = KEY(p, "flags");
	p = e->flags ? json_bits(p, e->flags, flag_name) :
		       FORMAT_LITERAL(p, "null");
	p = json_number_name(KEY(p, "end"), end_name(e->end), e->end);
	p = json_number_name(KEY(p, "cause"), cause_name(e->cause), e->cause);
	p = json_name(KEY(p, "closer"), closer_name(e->closer));
	p = json_signed(KEY(p, "rearms"), e->rearms);
	p = json_bool(KEY(p, "rearm"), event_is_rearm(e));
	return json_bits(KEY(p, "marks"), e->mark, mark_name);
}

/**
 * output_json() - write an event as a JSON object on a line of its own
 * @p: room for %OUTPUT_ROOM characters
 * @e: the event
 *
 * Return: the place behind it
 */
char *output_json(char *p, const struct event *e)
{
	p = json_u64(FORMAT_LITERAL(p, "{\"ts_ns\":"), e->ts_ns);
	p = json_u64(KEY(p, "cpu"), e->cpu);
	if (e->kind == EVENT_LOST) {
		p = json_u64(KEY(p, "lost"), e->lost);
	} else {
		p = json_u64(KEY(p, "seq"), e->seq);
		p = json_u64(KEY(p, "index"), e->index);
		p = json_connection(p, e);
		p = json_transition(p, e);
		p = json_who(p, e);
		p = json_socket(p, e);
		p = json_ending(p, e);
	}
	return FORMAT_LITERAL(p, "}\n");
}
