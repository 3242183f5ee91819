// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of a filter.
 *
 * To add one, add a row to the table at the end: its values, its comparison and its line
 * of the reference are all there. What is not known of an event matches no value.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/parse.h"
#include "lib/filter_words.h"
#include "lib/names.h"
#include "sys/netns.h"

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static int read_port(const char *text, struct filter_value *v)
{
	const char *dash = strchr(text, '-');
	uint64_t first, last;
	char head[8];

	if (dash) {
		size_t len = (size_t)(dash - text);

		if (len >= sizeof(head))
			return -EINVAL;
		memcpy(head, text, len);
		head[len] = '\0';
		if (parse_u64(head, 1, UINT16_MAX, &first) ||
		    parse_u64(dash + 1, first, UINT16_MAX, &last))
			return -EINVAL;
	} else {
		if (parse_u64(text, 1, UINT16_MAX, &first))
			return -EINVAL;
		last = first;
	}
	v->ports.first = (uint16_t)first;
	v->ports.last = (uint16_t)last;
	return 0;
}

static bool is_in(const struct filter_ports *ports, uint16_t port)
{
	return port >= ports->first && port <= ports->last;
}

static bool has_lport(const struct filter_value *v, const struct event *e)
{
	return is_in(&v->ports, e->lport);
}

static bool has_rport(const struct filter_value *v, const struct event *e)
{
	return is_in(&v->ports, e->rport);
}

static bool has_port(const struct filter_value *v, const struct event *e)
{
	return has_lport(v, e) || has_rport(v, e);
}

static int read_addr(const char *text, struct filter_value *v)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct filter_addr *a = &v->addr;
	char head[INET6_ADDRSTRLEN];
	unsigned int base;
	uint64_t bits;

	if (len >= sizeof(head))
		return -EINVAL;
	memcpy(head, text, len);
	head[len] = '\0';
	if (inet_pton(AF_INET, head, a->addr + sizeof(mapped)) == 1) {
		memcpy(a->addr, mapped, sizeof(mapped));
		base = 8 * sizeof(mapped);
	} else if (inet_pton(AF_INET6, head, a->addr) == 1) {
		base = 0;
	} else {
		return -EINVAL;
	}
	if (!slash)
		bits = 128 - base;
	else if (parse_u64(slash + 1, 0, 128 - base, &bits))
		return -EINVAL;
	a->bits = base + (unsigned int)bits;
	return 0;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int bytes = bits / 8;
	unsigned int rest = bits % 8;

	return !memcmp(a, b, bytes) &&
	       (!rest || !((a[bytes] ^ b[bytes]) >> (8 - rest)));
}

static bool is_within(const struct filter_addr *a, bool ipv6, const uint8_t *addr)
{
	uint8_t wide[16];

	if (!ipv6) {
		/* ::/0 is all of IPv6, not IPv4 too. */
		if (a->bits < 8 * sizeof(mapped))
			return false;
		memcpy(wide, mapped, sizeof(mapped));
		memcpy(wide + sizeof(mapped), addr, 4);
		addr = wide;
	}
	return same_prefix(addr, a->addr, a->bits);
}

static bool has_local(const struct filter_value *v, const struct event *e)
{
	return is_within(&v->addr, e->ipv6, e->laddr);
}

static bool has_remote(const struct filter_value *v, const struct event *e)
{
	return is_within(&v->addr, e->ipv6, e->raddr);
}

static bool has_addr(const struct filter_value *v, const struct event *e)
{
	return has_local(v, e) || has_remote(v, e);
}

static int read_netns(const char *text, struct filter_value *v)
{
	struct filter_netns *n = &v->netns;
	uint64_t inode;

	memset(n, 0, sizeof(*n));
	n->name = text;
	if (!*text)
		return -EINVAL;
	if (!strcmp(text, "self")) {
		n->own = true;
	} else if (!strcmp(text, "host")) {
		n->host = true;
	} else if (!parse_u64(text, 1, UINT32_MAX, &inode)) {
		n->inode = (uint32_t)inode;
	} else if (strchr(text, '/')) {
		n->path = true;
		return netns_cookie(text, &n->cookie);
	}
	return 0;
}

/* A namespace may have several names, and a name several namespaces by and by. */
static bool has_netns(const struct filter_value *v, const struct event *e)
{
	const struct filter_netns *n = &v->netns;

	if (n->own || n->host)
		return e->own_netns;
	if (n->inode)
		return e->netns_inode == n->inode;
	if (n->cookie && e->netns == n->cookie)
		return true;
	return !n->path && e->netns_name && !strcmp(e->netns_name, n->name);
}

