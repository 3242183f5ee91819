// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose connections are. A process is known by its own call, or since it was found to
 * hold the socket; it stays known until the connection is over, through TIME_WAIT.
 *
 * Knows what the stream says; does not know where that was found.
 */
#include <string.h>

#include "lib/owners.h"

/* Connections that are remembered: 32 MiB. */
#define OWNERS_MAX (1U << 18)

/**
 * struct owners_entry - a connection
 * @recent: by cookie and network namespace
 * @owner: whose it is
 * @of_listener: only its listener is @owner's: it is not accepted yet
 */
struct owners_entry {
	struct recent_entry recent;
	struct event_owner owner;
	bool of_listener;
};

/**
 * owners_init() - begin with none
 * @o: the owners
 */
void owners_init(struct owners *o)
{
	recent_init(&o->entries, sizeof(struct owners_entry), OWNERS_MAX);
}

/**
 * owners_free() - free all
 * @o: the owners, or zeroed ones
 */
void owners_free(struct owners *o)
{
	recent_free(&o->entries);
}

static void set(struct event_owner *owner, uint32_t pid, uint32_t others,
		uint8_t from, const char comm[16])
{
	owner->pid = pid;
	owner->others = others;
	owner->from = from;
	memcpy(owner->comm, comm, 16);
	owner->comm[16] = '\0';
}

/**
 * owners_mark() - a process was found to hold the socket of the transition to come
 * @o: the owners
 * @m: the process
 *
 * Without memory for it, nobody is known.
 */
void owners_mark(struct owners *o, const struct recording_owner *m)
{
	struct owners_entry *entry;

	if (!m->cookie || !m->pid)
		return;
	entry = recent_take(&o->entries, m->cookie, m->netns);
	if (!entry)
		return;
	set(&entry->owner, m->pid, m->others, EVENT_OWNER_PROC, m->comm);
	entry->of_listener = m->mark == RECORDING_OWNER_OF_LISTENER;
}

/* Whether only a process that had the socket makes such a transition. */
static bool is_by_owner(const struct event *e)
{
	if (!e->pid || event_is_by_stranger(e))
		return false;
	switch (e->call) {
	case TCPCLOSE_CALL_CONNECT:
	case TCPCLOSE_CALL_SHUTDOWN:
	case TCPCLOSE_CALL_CLOSE:
	case TCPCLOSE_CALL_EXEC:
	case TCPCLOSE_CALL_EXIT:
	case TCPCLOSE_CALL_KILL:
	case TCPCLOSE_CALL_IO_URING:
		return true;
	default:
		return false;
	}
}

/* Nothing was seen of it before, but the module remembers who opened it. */
static void tell_opener(struct owners *o, struct event *e)
{
	if (!e->opener || e->opener == e->pid)
		return;
	set(&o->told, e->opener, 0,
	    e->accepted ? EVENT_OWNER_ACCEPT : TCPCLOSE_CALL_CONNECT, e->opener_comm);
	e->owner = &o->told;
}

/**
 * owners_tell() - say who holds the socket of an event that is no transition
 * @o: the owners
 * @e: the event; its owner is set, valid until the next call
 */
void owners_tell(struct owners *o, struct event *e)
{
	struct owners_entry *entry = recent_find(&o->entries, e->cookie, e->netns);

	if (!entry)
		return;
	o->told = entry->owner;
	e->owner = &o->told;
}

/**
 * owners_follow() - learn from a transition, and say whose it is
 * @o: the owners
 * @e: the transition; its owner, or that of its listener, is set, valid until the next call
 */
void owners_follow(struct owners *o, struct event *e)
{
	bool by_owner = is_by_owner(e), over = e->new == TCPCLOSE_CLOSE;
	struct owners_entry *entry;

	e->owner = NULL;
	e->listener_owner = NULL;
	if (!e->cookie)
		return;
	if (by_owner && !over)
		entry = recent_take(&o->entries, e->cookie, e->netns);
	else
		entry = recent_find(&o->entries, e->cookie, e->netns);
	if (!entry) {
		/* Whoever ends it by such a call had it since: it is not the opener's any more. */
		if (!by_owner)
			tell_opener(o, e);
		return;
	}
	if (by_owner) {
		set(&entry->owner, e->pid, 0, e->call, e->comm);
		entry->of_listener = false;
	} else {
		o->told = entry->owner;
		if (!entry->of_listener)
			e->owner = &o->told;
		else if (event_is_unaccepted(e))
			e->listener_owner = &o->told;
	}
	if (over)
		recent_remove(&o->entries, entry);
}
