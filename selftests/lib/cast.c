// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes, threads and workers that get a connection, and bring it to where it is to be.
 */
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cast.h"
#include "lib/closing.h"
#include "lib/descriptor.h"
#include "lib/diag.h"
#include "lib/net.h"
#include "lib/patience.h"
#include "lib/procfile.h"
#include "lib/uring.h"

const char *const cast_names[] = { "processes", "first", "second", "innocent" };

struct stage *stage;

/* To the test, which closes its end when the case is over */
static int to;
/* To the second process, in the first */
static int second;

/* ---- the test's part */

int cast_open(int family)
{
	stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	if (stage == MAP_FAILED)
		return -errno;
	stage->family = family;
	return 0;
}

void cast_begin(int (*arrange)(void), int (*act)(int fd))
{
	memset(stage->pids, 0, sizeof(stage->pids));
	stage->pids[TEST] = getpid();
	stage->arrange = arrange;
	stage->act = act;
}

int cast_reuse(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (unsigned long)&pid,
		.set_tid_size = 1,
	};
	pid_t taken = syscall(SYS_clone3, &args, sizeof(args));

	if (!taken) {
		prctl(PR_SET_NAME, cast_names[INNOCENT]);
		close_range(3, ~0U, 0);
		for (;;)
			pause();
	}
	if (taken < 0)
		return -errno;
	stage->pids[INNOCENT] = taken;
	return taken == pid ? 0 : -ESRCH;
}

void cast_end(void)
{
	if (stage->pids[INNOCENT]) {
		kill(stage->pids[INNOCENT], SIGKILL);
		waitpid(stage->pids[INNOCENT], NULL, 0);
	}
	/* Unless the first has waited for it */
	if (stage->pids[SECOND])
		waitpid(stage->pids[SECOND], NULL, 0);
}

/* ---- what the processes do */

int cast_plays(int fd)
{
	to = fd;
	stage->pids[FIRST] = getpid();
	return stage->arrange();
}

static int note_ports(int fd)
{
	if (fd < 0)
		return -1;
	stage->lport = net_local_port(fd);
	stage->rport = net_remote_port(fd);
	return fd;
}

/* Return: a connection with the test, or -1 */
static int gets(void)
{
	union net_addr addr = net_loopback(stage->family, stage->port);

	if (stage->accepts)
		return note_ports(accept(stage->listener, NULL, NULL));
	return note_ports(net_connect(NULL, &addr));
}

static int holds(int unused)
{
	return net_wait(to, POLLRDHUP, patience_ms(6 * CAST_TIMEOUT_MS));
}

/* The connection is where it is to be: wait for the peer, or act. */
static int goes_on(int fd)
{
	struct linger abort = { .l_onoff = stage->aborts };
	char c;

	if (abort.l_onoff && setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort)))
		return 1;
	if (write(to, "", 1) != 1)
		return 1;
	if (!stage->act)
		return holds(fd);
	return read(to, &c, 1) != 1 || stage->act(fd);
}

/* Return: 0 in the second process, which waits for this one to say something in @from */
static pid_t fork_second(int from[2])
{
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, from))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NAME, cast_names[SECOND]);
		stage->pids[SECOND] = getpid();
		close(from[0]);
	} else {
		close(from[1]);
	}
	return pid;
}

static int waits_for(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) != pid || status;
}

int cast_has_it_alone(void)
{
	int fd = gets();

	return fd < 0 || goes_on(fd);
}

/* The parent has the socket, too. */
int cast_child_connects(void)
{
	union net_addr addr = net_loopback(stage->family, stage->port);
	int from[2], fd = socket(stage->family, SOCK_STREAM, 0);
	pid_t pid = fork_second(from);

	if (pid)
		return waits_for(pid);
	if (connect(fd, &addr.sa, net_addr_len(&addr)))
		_exit(1);
	_exit(note_ports(fd) < 0 || goes_on(fd));
}

