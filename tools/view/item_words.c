// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words for a socket.
 */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "view/item_words.h"

/**
 * item_words_held() - who has a socket, for programs
 * @held: &enum item_held
 *
 * Return: a name, or NULL if it is unknown
 */
const char *item_words_held(unsigned int held)
{
	static const char *const names[] = {
		[ITEM_HELD] = "descriptor",
		[ITEM_HELD_OTHERWISE] = "other",
		[ITEM_HELD_QUEUE] = "accept-queue",
		[ITEM_HELD_NONE] = "nobody",
	};

	return held < ARRAY_SIZE(names) ? names[held] : NULL;
}

/**
 * item_words_container() - the container of a socket, or else the unit
 * @i: the socket
 *
 * Return: its name, or NULL
 */
const char *item_words_container(const struct item *i)
{
	const char *name = cgroup_names_place(i->cgroup);

	return *name ? name : NULL;
}

static void name_process(char *text, size_t size, const struct item_process *p)
{
	if (p->pid)
		snprintf(text, size, "%s%s%u", p->comm, *p->comm ? "/" : "", p->pid);
	else
		snprintf(text, size, "-");
}

/**
 * item_words_process() - whose a socket is
 * @text: result; in parentheses: who had it, or who holds the listener
 * @i: the socket
 */
void item_words_process(char text[ITEM_WORDS_MAX], const struct item *i)
{
	char name[64];

	name_process(name, sizeof(name), i->held == ITEM_HELD_QUEUE ? &i->listener : &i->process);
	switch (i->held) {
	case ITEM_HELD_QUEUE:
		snprintf(text, ITEM_WORDS_MAX, "(not accepted by %s)", name);
		break;
	case ITEM_HELD_NONE:
		snprintf(text, ITEM_WORDS_MAX, "(closed by %s)", name);
		break;
	case ITEM_HELD_OTHERWISE:
		snprintf(text, ITEM_WORDS_MAX, "(no descriptor; was %s)", name);
		break;
	default:
		snprintf(text, ITEM_WORDS_MAX, "%s", name);
	}
	if (i->held == ITEM_HELD_NONE && !i->call && i->process.pid)
		snprintf(text, ITEM_WORDS_MAX, "(opened by %s)", name);
	if (!strcmp(name, "-") && i->held == ITEM_HELD_NONE)
		snprintf(text, ITEM_WORDS_MAX, "(closed)");
	if (!strcmp(name, "-") && i->held == ITEM_HELD_OTHERWISE)
		snprintf(text, ITEM_WORDS_MAX, "(no descriptor)");
}

/**
 * item_words_remote() - with whom
 * @text: result: the remote end, or the remote address and the own port, as the port of a
 *	client means nothing
 * @i: the socket
 */
void item_words_remote(char text[ITEM_WORDS_MAX], const struct item *i)
{
	const struct sockets_entry *s = i->socket;
	char *p;

	if (i->passive) {
		p = format_ip(text, s->ipv6, s->raddr);
		sprintf(p, " to port %u", s->lport);
		return;
	}
	*format_endpoint(text, s->ipv6, s->raddr, s->rport) = '\0';
}

/**
 * item_words_timer() - what waits on a socket
 * @s: the socket
 *
 * Return: a name, or NULL if nothing does
 */
const char *item_words_timer(const struct sockets_entry *s)
{
	static const char *const names[] = {
		[SOCKETS_TIMER_RETRANSMIT] = "retransmit",
		[SOCKETS_TIMER_KEEPALIVE] = "keepalive",
		[SOCKETS_TIMER_TIME_WAIT] = "time-wait",
		[SOCKETS_TIMER_PROBE] = "window-probe",
	};

	return s->timer < ARRAY_SIZE(names) ? names[s->timer] : NULL;
}

/**
 * item_words_fate_name() - what ends a state, for programs
 * @by: &enum fate_by
 *
 * Return: a name, or NULL if it is unknown
 */
const char *item_words_fate_name(unsigned int by)
{
	static const char *const names[] = {
		[FATE_CLOSE] = "close",
		[FATE_ACCEPT] = "accept",
		[FATE_FIN] = "fin",
		[FATE_ACK] = "ack",
		[FATE_WINDOW] = "window",
		[FATE_TIMER] = "timer",
		[FATE_HANDSHAKE] = "handshake",
	};

	return by < ARRAY_SIZE(names) ? names[by] : NULL;
}

/**
 * item_words_fate() - what will end the state of a socket
 * @text: result
 * @f: its fate
 */
void item_words_fate(char text[ITEM_WORDS_MAX], const struct fate *f)
{
	static const char *const ends[] = {
		[FATE_CLOSE] = "close() by the process",
		[FATE_ACCEPT] = "accept() and close()",
		[FATE_FIN] = "the peer's FIN",
		[FATE_ACK] = "the peer's ACK",
		[FATE_WINDOW] = "the peer's window",
		[FATE_TIMER] = "a timer",
		[FATE_HANDSHAKE] = "the peer's last ACK",
		[FATE_UNKNOWN] = "-",
	};
	char *p = text + sprintf(text, "%s", ends[f->by]);

	if (f->known) {
		p += sprintf(p, "%s", f->by == FATE_TIMER ? " in " : ", or gives up in ");
		p = format_duration(p, f->in_ns);
		*p = '\0';
	}
	if (f->keepalive)
		sprintf(p, ", or keepalive");
}

/**
 * item_json_process() - write a process, or null
 * @w: the writer
 * @p: the process
 */
void item_json_process(struct json *w, const struct item_process *p)
{
	if (!p->pid) {
		json_null(w);
		return;
	}
	json_object_begin(w);
	json_member(w, "pid", u64, p->pid);
	json_member(w, "comm", string, *p->comm ? p->comm : NULL);
	json_object_end(w);
}
