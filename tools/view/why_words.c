// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said of what is wrong: plain sentences, for people and programs alike.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/format.h"
#include "view/why_view.h"

static const struct why_words words[DIAGNOSES] = {
	[DIAGNOSIS_CLOSE_WAIT_LEAK] = {
		.title = "connections that are never closed",
		.what = "sit in CLOSE_WAIT: the peer has closed, this process has not",
		.usually = "the program does not close() when read() returns 0 or an error, or a child has inherited the descriptor",
		.advice = "find the code that holds these descriptors and close them; set O_CLOEXEC so that children do not inherit them. No kernel setting ends CLOSE_WAIT",
		.command = "stuck",
		.words = "state:CLOSE_WAIT",
	},
	[DIAGNOSIS_FIN_WAIT2_ORPHANS] = {
		.title = "peers that do not close",
		.what = "were closed here and waited in vain for the peer's FIN (FIN_WAIT2)",
		.usually = "the program at the other end leaks the connection (it is in CLOSE_WAIT there), or the peer is gone",
		.advice = "look at the other end. Here the kernel ends each after tcp_fin_timeout",
		.command = "stuck",
		.words = "state:FIN_WAIT2",
	},
	[DIAGNOSIS_LAST_ACK_STUCK] = {
		.title = "last segments without an answer",
		.what = "wait in LAST_ACK or CLOSING: the peer does not acknowledge the last FIN",
		.usually = "the peer is gone, or a firewall forgot the connection and drops what belongs to it",
		.advice = "compare the timeouts of firewalls and load balancers on the way with how long connections live. The kernel gives up after tcp_orphan_retries",
		.command = "stuck",
		.words = "state:LAST_ACK,CLOSING",
	},
	[DIAGNOSIS_PORTS_EXHAUSTED] = {
		.title = "no local port left",
		.what = "found no local port (EADDRNOTAVAIL)",
		.usually = "many short connections to one destination: each keeps its port for 60 s of TIME_WAIT",
		.advice = "keep connections open (a pool, keep-alive) or spread them over more destinations; then widen ip_local_port_range, or set tcp_tw_reuse=1. tcp_fin_timeout does not shorten TIME_WAIT",
		.command = "ports",
	},
	[DIAGNOSIS_TIME_WAIT_OVERFLOW] = {
		.title = "TIME_WAIT left out",
		.what = "ended without TIME_WAIT, as tcp_max_tw_buckets was reached (\"time wait bucket table overflow\")",
		.usually = "this process closes first, very often",
		.advice = "let the other end close first or keep connections open; raise tcp_max_tw_buckets if there is memory (a fourth of a KiB each)",
		.command = "conns --all",
		.words = "end:overflow",
	},
	[DIAGNOSIS_RST_UNREAD_DATA] = {
		.title = "reset by closing with unread data",
		.what = "were closed with unread data, which resets the peer (\"connection reset by peer\")",
		.usually = "the program closes as soon as it has what it wants, or on an error, without reading what the peer still sends",
		.advice = "call shutdown(SHUT_WR), then read until the end of the stream, then close()",
		.command = "conns --all",
		.words = "cause:unread",
	},
	[DIAGNOSIS_RST_LINGER] = {
		.title = "reset by SO_LINGER 0",
		.what = "were aborted with SO_LINGER and time 0: what was under way is lost, and the peer is reset",
		.usually = "the option was set to avoid TIME_WAIT",
		.advice = "do not set SO_LINGER to 0. TIME_WAIT costs little; see tcpclose ports whether ports are short",
		.command = "conns --all",
		.words = "cause:linger",
	},
	[DIAGNOSIS_RST_DATA_AFTER_CLOSE] = {
		.title = "data sent to an end that has closed",
		.what = "ended with data for an end that had closed already: it is lost",
		.usually = "one end writes without reading, so it does not notice that the other has closed",
		.advice = "read (or poll for POLLRDHUP) before writing, and agree on which end closes first",
		.command = "conns --all",
		.words = "cause:rst,data-after-close",
	},
	[DIAGNOSIS_RST_RECEIVED] = {
		.title = "reset by the peer",
		.what = "were reset by the peer; why is known only there",
		.usually = "the program there closed with unread data or SO_LINGER 0, ended, or a firewall or load balancer gave up the connection",
		.advice = "run tcpclose why at the other end",
		.command = "conns --all",
		.words = "cause:rst",
	},
	[DIAGNOSIS_KEEP_ALIVE_RACE] = {
		.title = "requests that met the close of an idle connection",
		.what = "were idle, and one end sent a request at the moment the other closed",
		.usually = "the server's keep-alive timeout is shorter than the client's",
		.advice = "let the client close first: give it the shorter idle timeout; and let it repeat a request that meets a close",
		.command = "conns --all",
		.words = "cause:rst,data-after-close",
	},
	[DIAGNOSIS_PEER_SILENT] = {
		.title = "a peer that does not answer",
		.what = "got no answer to what they sent",
		.usually = "the peer is down, unreachable, or a firewall drops the segments",
		.advice = "check the way to the peer; set TCP_USER_TIMEOUT, or a connect timeout, to notice sooner",
		.command = "conns --all",
		.words = "cause:timeout,user-timeout,connect-aborted",
	},
	[DIAGNOSIS_KEEP_ALIVE_TIMEOUT] = {
		.title = "keepalive probes without an answer",
		.what = "ended since the peer answered no keepalive probe",
		.usually = "the peer is gone without closing, or a firewall forgot the idle connection",
		.advice = "keepalive did its work; if the peers live, probe more often than firewalls on the way forget (TCP_KEEPIDLE)",
		.command = "conns --all",
		.words = "cause:keepalive",
	},
	[DIAGNOSIS_REFUSED] = {
		.title = "connections that are refused",
		.what = "were refused: nobody listens there",
		.usually = "the service is not running, or listens on another address or port",
		.advice = "start the service, or correct the address; `ss -tln` there shows who listens",
		.command = "conns --all",
		.words = "cause:refused",
	},
	[DIAGNOSIS_UNREACHABLE] = {
		.title = "a peer that cannot be reached",
		.what = "could not reach the peer",
		.usually = "there is no route, the neighbour does not answer, or a firewall rejects",
		.advice = "see `ip route get ADDRESS` and the firewalls on the way",
		.command = "conns --all",
		.words = "cause:unreachable,connect-aborted",
	},
	[DIAGNOSIS_NOT_ACCEPTED] = {
		.title = "connections that are not accepted",
		.what = "are complete but in the accept queue: no process has them yet",
		.usually = "the program is busy or hangs, and does not call accept()",
		.advice = "look at what the listening process does (its stack, its threads); a longer backlog only hides it",
		.command = "stuck",
	},
	[DIAGNOSIS_LISTEN_OVERFLOW] = {
		.title = "a listener that drops connections",
		.what = "happened, as the listener's queue was full: of SYNs and of last ACKs",
		.usually = "the program does not call accept() often enough, or its backlog is small",
		.advice = "let it accept faster; raise the backlog of listen() and somaxconn if bursts are short",
		.command = "watch --drops --all",
	},
	[DIAGNOSIS_ORPHAN_LIMIT] = {
		.title = "cut by the limit of orphans or of memory",
		.what = "were cut, as there were too many orphans (tcp_max_orphans) or too little memory (tcp_mem)",
		.usually = "many connections were closed whose peers do not answer",
		.advice = "find out whose peers are silent (tcpclose stuck); lower tcp_orphan_retries, or raise tcp_max_orphans",
		.command = "conns --all",
		.words = "cause:orphans,memory",
	},
	[DIAGNOSIS_TIME_WAIT_REUSE] = {
		.title = "a new connection met an old one in TIME_WAIT",
		.what = "met a TIME_WAIT with the same addresses and ports, so the new connection was delayed or failed",
		.usually = "the client uses a port again within 60 s, often through NAT, and its timestamps do not allow it",
		.advice = "leave tcp_timestamps on at both ends, give NAT more ports or addresses, do not bind() clients to a fixed port",
		.command = "conns --all",
		.words = "state:TIME_WAIT",
	},
	[DIAGNOSIS_HALF_CLOSE_CUT] = {
		.title = "cut after shutdown()",
		.what = "were shut down for sending, and then cut before the rest was received",
		.usually = "a proxy or server takes the first FIN for the end of the whole connection",
		.advice = "do not half-close through such a proxy, or set its half-close timeout",
		.command = "conns --all",
		.words = "call:shutdown",
	},
	[DIAGNOSIS_NAMESPACE_GONE] = {
		.title = "cut with their network namespace",
		.what = "ended as their network namespace was removed",
		.usually = "a container was stopped while it had connections",
		.advice = "let the program close its connections before the container ends (a longer grace period)",
		.command = "conns --all",
		.words = "cause:netns",
	},
	[DIAGNOSIS_DESTROYED] = {
		.title = "destroyed by an administrator",
		.what = "were destroyed by `ss -K`, or by BPF",
		.usually = "somebody, or a program such as a load balancer's agent, did so on purpose",
		.advice = "ask who runs `ss -K` or such an agent here",
		.command = "conns --all",
		.words = "cause:destroyed",
	},
	[DIAGNOSIS_RST_NO_SOCKET] = {
		.title = "segments of unknown connections",
		.what = "were answered with a RST: this machine does not know the connection",
		.usually = "NAT or conntrack lost the connection, this machine or program was restarted, or an address moved",
		.advice = "compare conntrack's timeouts with how long connections are idle; keepalive probes keep an entry alive",
		.command = "watch --rsts --all",
		.words = "reason:NO_SOCKET",
	},
	[DIAGNOSIS_REARM_STORM] = {
		.title = "TIME_WAIT that begins anew",
		.what = "began TIME_WAIT anew again and again, as the peer repeats its FIN or old data",
		.usually = "the last ACK does not reach the peer",
		.advice = "look for what drops segments on the way to the peer (firewall, asymmetric routes)",
		.command = "conns --all",
		.words = "'rearms>=10'",
	},
	[DIAGNOSIS_SYN_IN_LAST_ACK] = {
		.title = "a new connection met an old one in LAST_ACK",
		.what = "met an old connection with the same ports that still waits for its last ACK",
		.usually = "the client was restarted, or its firewall dropped the end of the old connection",
		.advice = "the client succeeds when it repeats the SYN; look for what dropped the end of the old one",
		.command = "conns --all",
		.words = "state:LAST_ACK",
	},
	[DIAGNOSIS_ZERO_WINDOW_KILL] = {
		.title = "given up though the peer lives",
		.what = "were given up as the peer kept its window at 0, though it answered",
		.usually = "the program at the other end does not read",
		.advice = "look at the reader at the other end; raise TCP_USER_TIMEOUT if it may be slow",
		.command = "conns --all",
		.words = "cause:zero-window",
	},
	[DIAGNOSIS_ADDRESS_IN_USE] = {
		.title = "an address that is taken",
		.what = "failed to bind(): the port is taken (EADDRINUSE)",
		.usually = "another process listens there, or the old one's connections are in TIME_WAIT",
		.advice = "`ss -tlnp` shows who listens; set SO_REUSEADDR before bind() for the TIME_WAITs of a former run",
		.command = "watch --failed-calls --all",
	},
};

