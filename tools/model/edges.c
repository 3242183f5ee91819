// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states and edges themselves: data, nothing else.
 *
 * Quotations are from RFC 9293 unless another source is named. Functions are those
 * of Linux 6.1 and 6.12, in net/ipv4 unless their names say tcp_v6.
 */
#include "base/compiler.h"
#include "model/edges.h"

#define BIT(n) (1u << (n))

#define C(name) BIT(TCPCLOSE_CAUSE_##name)
#define E(name) BIT(TCPCLOSE_END_##name)
#define F(name) TCPCLOSE_FLAG_##name

#define PROCESS BIT(TCPCLOSE_CONTEXT_PROCESS)
/* A segment finds its socket unlocked, or waits until a process releases it. */
#define SEGMENT \
	(BIT(TCPCLOSE_CONTEXT_SOFTIRQ) | BIT(TCPCLOSE_CONTEXT_BACKLOG))
#define SOFTIRQ BIT(TCPCLOSE_CONTEXT_SOFTIRQ)
#define TIMER (BIT(TCPCLOSE_CONTEXT_TIMER) | BIT(TCPCLOSE_CONTEXT_BACKLOG))
#define ANY (PROCESS | SEGMENT | TIMER)

#define FROM_TO(a, b) .from = TCPCLOSE_##a, .to = TCPCLOSE_##b

/* Abrupt ends that several states share. */
#define RESET(state, name, words, where)                                     \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-rst",              \
		.standing = MODEL_DOCUMENTED, .manner = MODEL_ABRUPT,        \
		.trigger = MODEL_BY_SEGMENT, .causes = C(RST),               \
		.contexts = SEGMENT, .bits = F(RST), .event = "rcv RST",     \
		.by = "tcp_reset()", .section = where, .wording = words,     \
	}

#define LATE_DATA(state, name, words, stands, where)                         \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-data",             \
		.standing = stands, .manner = MODEL_ABRUPT,                  \
		.trigger = MODEL_BY_SEGMENT, .causes = C(DATA_AFTER_CLOSE),  \
		.contexts = SEGMENT, .event = "rcv data after close",        \
		.action = "snd RST", .by = "tcp_rcv_state_process()",        \
		.section = where, .wording = words,                          \
	}

#define UNREAD(state, name)                                                  \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-unread",           \
		.standing = MODEL_DOCUMENTED, .manner = MODEL_ABRUPT,        \
		.trigger = MODEL_BY_CALL, .causes = C(UNREAD),               \
		.contexts = PROCESS, .event = "CLOSE with unread data",      \
		.action = "snd RST", .by = "__tcp_close()",                  \
		.section = "3.6.1",                                          \
		.wording = "If such a host issues a CLOSE call while "       \
			   "received data is still pending in the TCP "      \
			   "connection, [...] its TCP implementation "       \
			   "SHOULD send a RST to show that data was lost "   \
			   "(SHLD-3)",                                       \
	}

#define ABORT(state, name, words, sends)                                     \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-abort",            \
		.standing = MODEL_DOCUMENTED, .manner = MODEL_ABRUPT,        \
		.trigger = MODEL_BY_CALL, .causes = C(LINGER) | C(DISCONNECT), \
		.contexts = PROCESS, .event = "ABORT", .action = sends,      \
		.by = "tcp_disconnect()", .section = "3.10.5",               \
		.wording = words,                                            \
	}

#define ABORT_RST(state, name)                                               \
	ABORT(state, name,                                                   \
	      "Send a reset segment: <SEQ=SND.NXT><CTL=RST> [...] Delete "   \
	      "the TCB, enter CLOSED state, and return.", "snd RST")

#define ABORT_OK(state, name)                                                \
	ABORT(state, name,                                                   \
	      "Respond with \"ok\" and delete the TCB, enter CLOSED state, " \
	      "and return.", "snd RST if its FIN is unsent")

#define TIMEOUT(state, name)                                                 \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-timeout",          \
		.standing = MODEL_DOCUMENTED, .manner = MODEL_ABRUPT,        \
		.trigger = MODEL_BY_TIMER, .causes = C(TIMEOUT) | C(USER_TIMEOUT), \
		.contexts = TIMER, .event = "user timeout",                  \
		.by = "tcp_write_err()", .section = "3.10.8",                \
		.wording = "For any state if the user timeout expires, "     \
			   "flush all queues, signal the user \"error: "     \
			   "connection aborted due to user timeout\" [...], " \
			   "delete the TCB, enter the CLOSED state",         \
	}

#define KEEPALIVE(state, name)                                               \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-keepalive",        \
		.standing = MODEL_DOCUMENTED, .manner = MODEL_ABRUPT,        \
		.trigger = MODEL_BY_TIMER, .causes = C(KEEPALIVE),           \
		.contexts = TIMER, .event = "keepalive timeout",             \
		.action = "snd RST", .by = "tcp_keepalive_timer()",          \
		.section = "3.8.4",                                          \
		.wording = "Implementers MAY include \"keep-alives\" in "    \
			   "their TCP implementations (MAY-5)",              \
	}

#define DESTROYED(state, name, sends)                                        \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-destroyed",        \
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,             \
		.trigger = MODEL_BY_ADMIN, .causes = C(DESTROYED),           \
		.contexts = PROCESS, .event = "ss -K", .action = sends,      \
		.by = "tcp_abort()", .section = "-",                         \
		.wording = "An administrator, or a BPF program, aborts it.", \
	}

#define NO_MEMORY(state, name)                                               \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-memory",           \
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,        \
		.trigger = MODEL_BY_KERNEL, .causes = C(MEMORY) | C(ORPHANS), \
		.contexts = PROCESS | TIMER, .event = "too many orphans",    \
		.action = "snd RST",                                         \
		.by = "tcp_check_oom(), tcp_out_of_resources()",             \
		.section = "-",                                              \
		.wording = "There are more orphans than tcp_max_orphans, "   \
			   "or no memory for them (tcp_mem).",               \
	}