static int read_family(const char *text, struct filter_value *v)
{
	if (!strcmp(text, "inet") || !strcmp(text, "4"))
		v->number = 0;
	else if (!strcmp(text, "inet6") || !strcmp(text, "6"))
		v->number = 1;
	else
		return -EINVAL;
	return 0;
}

static bool has_family(const struct filter_value *v, const struct event *e)
{
	return e->ipv6 == v->number;
}

static int read_state(const char *text, struct filter_value *v)
{
	v->number = names_find_state(text, strlen(text));
	return v->number < 0 ? -EINVAL : 0;
}

static bool is_from(const struct filter_value *v, const struct event *e)
{
	return e->old == v->number;
}

static bool is_to(const struct filter_value *v, const struct event *e)
{
	return e->new == v->number;
}

static bool has_state(const struct filter_value *v, const struct event *e)
{
	return is_from(v, e) || is_to(v, e);
}

static int read_pid(const char *text, struct filter_value *v)
{
	uint64_t pid;

	if (parse_u64(text, 1, INT32_MAX, &pid))
		return -EINVAL;
	v->number = (int64_t)pid;
	return 0;
}

static bool has_pid(const struct filter_value *v, const struct event *e)
{
	return e->pid == v->number || e->tid == v->number ||
	       (e->owner && e->owner->pid == v->number) || e->opener == v->number;
}

static int read_text(const char *text, struct filter_value *v)
{
	v->text = text;
	return *text ? 0 : -EINVAL;
}

static bool is_like(const char *pattern, const char *text)
{
	return *text && !fnmatch(pattern, text, 0);
}

static bool has_comm(const struct filter_value *v, const struct event *e)
{
	return is_like(v->text, e->comm) || is_like(v->text, e->thread) ||
	       is_like(v->text, e->opener_comm) ||
	       (e->owner && is_like(v->text, e->owner->comm));
}

static bool has_cgroup_name(const struct filter_value *v, const struct event *e,
			    enum cgroup_name kind, bool begin)
{
	const char *name = e->cgroup_names ? e->cgroup_names->text[kind] : "";
	size_t len = strlen(v->text);

	/* The first digits of an id are enough, as elsewhere. */
	return is_like(v->text, name) ||
	       (begin && len >= 4 && !strncmp(name, v->text, len));
}

static bool has_container(const struct filter_value *v, const struct event *e)
{
	return has_cgroup_name(v, e, CGROUP_CONTAINER, true);
}

static bool has_pod(const struct filter_value *v, const struct event *e)
{
	return has_cgroup_name(v, e, CGROUP_POD, true);
}

static bool has_unit(const struct filter_value *v, const struct event *e)
{
	return has_cgroup_name(v, e, CGROUP_UNIT, false);
}

static int read_cookie(const char *text, struct filter_value *v)
{
	uint64_t cookie;

	if (parse_cookie(text, &cookie))
		return -EINVAL;
	v->number = (int64_t)cookie;
	return 0;
}

static bool has_cookie(const struct filter_value *v, const struct event *e)
{
	uint64_t cookie = (uint64_t)v->number;

	return e->cookie == cookie || e->session == cookie;
}

static bool has_cause(const struct event *e, unsigned int cause)
{
	return e->kind == EVENT_TRANSITION && e->cause == cause;
}

static bool has_end(const struct event *e, unsigned int end)
{
	return e->kind == EVENT_TRANSITION && e->end == end;
}

static bool has_closer(const struct event *e, unsigned int closer)
{
	return e->kind == EVENT_TRANSITION && e->closer == closer;
}

static bool has_call(const struct event *e, unsigned int call)
{
	return e->call == call;
}

static bool has_context(const struct event *e, unsigned int context)
{
	return e->kind != EVENT_FAILED_CALL ? e->context == context :
					      context == TCPCLOSE_CONTEXT_PROCESS;
}

static bool has_reason(const struct event *e, unsigned int reason)
{
	return e->kind == EVENT_RST && e->rst.effect == TCPCLOSE_RST_SENT &&
	       e->rst.reason == reason;
}

static bool has_effect(const struct event *e, unsigned int effect)
{
	return e->kind == EVENT_RST && e->rst.effect == effect;
}