/* Of who holds ports, not of who finds none. */
static const struct why_words holder = {
	.title = "local ports are held",
	.what = "hold local ports",
	.usually = "connections that are kept open without need, or many short ones, each of which keeps its port for 60 s of TIME_WAIT",
	.advice = "run the command below: it says whether these ports are open or in TIME_WAIT, and what helps against that",
	.command = "ports",
};

/**
 * why_words() - what is said of something
 * @g: what was found
 */
const struct why_words *why_words(const struct diagnosis *g)
{
	return g->holds ? &holder : &words[g->id];
}

/* From outside: it may hold anything. */
static void add_name(struct line *w, const char *before, const char *name)
{
	char head[41];

	snprintf(head, sizeof(head), "%.40s", name);
	line_add(w, "%s", before);
	line_add_name(w, head);
}

static void add_process(struct line *w, const struct diagnosis *g)
{
	const struct subject *s = &g->subject;

	if (!*s->process.comm)
		line_add(w, "of an unknown process");
	else
		add_name(w, "of ", s->process.comm);
	if (*s->process.comm && g->process_count > 1)
		line_add(w, " (%u%s processes)", g->process_count,
			 g->process_count == DIAGNOSIS_PROCESSES ? " or more" : "");
	else if (*s->process.comm)
		line_add(w, "[%u]", s->process.pid);
	if (*s->container)
		add_name(w, " in ", s->container);
}

