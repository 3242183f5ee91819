// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may do what with /dev/tcpclose: every cell of the tables in
 * Documentation/isolation.rst, which are made from lib/rules.c.
 *
 * Each user opens the device and tries every operation; then tries every operation
 * with a file that another process opened. visibility.c tests which connections of
 * other users are visible.
 *
 * The parent, which may enter every namespace, makes connections when a user asks for
 * them.
 */
/* vm: --smp 1 --disruptive */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/rules.h"
#include "lib/traffic.h"
#include "lib/viewer.h"

/* Answers that a user receives, in memory shared with the parent */
struct answers {
	char opened[16];
	char operations[RULES_OPERATIONS][16];
};

struct user {
	const struct rules_viewer *viewer;
	struct answers *answers;
	int ask;
	int asked;
	unsigned int home; /* inode of the file's network namespace */
	int fd;
};

static const char *error_name(int error)
{
	return strerrorname_np(error) ?: "?";
}

static const char *yes_or_error(int ret)
{
	return ret < 0 ? error_name(-ret) : RULES_YES;
}

/* 'h': in the file's network namespace; 'e': in another one */
static void have_connection(const struct user *user, char where)
{
	if (write(user->ask, &where, 1) != 1 || read(user->asked, &where, 1) != 1)
		_exit(1);
}

static const char *all_or_own(bool elsewhere, bool home)
{
	if (!home)
		return "nothing";
	return elsewhere ? RULES_ALL : RULES_OWN;
}

static const char *try_poll(const struct user *user)
{
	bool elsewhere, home;

	lseek(user->fd, 0, SEEK_END);
	have_connection(user, 'e');
	elsewhere = device_readable_ms(user->fd, 100) == 1;
	have_connection(user, 'h');
	home = device_readable_ms(user->fd, 5000) == 1;
	return all_or_own(elsewhere, home);
}

static const char *try_read(const struct user *user)
{
	bool elsewhere = false, home = false;
	struct device_log log = {};
	size_t i;

	lseek(user->fd, 0, SEEK_END);
	have_connection(user, 'e');
	have_connection(user, 'h');
	if (device_readable_ms(user->fd, 5000) != 1 ||
	    device_log_drain(&log, user->fd))
		return "nothing";
	for (i = 0; i < log.count; i++) {
		if (!device_is_transition(&log.records[i]))
			continue;
		if (log.records[i].netns_inode == user->home)
			home = true;
		else
			elsewhere = true;
	}
	device_log_free(&log);
	return all_or_own(elsewhere, home);
}

static const char *try_map(const struct user *user, int protection, int flags,
			   int then)
{
	size_t size = getpagesize();
	const char *answer = RULES_YES;
	void *base = mmap(NULL, size, protection, flags, user->fd, 0);

	if (base == MAP_FAILED)
		return error_name(errno);
	if (then && mprotect(base, size, then))
		answer = error_name(errno);
	munmap(base, size);
	return answer;
}

static const char *try_wakeup(const struct user *user, __u32 watermark,
			      __u32 delay_us)
{
	struct tcpclose_wakeup wakeup = {
		.watermark = watermark,
		.delay_us = delay_us,
	};

	return yes_or_error(
		device_ioctl(user->fd, TCPCLOSE_IOC_WAKEUP, &wakeup));
}

static const char *try_conns(const struct user *user)
{
	struct tcpclose_conn conn;
	struct tcpclose_conns_request request = {
		.buf = (uintptr_t)&conn,
		.count = 1,
		.size = sizeof(conn),
	};

	return yes_or_error(device_ioctl(user->fd, TCPCLOSE_IOC_CONNS, &request));
}

static const char *try_open_for_writing(void)
{
	int fd = device_open(O_RDWR), only = device_open(O_WRONLY);

	return fd == only ? yes_or_error(fd) : "both";
}

static const char *what_it_shows(int fd)
{
	struct tcpclose_geometry geometry = {};

	if (fd < 0)
		return error_name(-fd);
	if (device_geometry(fd, &geometry))
		return error_name(errno);
	return geometry.visible ? RULES_ALL : RULES_OWN;
}

static const char *try_one(const struct user *user,
			   enum rules_operation_number which)
{
	struct tcpclose_version version = {};
	struct tcpclose_cursor cursor = {};
	struct tcpclose_hook hook = {};
	struct tcpclose_stats stats;

