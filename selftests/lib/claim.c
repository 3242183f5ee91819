// SPDX-License-Identifier: GPL-2.0-only
/*
 * Output of a claim's test: recording and figures.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/claim.h"
#include "lib/device.h"
#include "lib/machine.h"
#include "lib/patience.h"

#define OUTPUT_DEFAULT	"/tmp/claims"
#define TIMEOUT_NS	5000000000ULL
/* Leftovers of a failed test may take longer, or for ever */
#define QUIET_NS	20000000000ULL
/* Ports of servers, and of the puppet: this number plus the claim's number */
#define PORT_BASE	8000

uint16_t claim_port(const char *test)
{
	return PORT_BASE + atoi(test + 1);
}

/*
 * Wait until the connections of former tests are gone. What a failed test left may stay, as
 * may a count that went wrong in it: that is reported, and is no failure of this test.
 */
static int wait_for_quiet(int device)
{
	uint64_t give_up = now_ns() + QUIET_NS;
	struct tcpclose_stats stats;
	int err;

	for (;;) {
		err = device_stats(device, &stats);
		if (err || !stats.tracked)
			return err;
		if (now_ns() > give_up) {
			printf("# claim: %" PRIu64 " connections of former tests are still counted\n",
			       (uint64_t)stats.tracked);
			return 0;
		}
		usleep(10000);
	}
}

/* The file begins with a header, which is written once the device is open. */
static int wait_for_recorder(pid_t pid, const char *file)
{
	uint64_t give_up = now_ns() + TIMEOUT_NS;
	struct stat stat_now;

	while (stat(file, &stat_now) || !stat_now.st_size) {
		if (waitpid(pid, NULL, WNOHANG))
			return -ECHILD;
		if (now_ns() > give_up)
			return -ETIMEDOUT;
		usleep(1000);
	}
	return 0;
}

int claim_begin(struct claim *claim, const char *test, int family, int device)
{
	const char *output = getenv("CLAIMS_OUTPUT");
	char file[sizeof(claim->base) + 16];
	int err;

	if (!output)
		output = OUTPUT_DEFAULT;
	memset(claim, 0, sizeof(*claim));
	claim->test = test;
	claim->family = family;
	claim->port = claim_port(test);
	snprintf(claim->base, sizeof(claim->base), "%s/%s.%s", output, test,
		 family == AF_INET ? "ipv4" : "ipv6");
	if (mkdir(output, 0755) && errno != EEXIST)
		return -errno;
	snprintf(file, sizeof(file), "%s.figures", claim->base);
	unlink(file);
	snprintf(file, sizeof(file), "%s.tcpclose", claim->base);
	unlink(file);
	err = wait_for_quiet(device);
	if (err)
		return err;
	claim->recorder = fork();
	if (claim->recorder < 0)
		return -errno;
	if (!claim->recorder) {
		int null = open("/dev/null", O_WRONLY);
		int init = open("/proc/1/ns/net", O_RDONLY);

		/* In the initial namespace the recorder sees the whole machine */
		if (setns(init, CLONE_NEWNET))
			_exit(126);
		dup2(null, STDERR_FILENO);
		execlp("tcpclose", "tcpclose", "record", file, NULL);
		_exit(127);
	}
	return wait_for_recorder(claim->recorder, file);
}

int claim_end(struct claim *claim)
{
	pid_t pid = claim->recorder;
	int status;

	if (!pid)
		return -ESRCH;
	claim->recorder = 0;
	kill(pid, SIGINT);
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

bool claim_ladder_agrees(const struct claim *claim)
{
	char page[PATH_MAX], command[2 * PATH_MAX];

	snprintf(page, sizeof(page), "%s", machine_path("claims.rst"));
	/* The ledger's ladders come from kernels without debug checks */
	if (claim->family != AF_INET || patience_is_needed() || getenv("CLAIMS_UPDATE") ||
	    access(page, R_OK))
		return true;
	snprintf(command, sizeof(command), "ledger agrees %s %s %s.tcpclose", page,
		 claim->test, claim->base);
	return !system(command);
}

void claim_figure(const struct claim *claim, const char *what, const char *format, ...)
{
	char file[sizeof(claim->base) + 16];
	va_list args;
	FILE *to;

	snprintf(file, sizeof(file), "%s.figures", claim->base);
	to = fopen(file, "a");
	if (!to)
		return;
	fprintf(to, "%s|", what);
	va_start(args, format);
	vfprintf(to, format, args);
	va_end(args);
	fputc('\n', to);
	fclose(to);
}

void claim_duration(const struct claim *claim, const char *what, uint64_t ns)
{
	if (ns < 10000000)
		claim_figure(claim, what, "%" PRIu64 " us", ns / 1000);
	else if (ns < 1000000000)
		claim_figure(claim, what, "%.1f ms", ns / 1e6);
	else
		claim_figure(claim, what, "%.2f s", ns / 1e9);
}
