// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns the calling process into another user.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/namespace.h"
#include "lib/procfile.h"
#include "lib/viewer.h"

typedef struct __user_cap_data_struct capabilities[2];

static int set_capabilities(capabilities data)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

int viewer_drop_capability(unsigned int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	__u32 mask = ~(1U << capability % 32);
	capabilities data;

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[capability / 32].effective &= mask;
	data[capability / 32].permitted &= mask;
	data[capability / 32].inheritable &= mask;
	return set_capabilities(data);
}

int viewer_become_user(unsigned int user)
{
	if (setgroups(0, NULL) || setresgid(user, user, user) ||
	    setresuid(user, user, user))
		return -errno;
	return 0;
}

/* A user with this one capability and no other */
static int become_user_with(unsigned int user, unsigned int capability)
{
	capabilities data = {};
	int ret;

	if (prctl(PR_SET_KEEPCAPS, 1))
		return -errno;
	ret = viewer_become_user(user);
	if (ret)
		return ret;
	data[capability / 32].effective = 1U << capability % 32;
	data[capability / 32].permitted = 1U << capability % 32;
	return set_capabilities(data);
}

/* A new user namespace where the caller is user 0, and the namespaces in @flags */
static int become_user_zero(int flags)
{
	unsigned int user = geteuid();
	char map[32];

	if (unshare(CLONE_NEWUSER | flags))
		return -errno;
	/* So that the process owns its files in /proc */
	if (prctl(PR_SET_DUMPABLE, 1))
		return -errno;
	snprintf(map, sizeof(map), "0 %u 1", user);
	return procfile_write("/proc/self/uid_map", map);
}

int viewer_become_container(void)
{
	int ret = become_user_zero(CLONE_NEWNET);

	return ret ? ret : namespace_loopback_up();
}

/* The network namespace of a container that a user creates */
static int container_of(unsigned int user)
{
	int made[2], wait[2], fd = -1, ret = 0;
	char path[32], byte = 0;
	pid_t child;

	if (pipe2(made, O_CLOEXEC) || pipe2(wait, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		close(wait[1]);
		if (user && viewer_become_user(user))
			_exit(1);
		if (viewer_become_container() || write(made[1], "", 1) != 1)
			_exit(1);
		_exit(read(wait[0], &byte, 1) ? 1 : 0);
	}
	close(made[1]);
	close(wait[0]);
	if (read(made[0], &byte, 1) == 1) {
		snprintf(path, sizeof(path), "/proc/%d/ns/net", child);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		ret = -ECHILD;
	close(wait[1]);
	close(made[0]);
	waitpid(child, NULL, 0);
	return ret ? ret : fd;
}

int viewer_places_make(struct viewer_places *places)
{
	places->initial = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (places->initial < 0)
		return -errno;
	places->another = namespace_new();
	if (places->another < 0)
		return places->another;
	places->roots = container_of(0);
	if (places->roots < 0)
		return places->roots;
	places->of_nobody = container_of(VIEWER_NOBODY);
	if (places->of_nobody < 0)
		return places->of_nobody;
	places->of_other_user = container_of(VIEWER_OTHER_USER);
	return places->of_other_user < 0 ? places->of_other_user : 0;
}

static int go_to(const struct rules_viewer *viewer,
		 const struct viewer_places *places)
{
	int place = -1;

	switch (viewer->netns) {
	case RULES_INITIAL:
		place = places->initial;
		break;
	case RULES_ANOTHER:
		place = places->another;
		break;
	case RULES_CONTAINER:
		place = viewer->root ? places->roots : places->of_nobody;
		break;
	case RULES_OTHER_USER:
		place = places->of_other_user;
		break;
	}
	return setns(place, CLONE_NEWNET) ? -errno : 0;
}

int viewer_become(const struct rules_viewer *viewer,
		  const struct viewer_places *places)
{
	bool fresh = viewer->confined && viewer->netns == RULES_CONTAINER;
	int ret = 0;

	/* Only a privileged user may enter any namespace */
	if (!fresh)
		ret = go_to(viewer, places);
	if (!ret && !viewer->root)
		ret = viewer->capable && !viewer->confined ?
			      become_user_with(VIEWER_NOBODY, CAP_NET_ADMIN) :
			      viewer_become_user(VIEWER_NOBODY);
	if (!ret && viewer->confined)
		ret = fresh ? viewer_become_container() : become_user_zero(0);
	if (!ret && !viewer->capable)
		ret = viewer_drop_capability(CAP_NET_ADMIN);
	return ret;
}