static bool has_drop(const struct event *e, unsigned int reason)
{
	return e->kind == EVENT_DROP && e->drop.reason == reason;
}

static bool has_flag(const struct event *e, unsigned int bit)
{
	return e->flags >> bit & 1;
}

static bool has_mark(const struct event *e, unsigned int bit)
{
	return e->kind == EVENT_TRANSITION && e->mark >> bit & 1;
}

static bool has_error(const struct event *e, unsigned int error)
{
	return e->kind == EVENT_FAILED_CALL ? e->failed.error == error :
					      e->sk_err == (int)error;
}

static const char *name_of_kind(unsigned int kind)
{
	static const char *const names[] = {
		[EVENT_TRANSITION] = "transition",
		[EVENT_RST] = "rst",
		[EVENT_DROP] = "drop",
		[EVENT_FAILED_CALL] = "failed-call",
		[EVENT_SESSION] = "session",
	};

	return kind < ARRAY_SIZE(names) ? names[kind] : NULL;
}

static bool has_kind(const struct event *e, unsigned int kind)
{
	return e->kind == kind;
}

static int read_duration(const char *text, struct filter_value *v)
{
	return parse_duration(text, &v->number);
}

static int read_bytes(const char *text, struct filter_value *v)
{
	return parse_bytes(text, &v->number);
}

static int read_number(const char *text, struct filter_value *v)
{
	uint64_t number;

	if (parse_u64(text, 0, INT64_MAX, &number))
		return -EINVAL;
	v->number = (int64_t)number;
	return 0;
}

static int64_t idle_ns(const struct event *e)
{
	int64_t ms = event_idle_ms(e->last_sent_ms, e->last_received_ms);

	return ms < 0 ? EVENT_UNKNOWN : ms * (int64_t)NS_PER_MS;
}

/* Only transitions have these. */
#define NUMBER(name, of) \
	static int64_t name(const struct event *e) \
	{ \
		return e->kind == EVENT_TRANSITION ? (of) : EVENT_UNKNOWN; \
	}

NUMBER(dwell_of, e->dwell_ns)
NUMBER(age_of, e->age_ns)
NUMBER(sent_of, e->bytes_sent)
NUMBER(received_of, e->bytes_received)
NUMBER(unread_of, e->unread_bytes)
NUMBER(unacked_of, e->unacked_bytes)
NUMBER(unsent_of, e->unsent_bytes)
NUMBER(retransmits_of, e->retransmits)
NUMBER(rearms_of, e->rearms)
NUMBER(srtt_of, e->srtt_us < 0 ? EVENT_UNKNOWN : e->srtt_us * 1000)
NUMBER(idle_of, idle_ns(e))

static int64_t uid_of(const struct event *e)
{
	return e->uid;
}

static int64_t inode_of(const struct event *e)
{
	return e->inode ? (int64_t)e->inode : EVENT_UNKNOWN;
}

static int64_t cpu_of(const struct event *e)
{
	return e->cpu;
}

static int64_t length_of(const struct event *e)
{
	return e->kind == EVENT_RST && e->rst.segment ? e->rst.length : EVENT_UNKNOWN;
}

static int64_t queue_of(const struct event *e)
{
	return e->kind == EVENT_DROP ? (int64_t)e->drop.queue : EVENT_UNKNOWN;
}

#define STATES "states such as TIME_WAIT or FIN_WAIT1,FIN_WAIT2"
#define ADDRESS "an address such as 192.0.2.1, 2001:db8::1 or 192.0.2.0/24"
#define PORT "a port, 1 to 65535, or a range such as 8000-8999"
#define NAME "a name, in which * stands for anything"
#define DURATION "a duration such as 5s, 250ms, 2m or 0.5s"
#define BYTES "a number of bytes such as 100, 4K or 1M"
#define WHOLE "a whole number"

/* A word whose values are read and compared by functions of their own. */
#define VALUES(name_, value_, help_, expected_, read_, matches_) \
	{ \
		.name = name_, .value = value_, .help = help_, .expected = expected_, \
		.read = read_, .matches = matches_ \
	}
/* The same for what has to be looked up. */
#define OWNERS(name_, value_, help_, expected_, read_, matches_) \
	{ \
		.name = name_, .value = value_, .help = help_, .expected = expected_, \
		.read = read_, .matches = matches_, .owners = true \
	}