#define ZERO_WINDOW(state, name)                                             \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-zero_window",      \
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,             \
		.trigger = MODEL_BY_TIMER, .causes = C(ZERO_WINDOW),         \
		.contexts = TIMER, .event = "window stays 0",                \
		.by = "tcp_probe_timer(), tcp_write_err()",                  \
		.section = "3.8.6.1",                                        \
		.wording = "TCP_USER_TIMEOUT, or the limit of probes of an " \
			   "orphan. The RFC: \"As long as the receiving "    \
			   "TCP peer continues to send acknowledgments in "  \
			   "response to the probe segments, the sending TCP " \
			   "peer MUST allow the connection to stay open "    \
			   "(MUST-37)\".",                                   \
	}

#define REPAIR(state, name)                                                  \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-repair",           \
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,             \
		.trigger = MODEL_BY_CALL, .causes = C(REPAIR),               \
		.contexts = PROCESS, .event = "CLOSE in repair mode",        \
		.by = "tcp_disconnect()", .section = "-",                    \
		.wording = "A socket in repair mode (TCP_REPAIR) is closed " \
			   "without a segment: the connection goes on "      \
			   "elsewhere.",                                     \
	}

#define MPTCP(state, name)                                                   \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-mptcp",            \
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,             \
		.trigger = MODEL_BY_KERNEL, .causes = C(MPTCP),              \
		.contexts = PROCESS | SEGMENT, .event = "MPTCP resets subflow", \
		.action = "snd RST",                                         \
		.by = "mptcp_subflow_reset(), __mptcp_close_ssk()",          \
		.section = "-",                                              \
		.wording = "RFC 8684 3.5 and 3.6: MPTCP closes its session " \
			   "at once, or a subflow that does not fit it.",    \
	}

#define NO_NETNS(state, name)                                                \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-netns",            \
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,             \
		.trigger = MODEL_BY_KERNEL, .causes = C(NETNS),              \
		.contexts = PROCESS | TIMER, .event = "namespace gone",      \
		.by = "__tcp_close(), tcp_out_of_resources()",               \
		.section = "-",                                              \
		.wording = "Its network namespace is being removed.",        \
	}

#define NOT_ACCEPTED(state, name)                                            \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-not_accepted",     \
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,             \
		.trigger = MODEL_BY_CALL, .causes = C(NOT_ACCEPTED),         \
		.contexts = PROCESS, .event = "listener closes",             \
		.action = "snd RST", .by = "inet_csk_listen_stop()",         \
		.section = "-",                                              \
		.wording = "The listener closed before accept() took "        \
			   "the connection.",                               \
	}

#define UNREACHABLE(state, name)                                             \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-unreachable",      \
		.standing = MODEL_DOCUMENTED, .manner = MODEL_ABRUPT,        \
		.trigger = MODEL_BY_KERNEL, .causes = C(UNREACHABLE),        \
		.contexts = SEGMENT, .event = "rcv ICMP error",              \
		.by = "tcp_v4_err(), tcp_v6_err()", .section = "3.9.2.2",    \
		.wording = "These are hard error conditions, so TCP "        \
			   "implementations SHOULD abort the connection "    \
			   "(SHLD-26).",                                     \
	}

#define UNKNOWN(state, name)                                                 \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-unknown",          \
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,             \
		.trigger = MODEL_BY_KERNEL, .causes = C(UNKNOWN),            \
		.contexts = ANY, .event = "unknown",                         \
		.by = "tcp_done()", .section = "-",                          \
		.wording = "The module cannot determine the cause.",         \
	}

#define AGAIN(state, name)                                                   \
	{                                                                    \
		FROM_TO(state, state), .id = name "-" name,                  \
		.standing = MODEL_LINUX, .manner = MODEL_GRACEFUL,           \
		.trigger = MODEL_BY_CALL, .contexts = PROCESS,               \
		.event = "CLOSE again", .by = "tcp_close_state()",           \
		.section = "3.10.4",                                         \
		.wording = "close() after shutdown() stores the state "      \
			   "again. The RFC: \"Respond with 'error: "       \
			   "connection closing'\".",                         \
	}

#define RST_TIME_WAIT(state, name)                                           \
	{                                                                    \
		FROM_TO(state, TIME_WAIT), .id = name "-time_wait-rst",      \
		.standing = MODEL_ABSENT, .manner = MODEL_ABRUPT,            \
		.trigger = MODEL_BY_CALL, .contexts = ANY,                   \
		.event = "ABORT", .action = "snd RST", .by = "-",            \
		.section = "3.3.2, note 3",                                  \
		.wording = "A RST can be sent from any state with a "        \
			   "corresponding transition to TIME-WAIT",          \
	}

#define MINI_END(state, name, reason, words_by, event_text, kind, how, why,  \
		 context, words, stands, where)                              \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name, .shape = MODEL_MINI,      \
		.standing = stands, .manner = how, .trigger = kind,          \
		.causes = why, .ends = E(reason), .contexts = context,       \
		.event = event_text, .by = words_by, .section = where,       \
		.wording = words,                                            \
	}

#define OVERFLOW(state, name, why)                                           \
	{                                                                    \
		FROM_TO(state, CLOSE), .id = name "-close-overflow",         \
		.shape = MODEL_OVERFLOW, .standing = MODEL_LINUX,            \
		.manner = MODEL_ABRUPT, .trigger = MODEL_BY_KERNEL,          \
		.causes = why, .ends = E(OVERFLOW), .contexts = ANY,         \
		.event = "no mini-socket", .by = "tcp_time_wait()",          \
		.section = "-",                                              \
		.wording = "No mini-socket: tcp_max_tw_buckets reached, or " \
			   "no memory. TIME_WAIT is skipped "                \
			   "(TCPTimeWaitOverflow).",                         \
	}

