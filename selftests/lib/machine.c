// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine that a test runs on: skips a test whose needs it does not meet.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kselftest.h"

#include "lib/machine.h"

static const struct {
	const char *name;
	const char *options;
} machines[] = {
#include "machines.inc"
};

const char *machine_path(const char *name)
{
	static char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *last;

	path[len < 0 ? 0 : len] = '\0';
	last = strrchr(path, '/');
	last = last ? last + 1 : path;
	snprintf(last, sizeof(path) - (size_t)(last - path), "%s", name);
	return path;
}

bool machine_is_realtime(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.version, "PREEMPT_RT");
}

static __printf(1, 2) void skip(const char *reason, ...)
{
	va_list args;

	printf("TAP version 13\n1..0 # SKIP ");
	va_start(args, reason);
	vprintf(reason, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_exit(KSFT_SKIP);
}

/* The next word after an option, or NULL; *options is moved past that word. */
static const char *value_of(const char **options, const char *option, char *word, size_t size)
{
	const char *at = strstr(*options, option);

	if (!at)
		return NULL;
	at += strlen(option);
	at += strspn(at, " ");
	*options = at + strcspn(at, " ");
	snprintf(word, size, "%.*s", (int)(*options - at), at);
	return word;
}

static long number_of(const char *options, const char *option)
{
	char word[64];

	return value_of(&options, option, word, sizeof(word)) ? atol(word) : 0;
}

/* Words of the kernel's command line */
static void require_command_line(const char *options)
{
	char line[4096] = "", word[64];
	FILE *file = fopen("/proc/cmdline", "r");

	if (file) {
		if (!fgets(line, sizeof(line), file))
			line[0] = '\0';
		fclose(file);
	}
	while (value_of(&options, "--append", word, sizeof(word)))
		if (!strstr(line, word))
			skip("needs a kernel that is started with %s", word);
}

static void require(const char *options)
{
	long processors = number_of(options, "--smp");
	long mib = number_of(options, "--memory");
	struct sysinfo info;

	/* Others are there, and offline. */
	if (strstr(options, "maxcpus="))
		processors = number_of(options, "maxcpus=");
	if (geteuid())
		skip("needs root");
	if (strstr(options, "--disruptive") && !getenv("TCPCLOSE_DISRUPTIVE"))
		skip("unloads the module, or does worse: allow it with DISRUPTIVE=1");
	if (!strstr(options, "--disruptive") && access("/dev/tcpclose", F_OK))
		skip("the module is not loaded: modprobe tcpclose");
	if (sysconf(_SC_NPROCESSORS_ONLN) < processors)
		skip("needs %ld processors", processors);
	/* The kernel reserves a part of the memory */
	if (mib && !sysinfo(&info) && info.totalram / 1024 * info.mem_unit / 1024 < mib * 3 / 4)
		skip("needs %ld MiB of memory", mib);
	require_command_line(options);
}

/* Prefer the tool that was installed with the tests to any other */
static void prefer_own_tool(void)
{
	const char *others = getenv("PATH");
	char path[2 * PATH_MAX];

	if (access(machine_path("tcpclose"), X_OK))
		return;
	snprintf(path, sizeof(path), "%s:%s", machine_path("."), others ? others : "/usr/sbin:/usr/bin");
	setenv("PATH", path, 1);
}

static __attribute((__constructor__)) void machine_check(void)
{
	size_t i;

	prefer_own_tool();
	for (i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (!strcmp(program_invocation_short_name, machines[i].name))
			require(machines[i].options);
}