static void add_partner(struct line *w, const struct diagnosis *g)
{
	const struct subject *s = &g->subject;
	char text[FORMAT_ENDPOINT_MAX + 1];

	/* bind() for any port */
	if (g->id == DIAGNOSIS_PORTS_EXHAUSTED && (s->passive ? !s->lport : !s->rport)) {
		*format_ip(text, s->ipv6, s->laddr) = '\0';
		line_add(w, " at %s", text);
		return;
	}
	if (!s->passive) {
		*format_endpoint(text, s->ipv6, s->raddr, s->rport) = '\0';
		line_add(w, " to %s", text);
		return;
	}
	line_add(w, " at port %u", s->lport);
	if (g->several || (!s->rport && !s->cookie))
		return;
	*format_ip(text, s->ipv6, s->raddr) = '\0';
	line_add(w, " from %s", text);
}

static const char *noun(enum diagnosis_id id)
{
	switch (id) {
	case DIAGNOSIS_RST_NO_SOCKET:
		return "segment";
	case DIAGNOSIS_ADDRESS_IN_USE:
		return "call";
	case DIAGNOSIS_LISTEN_OVERFLOW:
		return "drop";
	default:
		return "connection";
	}
}

static void add_figures(struct line *w, const struct diagnosis *g)
{
	char text[FORMAT_DURATION_MAX + FORMAT_SIZE_MAX];

	if (g->longest_ns) {
		*format_duration(text, g->longest_ns) = '\0';
		line_add(w, ", the oldest for %s", text);
	}
	if (g->bytes) {
		*format_size(text, g->bytes) = '\0';
		line_add(w, "; %s bytes were not read or not acknowledged", text);
	}
	if (g->of > g->count)
		line_add(w, " (%llu of %llu)", (unsigned long long)g->count,
			 (unsigned long long)g->of);
	if (g->id == DIAGNOSIS_LISTEN_OVERFLOW && g->limit)
		line_add(w, "; its limit is %llu", (unsigned long long)g->limit);
	if (g->id == DIAGNOSIS_PORTS_EXHAUSTED && g->limit)
		line_add(w, g->holds ? " of the %llu that there are" : "; there are %llu",
			 (unsigned long long)g->limit);
}