const struct model_state model_states[TCPCLOSE_STATES] = {
	[TCPCLOSE_ESTABLISHED] = {
		"ESTABLISHED", "ESTABLISHED", "3.3.2",
		"represents an open connection, data received can be delivered to the user. The normal state for the data transfer phase of the connection.",
	},
	[TCPCLOSE_SYN_SENT] = {
		"SYN_SENT", "SYN-SENT", "3.3.2",
		"represents waiting for a matching connection request after having sent a connection request.",
	},
	[TCPCLOSE_SYN_RECV] = {
		"SYN_RECV", "SYN-RECEIVED", "3.3.2",
		"represents waiting for a confirming connection request acknowledgment after having both received and sent a connection request.",
	},
	[TCPCLOSE_FIN_WAIT1] = {
		"FIN_WAIT1", "FIN-WAIT-1", "3.3.2",
		"represents waiting for a connection termination request from the remote TCP peer, or an acknowledgment of the connection termination request previously sent.",
	},
	[TCPCLOSE_FIN_WAIT2] = {
		"FIN_WAIT2", "FIN-WAIT-2", "3.3.2",
		"represents waiting for a connection termination request from the remote TCP peer.",
	},
	[TCPCLOSE_TIME_WAIT] = {
		"TIME_WAIT", "TIME-WAIT", "3.3.2",
		"represents waiting for enough time to pass to be sure the remote TCP peer received the acknowledgment of its connection termination request and to avoid new connections being impacted by delayed segments from previous connections.",
	},
	[TCPCLOSE_CLOSE] = {
		"CLOSE", "CLOSED", "3.3.2",
		"represents no connection state at all.",
	},
	[TCPCLOSE_CLOSE_WAIT] = {
		"CLOSE_WAIT", "CLOSE-WAIT", "3.3.2",
		"represents waiting for a connection termination request from the local user.",
	},
	[TCPCLOSE_LAST_ACK] = {
		"LAST_ACK", "LAST-ACK", "3.3.2",
		"represents waiting for an acknowledgment of the connection termination request previously sent to the remote TCP peer (this termination request sent to the remote TCP peer already included an acknowledgment of the termination request sent from the remote TCP peer).",
	},
	[TCPCLOSE_LISTEN] = {
		"LISTEN", "LISTEN", "3.3.2",
		"represents waiting for a connection request from any remote TCP peer and port.",
	},
	[TCPCLOSE_CLOSING] = {
		"CLOSING", "CLOSING", "3.3.2",
		"represents waiting for a connection termination request acknowledgment from the remote TCP peer.",
	},
	[TCPCLOSE_NEW_SYN_RECV] = {
		"NEW_SYN_RECV", NULL, NULL,
		"Linux keeps a connection request separate from sockets; the tracepoint never reports this state.",
	},
};