/* A word with an order. */
#define NUMBERS(name_, value_, help_, expected_, read_, number_) \
	{ \
		.name = name_, .value = value_, .help = help_, .expected = expected_, \
		.read = read_, .number = number_ \
	}
/* A word whose values are names of the interface's numbers. */
#define NAMES(name_, value_, help_, is_, name_of_, names_) \
	{ \
		.name = name_, .value = value_, .help = help_, .is = is_, .name_of = name_of_, \
		.names = names_ \
	}

static const struct filter_word words[] = {
	VALUES("state", "STATE",
	       "the old or the new state",
	       STATES, read_state, has_state),
	VALUES("from", "STATE",
	       "the old state",
	       STATES, read_state, is_from),
	VALUES("to", "STATE",
	       "the new state",
	       STATES, read_state, is_to),
	VALUES("port", "PORT[-LAST]",
	       "the port of either end",
	       PORT, read_port, has_port),
	VALUES("lport", "PORT[-LAST]",
	       "the local port",
	       PORT, read_port, has_lport),
	VALUES("rport", "PORT[-LAST]",
	       "the remote port",
	       PORT, read_port, has_rport),
	VALUES("addr", "ADDR[/PREFIX]",
	       "the address of either end",
	       ADDRESS, read_addr, has_addr),
	VALUES("local", "ADDR[/PREFIX]",
	       "the local address",
	       ADDRESS, read_addr, has_local),
	VALUES("remote", "ADDR[/PREFIX]",
	       "the remote address",
	       ADDRESS, read_addr, has_remote),
	VALUES("family", "FAMILY",
	       "inet (4) or inet6 (6)",
	       "inet, inet6, 4 or 6", read_family, has_family),
	VALUES("netns", "NETNS",
	       "the network namespace: name, inode, path, host or self",
	       "self, a name or inode, or the path of a network namespace", read_netns, has_netns),
	OWNERS("pid", "PID",
	       "the process that made it, or holds or opened the connection",
	       "a process number", read_pid, has_pid),
	OWNERS("comm", "NAME",
	       "the name of such a process, or of its thread",
	       NAME, read_text, has_comm),
	OWNERS("container", "ID",
	       "the container: its name, or its id's first digits",
	       NAME, read_text, has_container),
	OWNERS("pod", "UID",
	       "the pod, likewise",
	       NAME, read_text, has_pod),
	OWNERS("unit", "NAME",
	       "the unit of systemd",
	       NAME, read_text, has_unit),
	NUMBERS("uid", "USER",
		"the number of the socket's owner",
		WHOLE, read_number, uid_of),
	VALUES("cookie", "COOKIE",
	       "the socket, or the MPTCP session",
	       "a socket cookie such as 26, 0x1a or sk:1a", read_cookie, has_cookie),
	NUMBERS("inode", "INODE",
		"the inode of the socket",
		WHOLE, read_number, inode_of),
	NAMES("cause", "CAUSE",
	      "why the connection ended",
	      has_cause, names_cause, TCPCLOSE_CAUSES),
	NAMES("end", "END",
	      "what ended a mini-socket",
	      has_end, names_end, TCPCLOSE_ENDS),
	NAMES("closer", "END",
	      "which end closed first",
	      has_closer, names_closer, TCPCLOSE_CLOSER_BOTH + 1),
	NAMES("call", "CALL",
	      "the call that made it",
	      has_call, names_call, TCPCLOSE_CALL_BIND + 1),
	NAMES("context", "CONTEXT",
	      "in which context it happened",
	      has_context, names_context, TCPCLOSE_CONTEXT_BACKLOG + 1),
	NAMES("error", "ERRNO",
	      "the error of the socket, or of a failed call",
	      has_error, names_error, TCPCLOSE_ERRORS),
	NAMES("flags", "FLAG",
	      "a control bit of the segment",
	      has_flag, names_flag, 9),
	NAMES("mark", "MARK",
	      "a mark of the module",
	      has_mark, names_mark, 8),
	NAMES("reason", "REASON",
	      "why a RST was sent",
	      has_reason, names_rst_reason, TCPCLOSE_RST_REASONS),
	NAMES("effect", "EFFECT",
	      "what a RST that was received did",
	      has_effect, names_rst_effect, TCPCLOSE_RST_EFFECTS),
	NAMES("drop", "REASON",
	      "why a listener dropped something",
	      has_drop, names_drop_reason, TCPCLOSE_DROP_REASONS),
	NAMES("kind", "KIND",
	      "what it is",
	      has_kind, name_of_kind, EVENT_SESSION + 1),
	NUMBERS("dwell", "TIME",
		"the time in the old state",
		DURATION, read_duration, dwell_of),
	NUMBERS("age", "TIME",
		"the age of the connection",
		DURATION, read_duration, age_of),
	NUMBERS("idle", "TIME",
		"the time without data, when a process closed or the connection was cut",
		DURATION, read_duration, idle_of),
	NUMBERS("srtt", "TIME",
		"the smoothed round-trip time",
		DURATION, read_duration, srtt_of),
	NUMBERS("sent", "BYTES",
		"payload sent",
		BYTES, read_bytes, sent_of),
	NUMBERS("received", "BYTES",
		"payload received",
		BYTES, read_bytes, received_of),
	NUMBERS("unread", "BYTES",
		"what the application did not read",
		BYTES, read_bytes, unread_of),
	NUMBERS("unacked", "BYTES",
		"what the peer did not acknowledge",
		BYTES, read_bytes, unacked_of),
	NUMBERS("unsent", "BYTES",
		"what was never sent",
		BYTES, read_bytes, unsent_of),
	NUMBERS("retransmits", "N",
		"segments sent again",
		WHOLE, read_number, retransmits_of),
	NUMBERS("rearms", "N",
		"starts anew of TIME_WAIT's timer",
		WHOLE, read_number, rearms_of),
	NUMBERS("length", "BYTES",
		"payload of the segment of a RST",
		BYTES, read_bytes, length_of),
	NUMBERS("queue", "N",
		"connections in the accept queue of a listener that drops",
		WHOLE, read_number, queue_of),
	NUMBERS("cpu", "N",
		"the processor that wrote the record",
		WHOLE, read_number, cpu_of),
};