/* As the children of a server do that has one listener for all */
int cast_child_gets(void)
{
	int from[2];
	pid_t pid = fork_second(from);

	if (pid)
		return waits_for(pid);
	_exit(cast_has_it_alone());
}

/* Inherited; @leave: what the parent does then with its own descriptor */
static int child_inherits_and(int (*leave)(int fd))
{
	int from[2], fd = gets();
	pid_t pid;
	char c;

	if (fd < 0)
		return 1;
	pid = fork_second(from);
	if (pid)
		return leave(fd) || close(from[0]) || waits_for(pid);
	/* Nothing is written: the parent has closed it, or is gone. */
	_exit(read(from[1], &c, 1) || goes_on(fd));
}

int cast_child_inherits(void)
{
	return child_inherits_and(closing_by_close);
}

static int leaves(int fd)
{
	_exit(0);
}

int cast_child_inherits_from_exited(void)
{
	return child_inherits_and(leaves);
}

int cast_child_inherits_from_killed(void)
{
	return child_inherits_and(closing_by_kill);
}

/* Both hold it; the parent acts. */
int cast_child_shares(void)
{
	int from[2], fd = gets();
	pid_t pid;

	if (fd < 0)
		return 1;
	pid = fork_second(from);
	if (!pid)
		_exit(holds(fd));
	return pid < 0 || goes_on(fd);
}

int cast_passes(void)
{
	int from[2], fd;
	pid_t pid = fork_second(from);

	if (!pid) {
		fd = descriptor_receive(from[1]);
		/* So that the other one has closed it */
		_exit(fd < 0 || descriptor_receive(from[1]) >= 0 || goes_on(fd));
	}
	fd = gets();
	return fd < 0 || descriptor_send(from[0], fd) || close(fd) || close(from[0]) ||
	       waits_for(pid);
}

int cast_passes_the_listener(void)
{
	int from[2];
	pid_t pid = fork_second(from);

	if (!pid) {
		close(stage->listener);
		stage->listener = descriptor_receive(from[1]);
		_exit(stage->listener < 0 || cast_has_it_alone());
	}
	return descriptor_send(from[0], stage->listener) || waits_for(pid);
}

/* The second does not receive it before the case is over. */
int cast_leaves_it_in_flight(void)
{
	int from[2], fd;
	pid_t pid = fork_second(from);

	if (!pid)
		_exit(holds(0));
	fd = gets();
	return fd < 0 || descriptor_send(from[0], fd) || close(fd) || goes_on(0);
}

int cast_passes_it_on(int fd)
{
	return descriptor_send(second, fd) || close(fd) || write(second, "", 1) != 1 ||
	       holds(0);
}

int cast_passes_when_told(void)
{
	int from[2], fd;
	pid_t pid = fork_second(from);
	char c;

	if (!pid) {
		fd = descriptor_receive(from[1]);
		_exit(fd < 0 || read(from[1], &c, 1) != 1 || write(to, "", 1) != 1 || holds(fd));
	}
	second = from[0];
	return cast_has_it_alone() || waits_for(pid);
}

/* An administrator's program, which never has it */
int cast_another_destroys_it(void)
{
	union net_addr local, remote;
	int from[2];
	pid_t pid = fork_second(from);
	char c;

	if (pid)
		return gets() < 0 || write(to, "", 1) != 1 || holds(0);
	if (read(to, &c, 1) != 1)
		_exit(1);
	local = net_loopback(stage->family, stage->lport);
	remote = net_loopback(stage->family, stage->rport);
	_exit(diag_destroy(&local, &remote) || holds(0));
}

/* After the first has closed it and exited, by a connection with the same ports */
int cast_another_takes_its_port(void)
{
	union net_addr local = net_loopback(stage->family, 0), remote;
	int from[2];
	pid_t pid = fork_second(from);
	char c;

	remote = net_loopback(stage->family, stage->port);
	if (pid)
		return goes_on(note_ports(net_connect(&local, &remote)));
	if (read(from[1], &c, 1) || read(to, &c, 1) != 1)
		_exit(1);
	local = net_loopback(stage->family, stage->lport);
	_exit(net_connect(&local, &remote) < 0 || holds(0));
}

