// SPDX-License-Identifier: GPL-2.0-only
/*
 * Right processes: who opened, held, closed and ended a connection, if that was an
 * ordinary process, a forked child, a thread, one that received the descriptor, one that
 * has exited or was killed since, or a worker. What can't be known is nobody's: no field
 * may name anyone else.
 *
 * The table is "matrix" below; each cell is a test with its name. It is in tcpclose(1),
 * OWNERS, in words.
 *
 * vm: --icount --smp 1 --slow
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/actor.h"
#include "lib/cast.h"
#include "lib/closing.h"
#include "lib/net.h"
#include "lib/told.h"
#include "lib/uring.h"
#include "lib/watcher.h"

/**
 * enum scene - what happens to the connection
 * @RESETS: the peer resets it; the line shown is that of CLOSE
 * @FINISHES: the peer sends a FIN (CLOSE_WAIT), then resets it (CLOSE)
 * @CLOSES: this end closes (FIN_WAIT1), then the peer (TIME_WAIT)
 * @LEAVES: this end closes (FIN_WAIT1), and the peer resets what is left (CLOSE)
 * @ABORTS: this end closes with SO_LINGER 0 (CLOSE)
 */
enum scene {
	RESETS,
	FINISHES,
	CLOSES,
	LEAVES,
	ABORTS,
};

/**
 * struct cell_case - a case of a cell of the matrix
 * @cell: row and column
 * @how: what is special
 * @scene: what happens
 * @accepts: the connection is accepted, not opened by connect()
 * @gone: the first process is gone before the peer acts
 * @reused: another process, innocent, has the number of the first since
 * @moves: at the FIN the socket is with one process, at the RST with another
 * @arrange: done by the first process: it gets the connection, and brings it to where it
 *	is to be
 * @act: what the process that has it then does; NULL: holds it
 * @status: exit status of the first process
 * @is: what watch says in the first line, as told_line() has it
 * @last: likewise, in the last; NULL: they are one
 * @after: likewise, after another process has taken the port; NULL: none does
 * @conn: what conns says, as told_conn() has it
 */
struct cell_case {
	const char *cell;
	const char *how;
	enum scene scene;
	bool accepts;
	bool gone;
	bool reused;
	bool moves;
	int (*arrange)(void);
	int (*act)(int fd);
	int status;
	const char *is;
	const char *last;
	const char *after;
	const char *conn;
};

static const struct cell_case *now;

/* ---- the matrix */

#define KILLED (128 + SIGKILL)

/*
 * Nobody is "nobody"; who is known by number only, since he is gone or another one acted,
 * is "(unnamed)"; "+1": so many others hold it, too.
 */