/**
 * filter_word_find() - find a word
 * @name: its name
 * @len: length of it
 *
 * Return: the word, or NULL
 */
const struct filter_word *filter_word_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].name) == len && !strncasecmp(words[i].name, name, len))
			return &words[i];
	return NULL;
}

/**
 * filter_word_at() - the words one by one
 * @i: number of the word, from 0
 *
 * Return: the word, or NULL behind the last
 */
const struct filter_word *filter_word_at(unsigned int i)
{
	return i < ARRAY_SIZE(words) ? &words[i] : NULL;
}

/* How many letters have to be taken away, added or changed. */
static unsigned int distance(const char *a, size_t len, const char *b)
{
	unsigned int row[16], i, j, left, above;
	size_t count = strlen(b);

	if (len >= ARRAY_SIZE(row) || count >= ARRAY_SIZE(row))
		return ARRAY_SIZE(row);
	for (j = 0; j <= count; j++)
		row[j] = j;
	for (i = 1; i <= len; i++) {
		left = row[0];
		row[0] = i;
		for (j = 1; j <= count; j++) {
			above = row[j];
			row[j] = left + (a[i - 1] != b[j - 1]);
			if (above + 1 < row[j])
				row[j] = above + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			left = above;
		}
	}
	return row[count];
}

/**
 * filter_word_like() - find a word that may be meant
 * @name: what was typed
 * @len: length of it
 *
 * Return: its name, or NULL
 */
const char *filter_word_like(const char *name, size_t len)
{
	const char *best = NULL;
	unsigned int least = 3;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		unsigned int d = distance(name, len, words[i].name);

		if (d < least && d < len) {
			least = d;
			best = words[i].name;
		}
	}
	return best;
}

static int read_name(const struct filter_word *word, const char *text,
		     struct filter_value *v)
{
	unsigned int i;

	for (i = 0; i < word->names; i++) {
		const char *name = word->name_of(i);

		if (name && !strcasecmp(name, text)) {
			v->number = i;
			return 0;
		}
	}
	return -EINVAL;
}

/**
 * filter_word_read() - read a value
 * @word: the word
 * @text: the value; must outlive @v
 * @v: result
 *
 * Return: 0, -EINVAL if it is not one, or another -errno if what it names cannot be used
 */
int filter_word_read(const struct filter_word *word, const char *text,
		     struct filter_value *v)
{
	return word->name_of ? read_name(word, text, v) : word->read(text, v);
}

/**
 * filter_word_is_netns() - whether the values of a word are namespaces
 * @word: the word
 */
bool filter_word_is_netns(const struct filter_word *word)
{
	return word->matches == has_netns;
}
