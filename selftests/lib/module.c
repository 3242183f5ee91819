// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module itself: load, unload, and read its messages in the kernel's log.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/module.h"
#include "lib/procfile.h"
#include "lib/traffic.h"

/* A test that is not marked as --disruptive must not get this far. */
static bool is_allowed(void)
{
	return getenv("TCPCLOSE_DISRUPTIVE");
}

#define IN_SYSFS "/sys/module/tcpclose"
/* What the latest module_load() loaded, and with which parameters */
#define LOADED_WITH "/run/tcpclose-loaded-with"

/* The inode is another one each time that a module is loaded */
static void describe_load(const char *parameters, char *text, size_t size)
{
	struct stat st = {};

	stat(IN_SYSFS, &st);
	snprintf(text, size, "%lu %s", st.st_ino, parameters);
}

int module_load(const char *parameters)
{
	/* Folder of "make install", which differs between kernels */
	static const char *const folders[] = { "updates", "extra" };
	const char *path = getenv("TCPCLOSE_KO");
	struct utsname name;
	char buf[256];
	size_t i;
	int ret;

	uname(&name);
	for (i = 0; !path && i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(buf, sizeof(buf), "/lib/modules/%s/%s/tcpclose.ko",
			 name.release, folders[i]);
		if (!access(buf, F_OK))
			path = buf;
	}
	ret = path ? module_load_other(path, parameters) : -ENOENT;
	if (!ret) {
		close(creat(LOADED_WITH, 0600));
		describe_load(parameters, buf, sizeof(buf));
		procfile_write(LOADED_WITH, buf);
	}
	return ret;
}

int module_load_other(const char *path, const char *parameters)
{
	int fd, ret = 0;

	if (!is_allowed())
		return -EPERM;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, parameters, 0))
		ret = -errno;
	close(fd);
	return ret;
}

int module_unload(void)
{
	return module_unload_other("tcpclose");
}

/* The system call reports EWOULDBLOCK where callers expect EBUSY */
int module_unload_other(const char *name)
{
	if (!is_allowed())
		return -EPERM;
	if (!syscall(SYS_delete_module, name, O_NONBLOCK))
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

bool module_is_loaded(void)
{
	return !access(IN_SYSFS, F_OK);
}

static bool functions_are_traced(void)
{
	return !access("/proc/sys/kernel/ftrace_enabled", F_OK);
}

bool module_can_use_ftrace(void)
{
	unsigned int major = 0, minor = 0, since;
	struct utsname name;

	if (uname(&name) || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return false;
	/* CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS */
	since = strcmp(name.machine, "aarch64") ? 511 : 602;
	return functions_are_traced() && major * 100 + minor >= since;
}

bool module_may_lack(const char *function)
{
	return !functions_are_traced() && !strcmp(function, "tcp_twsk_destructor");
}

int module_reload(const char *parameters)
{
	const struct traffic warm_up = {
		.family = AF_UNSPEC,
		.closes = TRAFFIC_CLIENT,
		.cycles = 2,
	};
	int tries, ret = 0;

	for (tries = 0; tries < 200 && module_is_loaded(); tries++) {
		ret = module_unload();
		if (!ret || ret != -EBUSY)
			break;
		usleep(10000);
	}
	if (ret)
		return ret;
	/*
	 * A first connection makes the kernel patch its own code, which QEMU
	 * survives only while no other processor executes that code.
	 */
	if (traffic_run(&warm_up) != (int)warm_up.cycles)
		return -EIO;
	/* Leftovers of earlier tests would end while the module records */
	ret = traffic_end_leftovers();
	return ret ? ret : module_load(parameters);
}

int module_keep(const char *parameters)
{
	char loaded[256], wanted[256];

	describe_load(parameters, wanted, sizeof(wanted));
	if (module_is_loaded() && procfile_read(LOADED_WITH, loaded, sizeof(loaded)) > 0 &&
	    !strcmp(loaded, wanted))
		return 0;
	return module_reload(parameters);
}

int module_log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	lseek(fd, 0, SEEK_END);
	return fd;
}

bool module_log_has(int log, const char *text)
{
	bool found = false;
	char line[2048], *message;
	ssize_t got;

	for (;;) {
		got = read(log, line, sizeof(line) - 1);
		if (got < 0 && errno == EPIPE)
			continue;
		if (got <= 0)
			return found;
		line[got] = '\0';
		message = strchr(line, ';');
		if (message && !strncmp(message + 1, "tcpclose", 8) &&
		    strstr(message, text))
			found = true;
	}
}