const struct model_edge edges_all[] = {
	/* ---- opening */
	{
		FROM_TO(CLOSE, LISTEN), .id = "close-listen", .figure = true,
		.standing = MODEL_DOCUMENTED, .manner = MODEL_OPENING,
		.trigger = MODEL_BY_CALL, .contexts = PROCESS,
		.event = "passive OPEN", .action = "create TCB",
		.by = "inet_csk_listen_start()", .section = "3.10.1",
		.wording =
			"If passive, enter the LISTEN state and return.",
	},
	{
		FROM_TO(LISTEN, CLOSE), .id = "listen-close", .figure = true,
		.standing = MODEL_DOCUMENTED, .manner = MODEL_OPENING,
		.trigger = MODEL_BY_CALL, .causes = C(LISTENER),
		.contexts = PROCESS, .event = "CLOSE", .action = "delete TCB",
		.by = "__tcp_close(), tcp_disconnect(), tcp_abort()",
		.section = "3.10.4",
		.wording =
			"Any outstanding RECEIVEs are returned with \"error: closing\" responses. Delete TCB, enter CLOSED state, and return.",
	},
	{
		FROM_TO(LISTEN, SYN_RECV), .id = "listen-syn_recv",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_OPENING, .trigger = MODEL_BY_SEGMENT,
		.contexts = SEGMENT, .event = "rcv SYN", .action = "snd SYN,ACK",
		.by = "inet_csk_clone_lock()", .section = "3.10.7.2",
		.wording =
			"The connection state should be changed to SYN-RECEIVED. (Linux: the SYN creates a request; the last ACK of the handshake, or a SYN with a Fast Open cookie, creates the socket.)",
	},
	{
		FROM_TO(LISTEN, SYN_SENT), .id = "listen-syn_sent",
		.figure = true, .standing = MODEL_ABSENT,
		.manner = MODEL_OPENING, .trigger = MODEL_BY_CALL,
		.contexts = ANY, .event = "SEND", .action = "snd SYN",
		.by = "-", .section = "3.10.2",
		.wording =
			"If the remote socket is specified, then change the connection from passive to active (Linux: send() fails with EPIPE, connect() with EISCONN.)",
	},
	{
		FROM_TO(CLOSE, SYN_SENT), .id = "close-syn_sent",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_OPENING, .trigger = MODEL_BY_CALL,
		.contexts = PROCESS, .event = "active OPEN",
		.action = "create TCB, snd SYN",
		.by = "tcp_v4_connect(), tcp_v6_connect()",
		.section = "3.10.1",
		.wording =
			"A SYN segment of the form <SEQ=ISS><CTL=SYN> is sent. Set SND.UNA to ISS, SND.NXT to ISS+1, enter SYN-SENT state, and return.",
	},
	{
		FROM_TO(SYN_SENT, ESTABLISHED), .id = "syn_sent-established",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_OPENING, .trigger = MODEL_BY_SEGMENT,
		.contexts = SEGMENT | PROCESS, .bits = F(SYN),
		.event = "rcv SYN,ACK", .action = "snd ACK",
		.by = "tcp_finish_connect()", .section = "3.10.7.3",
		.wording =
			"If SND.UNA > ISS (our SYN has been ACKed), change the connection state to ESTABLISHED, form an ACK segment",
	},
	{
		FROM_TO(SYN_SENT, SYN_RECV), .id = "syn_sent-syn_recv",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_OPENING, .trigger = MODEL_BY_SEGMENT,
		.contexts = SEGMENT, .bits = F(SYN), .event = "rcv SYN",
		.action = "snd SYN,ACK",
		.by = "tcp_rcv_synsent_state_process()",
		.section = "3.10.7.3",
		.wording =
			"Otherwise, enter SYN-RECEIVED, form a SYN,ACK segment",
	},
	{
		FROM_TO(SYN_RECV, ESTABLISHED), .id = "syn_recv-established",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_OPENING, .trigger = MODEL_BY_SEGMENT,
		.contexts = SEGMENT, .bits = F(ACK),
		.event = "rcv ACK of SYN", .by = "tcp_rcv_state_process()",
		.section = "3.10.7.4",
		.wording =
			"If SND.UNA < SEG.ACK =< SND.NXT, then enter ESTABLISHED state and continue processing",
	},
	{
		FROM_TO(SYN_RECV, LISTEN), .id = "syn_recv-listen",
		.figure = true, .standing = MODEL_ABSENT,
		.manner = MODEL_OPENING, .trigger = MODEL_BY_SEGMENT,
		.contexts = ANY, .event = "rcv RST", .by = "-",
		.section = "3.10.7.4",
		.wording =
			"If this connection was initiated with a passive OPEN (i.e., came from the LISTEN state), then return this connection to LISTEN state and return. (Linux: the listener never left it.)",
	},
	{
		FROM_TO(CLOSE, CLOSE), .id = "close-close",
		.standing = MODEL_LINUX, .manner = MODEL_OPENING,
		.trigger = MODEL_BY_ADMIN, .contexts = PROCESS,
		.event = "ss -K of a listener", .by = "tcp_abort(), tcp_done()",
		.section = "-",
		.wording =
			"The state is stored again for a listener that has just been closed.",
	},

	/* ---- the opening fails */
	{
		FROM_TO(SYN_SENT, CLOSE), .id = "syn_sent-close-close",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_ABRUPT, .trigger = MODEL_BY_CALL,
		.causes = C(CONNECT_ABORTED), .contexts = PROCESS,
		.event = "CLOSE", .action = "delete TCB",
		.by = "tcp_close_state(), tcp_disconnect()",
		.section = "3.10.4",
		.wording =
			"Delete the TCB and return \"error: closing\" responses to any queued SENDs, or RECEIVEs.",
	},
	{
		FROM_TO(SYN_SENT, CLOSE), .id = "syn_sent-close-no_port",
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,
		.trigger = MODEL_BY_KERNEL, .causes = C(NO_PORT),
		.contexts = PROCESS, .event = "no local port",
		.by = "tcp_v4_connect(), tcp_v6_connect()", .section = "-",
		.wording =
			"connect() finds no local port that is free for this destination: EADDRNOTAVAIL. No SYN was sent.",
	},
	{
		FROM_TO(SYN_SENT, CLOSE), .id = "syn_sent-close-refused",
		.standing = MODEL_DOCUMENTED, .manner = MODEL_ABRUPT,
		.trigger = MODEL_BY_SEGMENT, .causes = C(REFUSED),
		.contexts = SEGMENT, .bits = F(RST), .event = "rcv RST",
		.by = "tcp_reset()", .section = "3.10.7.3",
		.wording =
			"If the ACK was acceptable, then signal to the user \"error: connection reset\", drop the segment, enter CLOSED state, delete TCB, and return.",
	},
	ABORT(SYN_SENT, "syn_sent",
	      "All queued SENDs and RECEIVEs should be given \"connection reset\" notification. Delete the TCB, enter CLOSED state, and return.",
	      NULL),
	TIMEOUT(SYN_SENT, "syn_sent"),
	UNREACHABLE(SYN_SENT, "syn_sent"),
	REPAIR(SYN_SENT, "syn_sent"),
	MPTCP(SYN_SENT, "syn_sent"),
	DESTROYED(SYN_SENT, "syn_sent", NULL),
	UNKNOWN(SYN_SENT, "syn_sent"),
	{
		FROM_TO(SYN_RECV, CLOSE), .id = "syn_recv-close-open_failed",
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,
		.trigger = MODEL_BY_KERNEL, .causes = C(OPEN_FAILED),
		.contexts = SEGMENT, .event = "no room for the child",
		.by = "inet_csk_prepare_forced_close()", .section = "-",
		.wording =
			"The socket for a completed handshake was created, but could not be set up.",
	},
	RESET(SYN_RECV, "syn_recv",
	      "then the connection was refused; signal the user \"connection refused\" [...] in the active OPEN case, enter the CLOSED state and delete the TCB (Linux: also in the passive case.)",
	      "3.10.7.4"),
	UNREAD(SYN_RECV, "syn_recv"),
	ABORT_RST(SYN_RECV, "syn_recv"),
	TIMEOUT(SYN_RECV, "syn_recv"),
	KEEPALIVE(SYN_RECV, "syn_recv"),
	UNREACHABLE(SYN_RECV, "syn_recv"),
	NOT_ACCEPTED(SYN_RECV, "syn_recv"),
	REPAIR(SYN_RECV, "syn_recv"),
	MPTCP(SYN_RECV, "syn_recv"),
	DESTROYED(SYN_RECV, "syn_recv", "snd RST"),
	UNKNOWN(SYN_RECV, "syn_recv"),

	/* ---- the active close */
	{
		FROM_TO(ESTABLISHED, FIN_WAIT1), .id = "established-fin_wait1",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_GRACEFUL, .trigger = MODEL_BY_CALL,
		.contexts = PROCESS | SEGMENT, .event = "CLOSE",
		.action = "snd FIN", .by = "tcp_close_state()",
		.section = "3.10.4",
		.wording =
			"Queue this until all preceding SENDs have been segmentized, then form a FIN segment and send it. In any case, enter FIN-WAIT-1 state.",
	},
	{
		FROM_TO(SYN_RECV, FIN_WAIT1), .id = "syn_recv-fin_wait1",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_GRACEFUL, .trigger = MODEL_BY_CALL,
		.contexts = PROCESS, .event = "CLOSE", .action = "snd FIN",
		.by = "tcp_close_state()", .section = "3.10.4",
		.wording =
			"If no SENDs have been issued and there is no pending data to send, then form a FIN segment and send it, and enter FIN-WAIT-1 state",
	},
	{
		FROM_TO(FIN_WAIT1, FIN_WAIT2), .id = "fin_wait1-fin_wait2",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_GRACEFUL, .trigger = MODEL_BY_SEGMENT,
		.contexts = SEGMENT, .bits = F(ACK),
		.event = "rcv ACK of FIN", .by = "tcp_rcv_state_process()",
		.section = "3.10.7.4",
		.wording =
			"In addition to the processing for the ESTABLISHED state, if the FIN segment is now acknowledged, then enter FIN-WAIT-2 and continue processing in that state.",
	},
	{
		FROM_TO(FIN_WAIT1, CLOSING), .id = "fin_wait1-closing",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_GRACEFUL, .trigger = MODEL_BY_SEGMENT,
		.contexts = SEGMENT, .event = "rcv FIN", .action = "snd ACK",
		.by = "tcp_fin()", .section = "3.10.7.4",
		.wording =
			"If our FIN has been ACKed (perhaps in this segment), then enter TIME-WAIT, start the time-wait timer, turn off the other timers; otherwise, enter the CLOSING state.",
	},
	{
		FROM_TO(FIN_WAIT1, TIME_WAIT), .id = "fin_wait1-time_wait",
		.standing = MODEL_ABSENT, .manner = MODEL_GRACEFUL,
		.trigger = MODEL_BY_SEGMENT, .contexts = ANY,
		.event = "rcv FIN,ACK of FIN", .action = "snd ACK", .by = "-",
		.section = "3.3.2, note 2",
		.wording =
			"The figure omits a transition from FIN-WAIT-1 to TIME-WAIT if a FIN is received and the local FIN is also acknowledged. (Linux: FIN_WAIT2 comes in between, but no time is spent in it.)",
	},
	{
		FROM_TO(FIN_WAIT2, FIN_WAIT2), .id = "fin_wait2-fin_wait2-mini",
		.shape = MODEL_HAND_OVER, .standing = MODEL_LINUX,
		.manner = MODEL_GRACEFUL, .trigger = MODEL_BY_CALL,
		.contexts = ANY, .event = "no process left",
		.by = "tcp_time_wait()", .section = "-",
		.wording =
			"A mini-socket waits for the peer's FIN: after close() no process can read any more. The tracepoint reports CLOSE.",
	},
	{
		FROM_TO(FIN_WAIT2, TIME_WAIT), .id = "fin_wait2-time_wait",
		.shape = MODEL_HAND_OVER, .figure = true,
		.standing = MODEL_DOCUMENTED, .manner = MODEL_GRACEFUL,
		.trigger = MODEL_BY_SEGMENT, .causes = C(FIN),
		.contexts = SEGMENT, .event = "rcv FIN", .action = "snd ACK",
		.by = "tcp_fin(), tcp_time_wait()", .section = "3.10.7.4",
		.wording =
			"Enter the TIME-WAIT state. Start the time-wait timer, turn off the other timers. (Linux: a mini-socket takes over; the tracepoint reports CLOSE.)",
	},
	{
		FROM_TO(FIN_WAIT2, TIME_WAIT), .id = "fin_wait2-time_wait-mini",
		.shape = MODEL_MINI, .figure = true,
		.standing = MODEL_DOCUMENTED, .manner = MODEL_GRACEFUL,
		.trigger = MODEL_BY_SEGMENT, .causes = C(FIN),
		.contexts = SOFTIRQ, .event = "rcv FIN", .action = "snd ACK",
		.by = "tcp_timewait_state_process()", .section = "3.10.7.4",
		.wording =
			"Enter the TIME-WAIT state. Start the time-wait timer, turn off the other timers. (Linux: within the mini-socket; no tracepoint reports it.)",
	},
	{
		FROM_TO(CLOSING, TIME_WAIT), .id = "closing-time_wait",
		.shape = MODEL_HAND_OVER, .figure = true,
		.standing = MODEL_DOCUMENTED, .manner = MODEL_GRACEFUL,
		.trigger = MODEL_BY_SEGMENT, .causes = C(FIN),
		.contexts = SEGMENT, .bits = F(ACK),
		.event = "rcv ACK of FIN",
		.by = "tcp_rcv_state_process(), tcp_time_wait()",
		.section = "3.10.7.4",
		.wording =
			"In addition to the processing for the ESTABLISHED state, if the ACK acknowledges our FIN, then enter the TIME-WAIT state; otherwise, ignore the segment.",
	},

	/* ---- the passive close */
	{
		FROM_TO(ESTABLISHED, CLOSE_WAIT),
		.id = "established-close_wait", .figure = true,
		.standing = MODEL_DOCUMENTED, .manner = MODEL_GRACEFUL,
		.trigger = MODEL_BY_SEGMENT, .contexts = SEGMENT,
		.event = "rcv FIN", .action = "snd ACK", .by = "tcp_fin()",
		.section = "3.10.7.4",
		.wording =
			"If the FIN bit is set, [...] send an acknowledgment for the FIN. [...] Enter the CLOSE-WAIT state.",
	},
	{
		FROM_TO(SYN_RECV, CLOSE_WAIT), .id = "syn_recv-close_wait",
		.standing = MODEL_ABSENT, .manner = MODEL_GRACEFUL,
		.trigger = MODEL_BY_SEGMENT, .contexts = ANY,
		.event = "rcv FIN", .action = "snd ACK", .by = "-",
		.section = "3.10.7.4",
		.wording =
			"Enter the CLOSE-WAIT state. (Linux: tcp_fin() has this transition, but the segment's ACK has already led to ESTABLISHED, and a SYN with FIN is dropped.)",
	},
	{
		FROM_TO(CLOSE_WAIT, LAST_ACK), .id = "close_wait-last_ack",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_GRACEFUL, .trigger = MODEL_BY_CALL,
		.contexts = PROCESS, .event = "CLOSE", .action = "snd FIN",
		.by = "tcp_close_state()", .section = "3.10.4",
		.wording =
			"Queue this request until all preceding SENDs have been segmentized; then send a FIN segment, enter LAST-ACK state.",
	},
	{
		FROM_TO(LAST_ACK, CLOSE), .id = "last_ack-close",
		.figure = true, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_GRACEFUL, .trigger = MODEL_BY_SEGMENT,
		.causes = C(FIN), .contexts = SEGMENT, .bits = F(ACK),
		.event = "rcv ACK of FIN", .action = "delete TCB",
		.by = "tcp_rcv_state_process()", .section = "3.10.7.4",
		.wording =
			"If our FIN is now acknowledged, delete the TCB, enter the CLOSED state, and return.",
	},

	/* ---- close() after shutdown() */
	AGAIN(FIN_WAIT1, "fin_wait1"),
	AGAIN(FIN_WAIT2, "fin_wait2"),
	AGAIN(CLOSING, "closing"),
	AGAIN(LAST_ACK, "last_ack"),

	/* ---- the life of TIME_WAIT */
	{
		FROM_TO(TIME_WAIT, TIME_WAIT), .id = "time_wait-time_wait",
		.shape = MODEL_REARM, .standing = MODEL_DOCUMENTED,
		.manner = MODEL_GRACEFUL, .trigger = MODEL_BY_SEGMENT,
		.contexts = SOFTIRQ, .event = "rcv FIN or old duplicate",
		.action = "snd ACK, restart 2MSL",
		.by = "tcp_timewait_state_process()", .section = "3.10.7.4",
		.wording =
			"The only thing that can arrive in this state is a retransmission of the remote FIN. Acknowledge it, and restart the 2 MSL timeout.",
	},
	{
		FROM_TO(TIME_WAIT, CLOSE), .id = "time_wait-close-expired",
		.shape = MODEL_MINI, .figure = true,
		.standing = MODEL_DOCUMENTED, .manner = MODEL_GRACEFUL,
		.trigger = MODEL_BY_TIMER, .ends = E(EXPIRED),
		.contexts = TIMER, .event = "Timeout=2MSL",
		.action = "delete TCB", .by = "tw_timer_handler()",
		.section = "3.10.8",
		.wording =
			"If the time-wait timeout expires on a connection, delete the TCB, enter the CLOSED state, and return.",
	},
	MINI_END(TIME_WAIT, "time_wait-close-rst", RST,
		 "tcp_timewait_state_process()", "rcv RST", MODEL_BY_SEGMENT,
		 MODEL_ABRUPT, 0, SOFTIRQ,
		 "If the RST bit is set, then enter the CLOSED state, delete the TCB, and return. (Not with tcp_rfc1337=1.)",
		 MODEL_DOCUMENTED, "3.10.7.4"),
	MINI_END(TIME_WAIT, "time_wait-close-syn", SYN,
		 "tcp_v4_rcv(), tcp_v6_rcv()", "rcv SYN", MODEL_BY_SEGMENT,
		 MODEL_GRACEFUL, 0, SOFTIRQ,
		 "However, it MAY accept a new SYN from the remote TCP endpoint to reopen the connection directly from TIME-WAIT state (MAY-2)",
		 MODEL_DOCUMENTED, "3.6.1"),
	MINI_END(TIME_WAIT, "time_wait-close-recycled", RECYCLED,
		 "__inet_check_established()", "active OPEN", MODEL_BY_CALL,
		 MODEL_GRACEFUL, 0, PROCESS,
		 "connect() takes over the port (tcp_tw_reuse, TWRecycled).",
		 MODEL_LINUX, "-"),
	MINI_END(TIME_WAIT, "time_wait-close-destroyed", DESTROYED,
		 "tcp_abort()", "ss -K", MODEL_BY_ADMIN, MODEL_ABRUPT, 0,
		 PROCESS,
		 "An administrator, or a BPF program, ends it.",
		 MODEL_LINUX, "-"),
	MINI_END(TIME_WAIT, "time_wait-close-netns", NETNS,
		 "inet_twsk_purge()", "namespace gone", MODEL_BY_KERNEL,
		 MODEL_ABRUPT, 0, PROCESS,
		 "Its network namespace is being removed.",
		 MODEL_LINUX, "-"),
	MINI_END(TIME_WAIT, "time_wait-close-rst_sent", RST_SENT,
		 "tcp_timewait_state_process()", "rcv data in FIN_WAIT2",
		 MODEL_BY_SEGMENT, MODEL_ABRUPT, 0, SOFTIRQ,
		 "Data or a SYN is answered with a RST in FIN_WAIT2, while another CPU receives the FIN that leads to TIME_WAIT.",
		 MODEL_LINUX, "-"),
	MINI_END(TIME_WAIT, "time_wait-close-other", OTHER,
		 "inet_twsk_kill()", "unknown", MODEL_BY_KERNEL, MODEL_ABRUPT,
		 0, ANY,
		 "The module cannot determine the reason.",
		 MODEL_LINUX, "-"),

	/* ---- FIN_WAIT2 as a mini-socket, ended before the peer's FIN */
	MINI_END(FIN_WAIT2, "fin_wait2-close-expired", EXPIRED,
		 "tw_timer_handler()", "tcp_fin_timeout", MODEL_BY_TIMER,
		 MODEL_ABRUPT, C(FIN_WAIT2_TIMEOUT), TIMER,
		 "The peer's FIN did not arrive in time. The RFC has no limit.",
		 MODEL_LINUX, "-"),
	MINI_END(FIN_WAIT2, "fin_wait2-close-mini_rst", RST,
		 "tcp_timewait_state_process()", "rcv RST", MODEL_BY_SEGMENT,
		 MODEL_ABRUPT, C(RST), SOFTIRQ,
		 "If the RST bit is set, then [...] Enter the CLOSED state, delete the TCB, and return.",
		 MODEL_DOCUMENTED, "3.10.7.4"),
	MINI_END(FIN_WAIT2, "fin_wait2-close-rst_sent", RST_SENT,
		 "tcp_timewait_state_process()", "rcv data after close",
		 MODEL_BY_SEGMENT, MODEL_ABRUPT, C(DATA_AFTER_CLOSE), SOFTIRQ,
		 "if new data is received after CLOSE is called, its TCP implementation SHOULD send a RST to show that data was lost (SHLD-3)",
		 MODEL_DOCUMENTED, "3.6.1"),
	MINI_END(FIN_WAIT2, "fin_wait2-close-rst_sent_to_syn", RST_SENT,
		 "tcp_timewait_state_process()", "rcv SYN",
		 MODEL_BY_SEGMENT, MODEL_ABRUPT, C(REPLACED), SOFTIRQ,
		 "The peer begins a new connection. The RFC has a challenge ACK for it, as in all synchronized states.",
		 MODEL_LINUX, "-"),
	MINI_END(FIN_WAIT2, "fin_wait2-close-recycled", RECYCLED,
		 "__inet_check_established()", "active OPEN", MODEL_BY_CALL,
		 MODEL_ABRUPT, C(REPLACED), PROCESS,
		 "connect() takes over the port (tcp_tw_reuse, TWRecycled).",
		 MODEL_LINUX, "-"),
	MINI_END(FIN_WAIT2, "fin_wait2-close-syn", SYN,
		 "nf_tproxy_handle_time_wait4()", "rcv SYN", MODEL_BY_SEGMENT,
		 MODEL_ABRUPT, C(REPLACED), SOFTIRQ,
		 "A transparent proxy takes the SYN of a new connection.",
		 MODEL_LINUX, "-"),
	MINI_END(FIN_WAIT2, "fin_wait2-close-mini_destroyed", DESTROYED,
		 "tcp_abort()", "ss -K", MODEL_BY_ADMIN, MODEL_ABRUPT,
		 C(DESTROYED), PROCESS,
		 "An administrator, or a BPF program, ends it.",
		 MODEL_LINUX, "-"),
	MINI_END(FIN_WAIT2, "fin_wait2-close-mini_netns", NETNS,
		 "inet_twsk_purge()", "namespace gone", MODEL_BY_KERNEL,
		 MODEL_ABRUPT, C(NETNS), PROCESS,
		 "Its network namespace is being removed.",
		 MODEL_LINUX, "-"),
	MINI_END(FIN_WAIT2, "fin_wait2-close-other", OTHER,
		 "inet_twsk_kill()", "unknown", MODEL_BY_KERNEL, MODEL_ABRUPT,
		 C(UNKNOWN), ANY,
		 "The module cannot determine the reason.",
		 MODEL_LINUX, "-"),
	OVERFLOW(FIN_WAIT2, "fin_wait2", C(FIN) | C(OVERFLOW)),
	OVERFLOW(CLOSING, "closing", C(FIN)),

	/* ---- abrupt ends of an established connection */
	RESET(ESTABLISHED, "established",
	      "If the RST bit is set, then [...] Enter the CLOSED state, delete the TCB, and return.",
	      "3.10.7.4"),
	UNREAD(ESTABLISHED, "established"),
	ABORT_RST(ESTABLISHED, "established"),
	TIMEOUT(ESTABLISHED, "established"),
	KEEPALIVE(ESTABLISHED, "established"),
	NOT_ACCEPTED(ESTABLISHED, "established"),
	ZERO_WINDOW(ESTABLISHED, "established"),
	REPAIR(ESTABLISHED, "established"),
	MPTCP(ESTABLISHED, "established"),
	DESTROYED(ESTABLISHED, "established", "snd RST"),
	UNKNOWN(ESTABLISHED, "established"),

	/* ---- abrupt ends after this end has closed */
	RESET(FIN_WAIT1, "fin_wait1",
	      "If the RST bit is set, then [...] Enter the CLOSED state, delete the TCB, and return.",
	      "3.10.7.4"),
	LATE_DATA(FIN_WAIT1, "fin_wait1",
		  "if new data is received after CLOSE is called, its TCP implementation SHOULD send a RST to show that data was lost (SHLD-3)",
		  MODEL_DOCUMENTED, "3.6.1"),
	UNREAD(FIN_WAIT1, "fin_wait1"),
	ABORT_RST(FIN_WAIT1, "fin_wait1"),
	TIMEOUT(FIN_WAIT1, "fin_wait1"),
	NO_MEMORY(FIN_WAIT1, "fin_wait1"),
	NO_NETNS(FIN_WAIT1, "fin_wait1"),
	ZERO_WINDOW(FIN_WAIT1, "fin_wait1"),
	REPAIR(FIN_WAIT1, "fin_wait1"),
	MPTCP(FIN_WAIT1, "fin_wait1"),
	DESTROYED(FIN_WAIT1, "fin_wait1", "snd RST"),
	UNKNOWN(FIN_WAIT1, "fin_wait1"),
	RESET(FIN_WAIT2, "fin_wait2",
	      "If the RST bit is set, then [...] Enter the CLOSED state, delete the TCB, and return.",
	      "3.10.7.4"),
	LATE_DATA(FIN_WAIT2, "fin_wait2",
		  "if new data is received after CLOSE is called, its TCP implementation SHOULD send a RST to show that data was lost (SHLD-3)",
		  MODEL_DOCUMENTED, "3.6.1"),
	UNREAD(FIN_WAIT2, "fin_wait2"),
	ABORT_RST(FIN_WAIT2, "fin_wait2"),
	KEEPALIVE(FIN_WAIT2, "fin_wait2"),
	{
		FROM_TO(FIN_WAIT2, CLOSE), .id = "fin_wait2-close-timeout",
		.standing = MODEL_LINUX, .manner = MODEL_ABRUPT,
		.trigger = MODEL_BY_TIMER, .causes = C(FIN_WAIT2_TIMEOUT),
		.contexts = ANY, .event = "TCP_LINGER2", .action = "snd RST",
		.by = "tcp_keepalive_timer(), __tcp_close(), tcp_rcv_state_process()",
		.section = "-",
		.wording =
			"The peer's FIN did not arrive in time, or Linux did not wait for it (TCP_LINGER2 below 0). The RFC has no limit.",
	},
	NO_MEMORY(FIN_WAIT2, "fin_wait2"),
	NO_NETNS(FIN_WAIT2, "fin_wait2"),
	REPAIR(FIN_WAIT2, "fin_wait2"),
	MPTCP(FIN_WAIT2, "fin_wait2"),
	DESTROYED(FIN_WAIT2, "fin_wait2", "snd RST"),
	UNKNOWN(FIN_WAIT2, "fin_wait2"),

	/* ---- abrupt ends after the peer has closed */
	RESET(CLOSE_WAIT, "close_wait",
	      "If the RST bit is set, then [...] Enter the CLOSED state, delete the TCB, and return.",
	      "3.10.7.4"),
	LATE_DATA(CLOSE_WAIT, "close_wait",
		  "Data beyond the peer's own FIN is answered with a RST. The RFC: \"This should not occur since a FIN has been received from the remote side. Ignore the segment text.\"",
		  MODEL_LINUX, "3.10.7.4"),
	UNREAD(CLOSE_WAIT, "close_wait"),
	ABORT_RST(CLOSE_WAIT, "close_wait"),
	TIMEOUT(CLOSE_WAIT, "close_wait"),
	KEEPALIVE(CLOSE_WAIT, "close_wait"),
	NOT_ACCEPTED(CLOSE_WAIT, "close_wait"),
	ZERO_WINDOW(CLOSE_WAIT, "close_wait"),
	REPAIR(CLOSE_WAIT, "close_wait"),
	MPTCP(CLOSE_WAIT, "close_wait"),
	DESTROYED(CLOSE_WAIT, "close_wait", "snd RST"),
	UNKNOWN(CLOSE_WAIT, "close_wait"),

	/* ---- abrupt ends after both ends have closed */
	RESET(CLOSING, "closing",
	      "If the RST bit is set, then enter the CLOSED state, delete the TCB, and return.",
	      "3.10.7.4"),
	LATE_DATA(CLOSING, "closing",
		  "Data beyond the peer's own FIN is answered with a RST. The RFC: \"This should not occur since a FIN has been received from the remote side. Ignore the segment text.\"",
		  MODEL_LINUX, "3.10.7.4"),
	UNREAD(CLOSING, "closing"),
	ABORT_OK(CLOSING, "closing"),
	TIMEOUT(CLOSING, "closing"),
	NO_MEMORY(CLOSING, "closing"),
	NO_NETNS(CLOSING, "closing"),
	ZERO_WINDOW(CLOSING, "closing"),
	REPAIR(CLOSING, "closing"),
	MPTCP(CLOSING, "closing"),
	DESTROYED(CLOSING, "closing", NULL),
	UNKNOWN(CLOSING, "closing"),
	RESET(LAST_ACK, "last_ack",
	      "If the RST bit is set, then enter the CLOSED state, delete the TCB, and return.",
	      "3.10.7.4"),
	LATE_DATA(LAST_ACK, "last_ack",
		  "Data beyond the peer's own FIN is answered with a RST. The RFC: \"This should not occur since a FIN has been received from the remote side. Ignore the segment text.\"",
		  MODEL_LINUX, "3.10.7.4"),
	UNREAD(LAST_ACK, "last_ack"),
	ABORT_OK(LAST_ACK, "last_ack"),
	TIMEOUT(LAST_ACK, "last_ack"),
	NO_MEMORY(LAST_ACK, "last_ack"),
	NO_NETNS(LAST_ACK, "last_ack"),
	ZERO_WINDOW(LAST_ACK, "last_ack"),
	REPAIR(LAST_ACK, "last_ack"),
	MPTCP(LAST_ACK, "last_ack"),
	DESTROYED(LAST_ACK, "last_ack", NULL),
	UNKNOWN(LAST_ACK, "last_ack"),

	/* ---- what the RFC allows after a RST */
	RST_TIME_WAIT(SYN_RECV, "syn_recv"),
	RST_TIME_WAIT(ESTABLISHED, "established"),
	RST_TIME_WAIT(CLOSE_WAIT, "close_wait"),
	RST_TIME_WAIT(LAST_ACK, "last_ack"),
};

const size_t edges_count = ARRAY_SIZE(edges_all);