static const struct cell_case matrix[] = {
	/* Opened by: who called connect() or accept(), whoever has it since. */
	{ .cell = "opened_by_process", .how = "connect()",
	  .arrange = cast_has_it_alone,
	  .is = "nobody | first proc | first connect",
	  .conn = "first | first | nobody" },
	{ .cell = "opened_by_process", .how = "accept()",
	  .accepts = true, .arrange = cast_has_it_alone,
	  .is = "nobody | first proc | first accept",
	  .conn = "first | first | nobody" },
	{ .cell = "opened_by_forked_child", .how = "connect(), the socket is the parent's",
	  .arrange = cast_child_connects,
	  .is = "nobody | first proc+1 | second connect",
	  .conn = "first | second | nobody" },
	{ .cell = "opened_by_forked_child", .how = "accept(), the listener is the parent's",
	  .accepts = true, .arrange = cast_child_gets,
	  .is = "nobody | second proc | second accept",
	  .conn = "second | second | nobody" },
	{ .cell = "opened_by_thread", .how = "connect(): the process is named",
	  .arrange = cast_thread_gets,
	  .is = "nobody | first proc | first connect",
	  .conn = "first | first | nobody" },
	{ .cell = "opened_by_thread", .how = "accept(): likewise",
	  .accepts = true, .arrange = cast_thread_gets,
	  .is = "nobody | first proc | first accept",
	  .conn = "first | first | nobody" },
	{ .cell = "opened_by_passed_descriptor",
	  .how = "of the connection: its sender has accepted it",
	  .accepts = true, .arrange = cast_passes,
	  .is = "nobody | second proc | first accept",
	  .conn = "second | first | nobody" },
	{ .cell = "opened_by_passed_descriptor", .how = "of the listener: its receiver accepts",
	  .accepts = true, .arrange = cast_passes_the_listener,
	  .is = "nobody | second proc | second accept",
	  .conn = "second | second | nobody" },
	{ .cell = "opened_by_exited", .how = "connect(): known by number",
	  .gone = true, .arrange = cast_child_inherits_from_exited,
	  .is = "nobody | second proc | first (unnamed) connect",
	  .conn = "second | first (unnamed) | nobody" },
	{ .cell = "opened_by_exited", .how = "accept(), and another process has the number since",
	  .accepts = true, .gone = true, .reused = true,
	  .arrange = cast_child_inherits_from_exited,
	  .is = "nobody | second proc | first (unnamed) accept",
	  .conn = "second | first (unnamed) | nobody" },
	{ .cell = "opened_by_killed", .how = "connect(): likewise",
	  .gone = true, .arrange = cast_child_inherits_from_killed, .status = KILLED,
	  .is = "nobody | second proc | first (unnamed) connect",
	  .conn = "second | first (unnamed) | nobody" },
	{ .cell = "opened_by_killed", .how = "connect(), and another process has the number since",
	  .gone = true, .reused = true,
	  .arrange = cast_child_inherits_from_killed, .status = KILLED,
	  .is = "nobody | second proc | first (unnamed) connect",
	  .conn = "second | first (unnamed) | nobody" },
	{ .cell = "opened_by_worker", .how = "connect() of io_uring: its process",
	  .arrange = cast_worker_gets,
	  .is = "nobody | first proc | first connect",
	  .conn = "first | first | nobody" },
	{ .cell = "opened_by_worker", .how = "accept() of io_uring: its process",
	  .accepts = true, .arrange = cast_worker_gets,
	  .is = "nobody | first proc | first accept",
	  .conn = "first | first | nobody" },
	{ .cell = "opened_by_worker", .how = "accept() of io_uring, without a worker",
	  .accepts = true, .arrange = cast_ring_gets,
	  .is = "nobody | first proc | first accept",
	  .conn = "first | first | nobody" },

	/* Held by: who has a descriptor when the peer acts. */
	{ .cell = "held_by_process", .how = "which opened it",
	  .scene = FINISHES, .arrange = cast_has_it_alone,
	  .is = "nobody | first proc | nobody",
	  .last = "nobody | first proc | first connect",
	  .conn = "first | first | nobody" },
	{ .cell = "held_by_forked_child", .how = "alone",
	  .scene = FINISHES, .arrange = cast_child_inherits,
	  .is = "nobody | second proc | nobody",
	  .last = "nobody | second proc | first connect",
	  .conn = "second | first | nobody" },
	{ .cell = "held_by_forked_child", .how = "and its parent",
	  .scene = FINISHES, .arrange = cast_child_shares,
	  .is = "nobody | first proc+1 | nobody",
	  .last = "nobody | first proc+1 | first connect",
	  .conn = "first | first | nobody" },
	{ .cell = "held_by_thread", .how = "which opened it: all of a process have it",
	  .scene = FINISHES, .arrange = cast_thread_gets,
	  .is = "nobody | first proc | nobody",
	  .last = "nobody | first proc | first connect",
	  .conn = "first | first | nobody" },
	{ .cell = "held_by_thread", .how = "and the first thread has ended",
	  .scene = FINISHES, .arrange = cast_thread_outlives_the_first,
	  .is = "nobody | first proc | nobody",
	  .last = "nobody | first proc | first connect",
	  .conn = "first | first | nobody" },
	{ .cell = "held_by_thread", .how = "with a table of its own (CLONE_FILES): not found",
	  .scene = FINISHES, .arrange = cast_thread_has_its_own_table,
	  .is = "nobody | nobody | nobody",
	  .last = "nobody | first connect | first connect",
	  .conn = "first | first | nobody" },
	{ .cell = "held_by_passed_descriptor", .how = "its receiver",
	  .scene = FINISHES, .arrange = cast_passes,
	  .is = "nobody | second proc | nobody",
	  .last = "nobody | second proc | first connect",
	  .conn = "second | first | nobody" },
	{ .cell = "held_by_passed_descriptor", .how = "in flight: nobody has it",
	  .scene = FINISHES, .arrange = cast_leaves_it_in_flight,
	  .is = "nobody | nobody | nobody",
	  .last = "nobody | first connect | first connect",
	  .conn = "first | first | nobody" },
	{ .cell = "held_by_passed_descriptor", .how = "passed after its sender was found",
	  .scene = FINISHES, .moves = true,
	  .arrange = cast_passes_when_told, .act = cast_passes_it_on,
	  .is = "nobody | first proc | nobody",
	  .last = "nobody | second proc | first connect",
	  .conn = "second | first | nobody" },
	{ .cell = "held_by_exited", .how = "its child has it",
	  .scene = FINISHES, .gone = true, .arrange = cast_child_inherits_from_exited,
	  .is = "nobody | second proc | nobody",
	  .last = "nobody | second proc | first (unnamed) connect",
	  .conn = "second | first (unnamed) | nobody" },
	{ .cell = "held_by_exited", .how = "which was found before",
	  .scene = FINISHES, .gone = true, .moves = true,
	  .arrange = cast_child_shares, .act = closing_by_exit,
	  .is = "nobody | first proc+1 | nobody",
	  .last = "nobody | second proc | first (unnamed) connect",
	  .conn = "second | first (unnamed) | nobody" },
	{ .cell = "held_by_exited", .how = "nobody else: whose it was",
	  .scene = CLOSES, .arrange = cast_has_it_alone, .act = closing_by_exit,
	  .is = "first exit | nobody | first connect",
	  .last = "nobody | first exit | nobody",
	  .conn = "first | first | first exit" },
	{ .cell = "held_by_killed", .how = "its child has it",
	  .scene = FINISHES, .gone = true,
	  .arrange = cast_child_inherits_from_killed, .status = KILLED,
	  .is = "nobody | second proc | nobody",
	  .last = "nobody | second proc | first (unnamed) connect",
	  .conn = "second | first (unnamed) | nobody" },
	{ .cell = "held_by_killed",
	  .how = "which was found before, and another process has the number since",
	  .scene = FINISHES, .gone = true, .reused = true, .moves = true,
	  .arrange = cast_child_shares, .act = closing_by_kill, .status = KILLED,
	  .is = "nobody | first proc+1 | nobody",
	  .last = "nobody | second proc | first (unnamed) connect",
	  .conn = "second | first (unnamed) | nobody" },
	{ .cell = "held_by_worker",
	  .how = "a file registered with io_uring: nobody has a descriptor",
	  .scene = FINISHES, .arrange = cast_ring_holds,
	  .is = "nobody | nobody | nobody",
	  .last = "nobody | first connect | first connect",
	  .conn = "first | first | nobody" },
	{ .cell = "held_by_worker", .how = "what the kernel has to collect: likewise",
	  .scene = FINISHES, .arrange = cast_cycle_holds,
	  .is = "nobody | nobody | nobody",
	  .last = "nobody | first connect | first connect",
	  .conn = "first | first | nobody" },

	/* Closed by: whose call let go of the last descriptor. */
	{ .cell = "closed_by_process", .how = "close()",
	  .scene = CLOSES, .arrange = cast_has_it_alone, .act = closing_by_close,
	  .is = "first close | nobody | first connect",
	  .last = "nobody | first close | nobody",
	  .conn = "first | first | first close" },
	{ .cell = "closed_by_forked_child",
	  .how = "its parent's close() before that ended nothing",
	  .scene = CLOSES, .arrange = cast_child_inherits, .act = closing_by_close,
	  .is = "second close | nobody | first (unnamed) connect",
	  .last = "nobody | second close | nobody",
	  .conn = "second | first (unnamed) | second close" },
	{ .cell = "closed_by_thread", .how = "close(): both are named",
	  .scene = CLOSES, .arrange = cast_has_it_alone, .act = cast_thread_closes,
	  .is = "first/thread close | nobody | first connect",
	  .last = "nobody | first close | nobody",
	  .conn = "first | first | first close" },
	{ .cell = "closed_by_thread", .how = "which reads while another calls close()",
	  .scene = CLOSES, .arrange = cast_has_it_alone, .act = closing_while_read,
	  .is = "first/reader other, deferred | nobody | first connect",
	  .last = "nobody | nobody | nobody",
	  .conn = "first | first | first other" },
	{ .cell = "closed_by_passed_descriptor", .how = "its receiver",
	  .scene = CLOSES, .arrange = cast_passes, .act = closing_by_close,
	  .is = "second close | nobody | first (unnamed) connect",
	  .last = "nobody | second close | nobody",
	  .conn = "second | first (unnamed) | second close" },
	{ .cell = "closed_by_passed_descriptor", .how = "in flight: who drops the message",
	  .scene = CLOSES, .arrange = cast_has_it_alone, .act = closing_in_flight,
	  .is = "first close | nobody | first connect",
	  .last = "nobody | first close | nobody",
	  .conn = "first | first | first close" },
	{ .cell = "closed_by_exited", .how = "exit is its call",
	  .scene = CLOSES, .arrange = cast_has_it_alone, .act = closing_by_exit,
	  .is = "first exit | nobody | first connect",
	  .last = "nobody | first exit | nobody",
	  .conn = "first | first | first exit" },
	{ .cell = "closed_by_exited", .how = "its parent has exited before: that closed nothing",
	  .scene = CLOSES, .gone = true,
	  .arrange = cast_child_inherits_from_exited, .act = closing_by_exit,
	  .is = "second exit | nobody | first (unnamed) connect",
	  .last = "nobody | second exit | nobody",
	  .conn = "second | first (unnamed) | second exit" },
	{ .cell = "closed_by_killed", .how = "kill is its call",
	  .scene = CLOSES, .arrange = cast_has_it_alone, .act = closing_by_kill, .status = KILLED,
	  .is = "first kill | nobody | first connect",
	  .last = "nobody | first kill | nobody",
	  .conn = "first | first | first kill" },
	{ .cell = "closed_by_worker",
	  .how = "of io_uring: its process, and the worker as a thread",
	  .scene = CLOSES, .arrange = cast_has_it_alone, .act = closing_by_ring_worker,
	  .is = "first/iou-wrk io_uring | nobody | first connect",
	  .last = "nobody | first io_uring | nobody",
	  .conn = "first | first | first io_uring" },
	{ .cell = "closed_by_worker",
	  .how = "of the kernel, which collects what none holds: no process",
	  .scene = CLOSES, .arrange = cast_has_it_alone, .act = closing_in_a_cycle,
	  .is = "kernel, deferred | first (unnamed) connect | first (unnamed) connect",
	  .last = "nobody | nobody | nobody",
	  .conn = "first (unnamed) | first (unnamed) | kernel" },

	/* Ended by: whose call cut it; of what the peer or a timer ends, nobody. */
	{ .cell = "ended_by_process", .how = "close()",
	  .scene = ABORTS, .arrange = cast_has_it_alone, .act = closing_by_close,
	  .is = "first close | nobody | first connect",
	  .conn = "first | first | first close" },
	{ .cell = "ended_by_process", .how = "of the peer, after this end was closed",
	  .scene = LEAVES, .arrange = cast_has_it_alone, .act = closing_by_close,
	  .is = "first close | nobody | first connect",
	  .last = "nobody | first close | nobody",
	  .conn = "first | first | first close" },
	{ .cell = "ended_by_process", .how = "of an administrator, whose it never was",
	  .scene = ABORTS, .arrange = cast_another_destroys_it,
	  .is = "second send | first proc | first (unnamed) connect",
	  .conn = "first | first (unnamed) | second send" },
	{ .cell = "ended_by_process", .how = "whose connect() takes the port of its TIME_WAIT",
	  .scene = CLOSES, .arrange = cast_another_takes_its_port, .act = closing_by_close,
	  .is = "first close | nobody | first connect",
	  .last = "nobody | first close | nobody",
	  .after = "second connect | first close | nobody",
	  .conn = "first | first | first close" },
	{ .cell = "ended_by_forked_child", .how = "not by its parent, which opened it",
	  .scene = ABORTS, .arrange = cast_child_inherits, .act = closing_by_close,
	  .is = "second close | nobody | first (unnamed) connect",
	  .conn = "second | first (unnamed) | second close" },
	{ .cell = "ended_by_thread", .how = "both are named",
	  .scene = ABORTS, .arrange = cast_has_it_alone, .act = cast_thread_closes,
	  .is = "first/thread close | nobody | first connect",
	  .conn = "first | first | first close" },
	{ .cell = "ended_by_passed_descriptor", .how = "its receiver",
	  .scene = ABORTS, .arrange = cast_passes, .act = closing_by_close,
	  .is = "second close | nobody | first (unnamed) connect",
	  .conn = "second | first (unnamed) | second close" },
	{ .cell = "ended_by_exited", .how = "exit is its call",
	  .scene = ABORTS, .arrange = cast_has_it_alone, .act = closing_by_exit,
	  .is = "first exit | nobody | first connect",
	  .conn = "first | first | first exit" },
	{ .cell = "ended_by_exited", .how = "the peer ends what it has left",
	  .scene = LEAVES, .arrange = cast_has_it_alone, .act = closing_by_exit,
	  .is = "first exit | nobody | first connect",
	  .last = "nobody | first exit | nobody",
	  .conn = "first | first | first exit" },
	{ .cell = "ended_by_killed", .how = "kill is its call",
	  .scene = ABORTS, .arrange = cast_has_it_alone, .act = closing_by_kill, .status = KILLED,
	  .is = "first kill | nobody | first connect",
	  .conn = "first | first | first kill" },
	{ .cell = "ended_by_worker", .how = "of io_uring",
	  .scene = ABORTS, .arrange = cast_has_it_alone, .act = closing_by_ring_worker,
	  .is = "first/iou-wrk io_uring | nobody | first connect",
	  .conn = "first | first | first io_uring" },
	{ .cell = "ended_by_worker", .how = "of the kernel: no process",
	  .scene = ABORTS, .arrange = cast_has_it_alone, .act = closing_in_a_cycle,
	  .is = "kernel, deferred | first (unnamed) connect | first (unnamed) connect",
	  .conn = "first (unnamed) | first (unnamed) | kernel" },
};