/* ---- threads */

static void *gets_in_thread(void *unused)
{
	prctl(PR_SET_NAME, "thread");
	return (void *)(long)gets();
}

int cast_thread_gets(void)
{
	pthread_t thread;
	void *fd;

	if (pthread_create(&thread, NULL, gets_in_thread, NULL) || pthread_join(thread, &fd))
		return 1;
	return (long)fd < 0 || goes_on((long)fd);
}

static bool is_leader_gone(void)
{
	char stat[512];

	return procfile_read("/proc/self/stat", stat, sizeof(stat)) > 0 && strstr(stat, ") Z ");
}

static void *goes_on_alone(void *unused)
{
	int ms;

	prctl(PR_SET_NAME, "thread");
	for (ms = 0; ms < patience_ms(CAST_TIMEOUT_MS) && !is_leader_gone(); ms++)
		usleep(1000);
	_exit(!is_leader_gone() || cast_has_it_alone());
}

/* The first thread ends: /proc/PID/fd is empty. */
int cast_thread_outlives_the_first(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, goes_on_alone, NULL))
		return 1;
	/* pthread_exit() would need another library. */
	syscall(SYS_exit, 0);
	return 1;
}

static void *has_a_table_of_its_own(void *unused)
{
	prctl(PR_SET_NAME, "thread");
	_exit(unshare(CLONE_FILES) || cast_has_it_alone());
}

int cast_thread_has_its_own_table(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, has_a_table_of_its_own, NULL) ||
	       pthread_join(thread, NULL);
}

static void *closes_in_thread(void *fd)
{
	prctl(PR_SET_NAME, "thread");
	return (void *)(long)close(*(int *)fd);
}

int cast_thread_closes(int fd)
{
	pthread_t thread;
	void *status;

	return pthread_create(&thread, NULL, closes_in_thread, &fd) ||
	       pthread_join(thread, &status) || status;
}

/* ---- workers */

static void ask_for_connection(struct io_uring_sqe *request, const union net_addr *addr, int fd)
{
	if (stage->accepts) {
		request->opcode = IORING_OP_ACCEPT;
		request->fd = stage->listener;
		return;
	}
	request->opcode = IORING_OP_CONNECT;
	request->fd = fd;
	request->addr = (unsigned long)addr;
	request->off = net_addr_len(addr);
}

static int gets_by_ring(unsigned int flags)
{
	union net_addr addr = net_loopback(stage->family, stage->port);
	int fd = socket(stage->family, SOCK_STREAM | SOCK_CLOEXEC, 0), ret;
	struct io_uring_sqe request = { .flags = flags };
	struct uring ring;

	ask_for_connection(&request, &addr, fd);
	if (uring_open(&ring))
		return 1;
	ret = uring_submit(&ring, &request, true);
	if (stage->accepts)
		fd = ret;
	return ret < 0 || note_ports(fd) < 0 || goes_on(fd);
}

int cast_ring_gets(void)
{
	return gets_by_ring(0);
}

int cast_worker_gets(void)
{
	return gets_by_ring(IOSQE_ASYNC);
}

/* Only the ring has it, as a registered file: no descriptor is left. */
int cast_ring_holds(void)
{
	int fd = gets();
	struct uring ring;

	return fd < 0 || uring_open(&ring) ||
	       syscall(__NR_io_uring_register, ring.fd, IORING_REGISTER_FILES, &fd, 1) ||
	       close(fd) || goes_on(0);
}

/* The queue of one of both sockets has it, and that socket itself. */
int cast_cycle_holds(void)
{
	int pair[2], fd = gets();

	return fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) ||
	       descriptor_send(pair[0], fd) || descriptor_send(pair[0], pair[1]) ||
	       close(fd) || close(pair[1]) || goes_on(0);
}