	switch (which) {
	case RULES_OPEN_FOR_WRITING:
		return try_open_for_writing();
	case RULES_READ:
		return try_read(user);
	case RULES_POLL:
		return try_poll(user);
	case RULES_LSEEK:
		return yes_or_error(lseek(user->fd, 0, SEEK_SET) ? -errno : 0);
	case RULES_WRITE:
		return yes_or_error(write(user->fd, "", 1) < 0 ? -errno : 0);
	case RULES_MMAP:
		return try_map(user, PROT_READ, MAP_SHARED, 0);
	case RULES_MMAP_PRIVATE:
		return try_map(user, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	case RULES_MMAP_SHARED:
		return try_map(user, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	case RULES_MPROTECT:
		return try_map(user, PROT_READ, MAP_PRIVATE,
			       PROT_READ | PROT_WRITE);
	case RULES_VERSION:
		return yes_or_error(device_ioctl(
			user->fd, TCPCLOSE_IOC_VERSION, &version));
	case RULES_GEOMETRY:
		return what_it_shows(user->fd);
	case RULES_CURSOR:
		return yes_or_error(device_cursor(user->fd, 0, &cursor));
	case RULES_WAKEUP_ASK:
		return try_wakeup(user, 0, 0);
	case RULES_WAKEUP_WATERMARK:
		return try_wakeup(user, 1, 0);
	case RULES_WAKEUP_DELAY:
		return try_wakeup(user, 0, 1);
	case RULES_STATS:
		return yes_or_error(device_stats(user->fd, &stats));
	case RULES_STATS_RESET:
		return yes_or_error(device_ioctl(
			user->fd, TCPCLOSE_IOC_STATS_RESET, NULL));
	case RULES_HOOK:
		return yes_or_error(
			device_ioctl(user->fd, TCPCLOSE_IOC_HOOK, &hook));
	case RULES_CONNS:
		return try_conns(user);
	case RULES_UNKNOWN:
		return yes_or_error(device_ioctl(
			user->fd, _IO(TCPCLOSE_IOC_MAGIC, 99), NULL));
	case RULES_OPERATIONS:
		break;
	}
	return "";
}

static void answer(char *to, const char *text)
{
	snprintf(to, sizeof(((struct answers *)NULL)->opened), "%s", text);
}

/* With a newly opened file, or with @given, if that is a descriptor */
static void be_user(struct user *user, const struct viewer_places *places,
		    int given)
{
	char path[32];
	int i, own;

	if (viewer_become(user->viewer, places)) {
		answer(user->answers->opened, "nobody");
		return;
	}
	if (given < 0) {
		user->home = namespace_inode();
		own = device_open(O_RDONLY | O_NONBLOCK);
		user->fd = own;
	} else {
		/* The file behind a descriptor can be opened again by its path in /proc */
		user->fd = given;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", given);
		own = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		own = own < 0 ? -errno : own;
	}
	answer(user->answers->opened, what_it_shows(own));
	if (user->fd < 0)
		return;
	for (i = 0; i < RULES_OPERATIONS; i++)
		answer(user->answers->operations[i], try_one(user, i));
}

/*
 * Make the connections that a user asks for, until the user ends. The user asks only
 * after it has entered its last namespace.
 */
static void serve(int asked, int ask, pid_t child, int home, int elsewhere)
{
	struct traffic traffic = {
		.family = AF_INET,
		.closes = TRAFFIC_LINGER,
		.cycles = 1,
	};
	char where, path[32];
	int there = home;

	while (read(asked, &where, 1) == 1) {
		if (there < 0) {
			snprintf(path, sizeof(path), "/proc/%d/ns/net", child);
			there = open(path, O_RDONLY | O_CLOEXEC);
		}
		traffic.netns = where == 'h' ? there : elsewhere;
		if (traffic_run(&traffic) != 1 || write(ask, &where, 1) != 1)
			break;
	}
	if (there != home)
		close(there);
}

/* An open file, and the namespace where it was opened */
struct opened {
	int fd;
	int netns;
};

static const struct opened none = { -1, -1 };

/* Let a user try every operation, with @given if that is a descriptor */
static void try_all(const struct rules_viewer *viewer,
		    const struct viewer_places *places, int elsewhere,
		    struct opened given, struct answers *answers)
{
	struct stat status = {};
	struct user user = {
		.viewer = viewer,
		.answers = answers,
		.fd = -1,
	};
	int up[2], down[2];
	pid_t child;

	memset(answers, 0, sizeof(*answers));
	if (given.netns >= 0 && !fstat(given.netns, &status))
		user.home = status.st_ino;
	if (pipe2(up, O_CLOEXEC) || pipe2(down, O_CLOEXEC))
		ksft_exit_fail_perror("pipe2");
	child = fork();
	if (child < 0)
		ksft_exit_fail_perror("fork");
	if (!child) {
		close(up[0]);
		close(down[1]);
		user.ask = up[1];
		user.asked = down[0];
		be_user(&user, places, given.fd);
		_exit(0);
	}
	close(up[1]);
	close(down[0]);
	serve(up[0], down[1], child, given.netns, elsewhere);
	close(up[0]);
	close(down[1]);
	waitpid(child, NULL, 0);
}

static void describe(const struct rules_viewer *viewer, char *text, size_t size)
{
	snprintf(text, size, "%s %s CAP_NET_ADMIN, %s userns, %s netns",
		 viewer->root ? "root" : "user",
		 viewer->capable ? "with" : "without",
		 viewer->confined ? "own" : "initial", rules_netns_name(viewer));
}

static const char *expected(enum rules_operation_number which, const char *shows)
{
	const struct rules_operation *operation = &rules_operations[which];

	if (!strcmp(shows, RULES_ALL))
		return operation->all;
	return strcmp(shows, RULES_OWN) ? "" : operation->own;
}

/* Report one result for each cell; with @answers NULL only return the number of cells */
static unsigned int check(const struct rules_viewer *viewer, bool opened,
			  const struct answers *answers)
{
	const char *shows = opened ? viewer->opened : viewer->closed;
	unsigned int i, cells = 1;
	char who[128];

	describe(viewer, who, sizeof(who));
	if (answers)
		ksft_test_result(!strcmp(answers->opened, shows),
				 "%s, mode %s, open(): %s is %s\n", who,
				 opened ? "0666" : "0600", answers->opened,
				 shows);
	for (i = 0; i < RULES_OPERATIONS && *expected(i, shows); i++, cells++) {
		if (!answers)
			continue;
		ksft_test_result(!strcmp(answers->operations[i],
					 expected(i, shows)),
				 "%s, mode %s, %s: %s is %s\n", who,
				 opened ? "0666" : "0600",
				 rules_operations[i].name,
				 answers->operations[i], expected(i, shows));
	}
	return cells;
}

/*
 * With another process's file every operation has the result that it has for that
 * process, except to open the device again: that depends on the user.
 */
static void check_passed(const struct rules_viewer *viewer, const char *shows,
			 const struct answers *answers)
{
	const char *differs = NULL;
	char who[128];
	int i;

	describe(viewer, who, sizeof(who));
	if (strcmp(answers->opened, viewer->opened))
		differs = "open() of what is behind it";
	for (i = 0; i < RULES_OPERATIONS; i++)
		if (i != RULES_OPEN_FOR_WRITING &&
		    strcmp(answers->operations[i], expected(i, shows))) {
			differs = rules_operations[i].name;
			ksft_print_msg("%s is %s\n", differs,
				       answers->operations[i]);
		}
	ksft_test_result(!differs, "a file that shows %s, passed to %s%s%s\n",
			 shows, who, differs ? ": " : "", differs ?: "");
}

static int open_in(int netns)
{
	int before = namespace_enter(netns), fd;

	if (before < 0)
		return before;
	fd = device_open(O_RDONLY | O_NONBLOCK);
	namespace_leave(before);
	return fd;
}

static unsigned int plan(void)
{
	unsigned int i, cells = 0;

	for (i = 0; i < RULES_VIEWERS; i++)
		cells += check(&rules_viewers[i], false, NULL) +
			 check(&rules_viewers[i], true, NULL) + 2;
	return cells;
}

int main(void)
{
	struct viewer_places places;
	struct opened all, own;
	struct answers *answers;
	int elsewhere, opened;
	unsigned int i;

	ksft_print_header();
	answers = mmap(NULL, sizeof(*answers), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* In a guest the root directory may be accessible to root only */
	if (answers == MAP_FAILED || module_reload("ring_records=1024") ||
	    chmod("/", 0755) || viewer_places_make(&places))
		ksft_exit_fail_msg("nothing to try it on\n");
	elsewhere = namespace_new();
	all = (struct opened){ open_in(places.initial), places.initial };
	own = (struct opened){ open_in(places.another), places.another };
	if (elsewhere < 0 || all.fd < 0 || own.fd < 0)
		ksft_exit_fail_msg("no file to pass on\n");
	/* A user that asks for nothing ends before the parent answers */
	signal(SIGPIPE, SIG_IGN);

	ksft_set_plan(plan());
	for (opened = 0; opened < 2; opened++) {
		chmod(TCPCLOSE_DEVICE, opened ? 0666 : 0600);
		for (i = 0; i < RULES_VIEWERS; i++) {
			try_all(&rules_viewers[i], &places, elsewhere, none,
				answers);
			check(&rules_viewers[i], opened, answers);
		}
	}
	for (i = 0; i < RULES_VIEWERS; i++) {
		try_all(&rules_viewers[i], &places, elsewhere, all, answers);
		check_passed(&rules_viewers[i], RULES_ALL, answers);
		try_all(&rules_viewers[i], &places, elsewhere, own, answers);
		check_passed(&rules_viewers[i], RULES_OWN, answers);
	}
	chmod(TCPCLOSE_DEVICE, 0600);
	ksft_finished();
}