/* The other end of an abort: nobody's call, and the test's own connection */
#define OF_THE_PEER "nobody | processes proc | processes accept"

/* ---- the test's part */

FIXTURE(processes)
{
	struct watcher *watch;
	struct watcher *conns;
};

FIXTURE_VARIANT(processes)
{
	int family;
};

FIXTURE_VARIANT_ADD(processes, ipv4)
{
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(processes, ipv6)
{
	.family = AF_INET6,
};

FIXTURE_SETUP(processes)
{
	ASSERT_EQ(0, cast_open(variant->family));
	/* To wait for children of processes that are gone */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	self->watch = watcher_start("exec tcpclose watch --json");
	ASSERT_NE(NULL, self->watch);
	self->conns = watcher_start("exec tcpclose conns --json");
	ASSERT_NE(NULL, self->conns);
	ASSERT_EQ(0, net_enter());
	ASSERT_EQ(0, watcher_await_start(self->watch));
	ASSERT_EQ(0, watcher_await_start(self->conns));
}

FIXTURE_TEARDOWN(processes)
{
	watcher_kill(self->watch);
	watcher_kill(self->conns);
}

/* The first process is gone, and another one may have its number. Return: 0 or -errno */
static int end_first(struct actor *actor)
{
	int status = actor_wait(actor);

	if (status != now->status)
		return -ECHILD;
	if (!now->reused)
		return 0;
	return cast_reuse(actor->pid);
}

#define EXPECT_LINE(watcher, lport, rport, new, expected) do { \
	const char *_line = watcher_await(watcher, lport, rport, new, CAST_TIMEOUT_MS); \
\
	EXPECT_STREQ(expected, told_line(_line)) \
	{ \
		TH_LOG("%s, %s: %s", now->cell, now->how, _line); \
	} \
} while (0)