/* What was found begins with a verb, for several. */
static void add_what(struct line *w, const struct diagnosis *g)
{
	static const char *const verbs[][2] = {
		{ "were ", "was " },
		{ "are ", "is " },
		{ "sit ", "sits " },
		{ "wait ", "waits " },
		{ "hold ", "holds " },
	};
	const char *what = why_words(g)->what;
	size_t i;

	for (i = 0; g->count == 1 && i < ARRAY_SIZE(verbs); i++) {
		if (strncmp(what, verbs[i][0], strlen(verbs[i][0])))
			continue;
		line_add(w, " %s%s", verbs[i][1], what + strlen(verbs[i][0]));
		return;
	}
	line_add(w, " %s", what);
}

/**
 * why_words_text() - a sentence: what is wrong, whose it is, with whom, how much
 * @w: where it goes
 * @g: what was found
 */
void why_words_text(struct line *w, const struct diagnosis *g)
{
	line_add(w, "%llu %s%s ", (unsigned long long)g->count, noun(g->id),
		 format_plural(g->count));
	if (g->id == DIAGNOSIS_RST_NO_SOCKET) {
		char text[FORMAT_IP_MAX + 1];

		*format_ip(text, g->subject.ipv6, g->subject.raddr) = '\0';
		line_add(w, "from %s", text);
	} else {
		add_process(w, g);
		add_partner(w, g);
	}
	add_what(w, g);
	add_figures(w, g);
	line_add(w, ".");
}

/* A name that a shell and a filter take as it is. */
static bool is_plain(const char *name)
{
	static const char other[] = "_.-+";
	const char *p;

	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr(other, *p))
			return false;
	return *name;
}

/**
 * why_words_filter() - a filter that shows it
 * @w: where it goes
 * @g: what was found
 */
void why_words_filter(struct line *w, const struct diagnosis *g)
{
	const struct subject *s = &g->subject;
	const char *gap = "";

	if (why_words(g)->words) {
		line_add(w, "%s", why_words(g)->words);
		gap = " ";
	}
	if (is_plain(s->process.comm)) {
		line_add(w, "%scomm:%s", gap, s->process.comm);
		gap = " ";
	}
	if (g->id == DIAGNOSIS_RST_NO_SOCKET)
		return;
	if (s->passive && s->lport)
		line_add(w, "%slport:%u", gap, s->lport);
	else if (!s->passive && s->rport)
		line_add(w, "%srport:%u", gap, s->rport);
}

/**
 * why_words_input() - the name of a recording, as part of a command
 * @w: where it goes
 * @input: the name; if it is long, a word stands for it
 */
void why_words_input(struct line *w, const char *input)
{
	line_add_name(w, strlen(input) > LINE_NAME_MAX ? "FILE" : input);
}

/**
 * why_words_command() - a command that shows it
 * @w: where it goes
 * @g: what was found
 * @input: the recording; NULL: this machine
 */
void why_words_command(struct line *w, const struct diagnosis *g, const char *input)
{
	const char *command = why_words(g)->command;
	const char *all = strstr(command, " --all");
	int len = (int)(all ? (size_t)(all - command) : strlen(command));

	if (input) {
		line_add(w, "tcpclose %.*s --input ", len, command);
		why_words_input(w, input);
		line_add(w, " ");
	} else {
		line_add(w, "tcpclose %s%s ", command, all ? " --duration 1" : "");
	}
	why_words_filter(w, g);
}