static int begin_scene(int end, int peer)
{
	switch (now->scene) {
	case RESETS:
		return net_abort(peer);
	case FINISHES:
		return shutdown(peer, SHUT_WR);
	default:
		return write(end, "", 1) != 1;
	}
}

/* The case runs until its last line. */
static void run_scene(struct __test_metadata *_metadata, struct watcher *watch, int end,
		      int peer, struct actor *actor)
{
	static const char *const first_states[] = {
		[RESETS] = "CLOSE",
		[FINISHES] = "CLOSE_WAIT",
		[CLOSES] = "FIN_WAIT1",
		[LEAVES] = "FIN_WAIT1",
		[ABORTS] = "CLOSE",
	};
	uint16_t lport = stage->lport, rport = stage->rport;
	char c;

	ASSERT_EQ(0, begin_scene(end, peer));
	EXPECT_LINE(watch, lport, rport, first_states[now->scene], now->is);
	if (now->moves) {
		ASSERT_EQ(1, write(end, "", 1));
		ASSERT_EQ(now->gone ? 0 : 1, now->gone ? end_first(actor) : read(end, &c, 1));
	}
	if (now->scene == CLOSES) {
		ASSERT_EQ(0, close(peer));
		EXPECT_LINE(watch, lport, rport, "TIME_WAIT", now->last);
	} else if (now->last) {
		ASSERT_EQ(0, net_abort(peer));
		EXPECT_LINE(watch, lport, rport, "CLOSE", now->last);
	}
	if (now->after) {
		ASSERT_EQ(1, write(end, "", 1));
		EXPECT_LINE(watch, lport, rport, "CLOSE", now->after);
	}
	if (now->scene == ABORTS)
		EXPECT_LINE(watch, rport, lport, "CLOSE", OF_THE_PEER);
}

static int meet(void)
{
	union net_addr addr = net_loopback(stage->family, stage->port);

	return now->accepts ? net_connect(NULL, &addr) : accept(stage->listener, NULL, NULL);
}

static void run_case(struct __test_metadata *_metadata, struct watcher *watch,
		     struct watcher *conns)
{
	union net_addr addr = net_loopback(stage->family, 0);
	struct actor actor;
	const char *line;
	int ends[2], peer;
	char c;

	cast_begin(now->arrange, now->act);
	stage->accepts = now->accepts;
	stage->aborts = now->scene == ABORTS;
	stage->listener = net_listen(&addr, 1);
	ASSERT_LE(0, stage->listener);
	stage->port = net_local_port(stage->listener);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	ASSERT_EQ(0, actor_start(&actor, cast_names[FIRST], cast_plays, ends[1]));
	close(ends[1]);
	ASSERT_EQ(0, actor_go(&actor));
	peer = meet();
	ASSERT_LE(0, peer);
	ASSERT_EQ(1, read(ends[0], &c, 1));
	ASSERT_EQ(0, now->gone && !now->moves ? end_first(&actor) : 0);
	run_scene(_metadata, watch, ends[0], peer, &actor);
	line = watcher_await(conns, stage->lport, stage->rport, NULL, CAST_TIMEOUT_MS);
	EXPECT_STREQ(now->conn, told_conn(line))
	{
		TH_LOG("%s, %s: %s", now->cell, now->how, line);
	}
	ASSERT_EQ(0, shutdown(ends[0], SHUT_WR));
	EXPECT_EQ(now->status, now->gone ? now->status : actor_wait(&actor));
	cast_end();
	close(ends[0]);
	close(stage->listener);
}

static void run_cell(struct __test_metadata *_metadata, struct watcher *watch,
		     struct watcher *conns, const char *cell)
{
	const struct cell_case *end = matrix + ARRAY_SIZE(matrix);
	unsigned int count = 0;

	if (strstr(cell, "worker") && uring_missing())
		SKIP(return, "no io_uring in this kernel");
	for (now = matrix; now < end; now++) {
		if (strcmp(now->cell, cell))
			continue;
		TH_LOG("%s: %s", now->cell, now->how);
		run_case(_metadata, watch, conns);
		count++;
	}
	ASSERT_LT(0, count);
}

#define CELL(cell) \
	TEST_F_TIMEOUT(processes, cell, 60) \
	{ \
		run_cell(_metadata, self->watch, self->conns, #cell); \
	}

#define ROW(row) \
	CELL(row##_by_process) \
	CELL(row##_by_forked_child) \
	CELL(row##_by_thread) \
	CELL(row##_by_passed_descriptor) \
	CELL(row##_by_exited) \
	CELL(row##_by_killed) \
	CELL(row##_by_worker)

ROW(opened)
ROW(held)
ROW(closed)
ROW(ended)

TEST_HARNESS_MAIN
