// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cgroups: which names their paths hold, and how a path is found by an id.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "sys/cgroup_names.h"
#include "sys/cgroups.h"

#define ID1 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define UID "1a2b3c4d-0000-4fff-8eee-123456789abc"
#define UID_ "1a2b3c4d_0000_4fff_8eee_123456789abc"
#define PODS "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_ ".slice/"
#define USER "/user.slice/user-1000.slice/user@1000.service/"

static const struct {
	const char *path;
	const char *container;
	const char *pod;
	const char *unit;
} paths[] = {
	{ "/", "", "", "" },
	{ "", "", "", "" },
	/* Docker: cgroupfs, systemd, inside of Docker, of a parent's choice */
	{ "/docker/" ID1, ID1, "", "" },
	{ "/system.slice/docker-" ID1 ".scope", ID1, "", "docker-" ID1 ".scope" },
	{ "/docker/" ID1 "/docker/" ID2, ID1, "", "" },
	{ "/docker/" ID1 "/system.slice/nginx.service", ID1, "", "" },
	{ "/system.slice/docker-" ID1 ".scope/init.scope", ID1, "", "docker-" ID1 ".scope" },
	{ "/ecs/task/" ID1, ID1, "", "" },
	{ "/system.slice/docker.service", "", "", "docker.service" },
	/* Podman: systemd, cgroupfs, rootless, its monitor */
	{ "/machine.slice/libpod-" ID1 ".scope/container", ID1, "", "libpod-" ID1 ".scope" },
	{ "/libpod_parent/libpod-" ID1, ID1, "", "" },
	{ USER "user.slice/libpod-" ID1 ".scope/container", ID1, "", "user@1000.service" },
	{ "/machine.slice/libpod-conmon-" ID1 ".scope", "", "", "libpod-conmon-" ID1 ".scope" },
	/* Kubernetes: containerd, CRI-O and its monitor, Docker; systemd and cgroupfs */
	{ PODS "cri-containerd-" ID1 ".scope", ID1, UID, "cri-containerd-" ID1 ".scope" },
	{ PODS "crio-" ID1 ".scope", ID1, UID, "crio-" ID1 ".scope" },
	{ PODS "crio-" ID1 ".scope/container", ID1, UID, "crio-" ID1 ".scope" },
	{ PODS "crio-" ID1, ID1, UID, "" },
	{ PODS "crio-conmon-" ID1 ".scope", "", UID, "crio-conmon-" ID1 ".scope" },
	{ PODS "docker-" ID1 ".scope", ID1, UID, "docker-" ID1 ".scope" },
	{ "/kubepods.slice/kubepods-pod" UID_ ".slice/cri-containerd-" ID1 ".scope", ID1, UID,
	  "cri-containerd-" ID1 ".scope" },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_ ".slice", "",
	  UID, "" },
	{ "/kubepods/besteffort/pod" UID "/" ID1, ID1, UID, "" },
	{ "/kubepods/pod" UID "/" ID1, ID1, UID, "" },
	{ "/kubepods/burstable/pod0123456789abcdef0123456789abcdef/" ID1, ID1,
	  "0123456789abcdef0123456789abcdef", "" },
	{ "/system.slice/containerd.service/kubepods-besteffort-pod" UID_
	  ".slice:cri-containerd:" ID1,
	  ID1, "", "containerd.service" },
	/* nerdctl, LXC and its monitor, systemd-nspawn, libvirt */
	{ "/system.slice/nerdctl-" ID1 ".scope", ID1, "", "nerdctl-" ID1 ".scope" },
	{ "/lxc/web/system.slice/nginx.service", "web", "", "" },
	{ "/lxc.payload.web/system.slice/nginx.service", "web", "", "" },
	{ "/lxc.monitor.web", "", "", "" },
	{ "/lxc", "", "", "" },
	{ "/machine.slice/machine-web.scope/payload", "", "", "machine-web.scope" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator", "", "",
	  "machine-qemu\\x2d1\\x2dvm.scope" },
	/* systemd */
	{ "/system.slice/nginx.service", "", "", "nginx.service" },
	{ "/system.slice/system-getty.slice/getty@tty1.service", "", "", "getty@tty1.service" },
	{ "/system.slice/postgresql.service/worker", "", "", "postgresql.service" },
	{ "/system.slice/dbus.socket", "", "", "dbus.socket" },
	{ "/init.scope", "", "", "init.scope" },
	{ "/user.slice/user-1000.slice/session-3.scope", "", "", "session-3.scope" },
	{ USER "app.slice/firefox.service", "", "", "user@1000.service" },
	{ "/system.slice/_cgroup.procs.service", "", "", "cgroup.procs.service" },
	{ "/system.slice", "", "", "" },
	{ "/mine/nginx.service", "", "", "" },
	{ "/mine", "", "", "" },
	/* What only looks like a name */
	{ "/docker/" ID1 "0", "", "", "" },
	{ "/docker/0123", "", "", "" },
	{ "/docker/G123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "", "", "" },
	{ "/evil-" ID1 ".scope", "", "", "evil-" ID1 ".scope" },
	{ "/system.slice/evil:" ID1, "", "", "" },
	{ ".service", "", "", "" },
	{ "/system.slice/.service", "", "", "" },
	{ "/pod" UID, "", "", "" },
	{ "/kubepods/pod", "", "", "" },
	{ "/kubepods/podium", "", "", "" },
	/* Of a user's making: neither another's container nor another's unit */
	{ "/system.slice/docker-" ID1 ".scope/docker-" ID2 ".scope", ID1, "",
	  "docker-" ID1 ".scope" },
	{ USER "nginx.service", "", "", "user@1000.service" },
	/* Control characters stay: who writes them makes them harmless */
	{ "/system.slice/a\033[31m\n.service", "", "", "a\033[31m\n.service" },
	{ "/lxc/\001", "\001", "", "" },
};

TEST(paths_hold_these_names)
{
	struct cgroup_names names;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		cgroup_names_read(&names, paths[i].path);
		EXPECT_STREQ(paths[i].container, names.text[CGROUP_CONTAINER])
		{
			TH_LOG("in %s", paths[i].path);
		}
		EXPECT_STREQ(paths[i].pod, names.text[CGROUP_POD])
		{
			TH_LOG("in %s", paths[i].path);
		}
		EXPECT_STREQ(paths[i].unit, names.text[CGROUP_UNIT])
		{
			TH_LOG("in %s", paths[i].path);
		}
	}
}

TEST(a_name_is_whole_or_left_out)
{
	struct cgroup_names names;
	char path[400];
	int len;

	for (len = 1; len < 300; len++) {
		snprintf(path, sizeof(path), "/%0*d.service", len, 0);
		cgroup_names_read(&names, path);
		EXPECT_STREQ(strlen(path + 1) < CGROUP_NAME_SIZE ? path + 1 : "",
			     names.text[CGROUP_UNIT]);
	}
}

/* A tree of directories: the kernel opens none of these by an id of its own */
FIXTURE(tree)
{
	char root[32];
	struct cgroups cgroups;
};

static const char *const directories[] = {
	"system.slice", "system.slice/nginx.service", "lxc", "lxc/web", "lxc/web/deep",
};

FIXTURE_SETUP(tree)
{
	char path[100];
	size_t i;

	strcpy(self->root, "/tmp/cgroups.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->root));
	for (i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		snprintf(path, sizeof(path), "%s/%s", self->root, directories[i]);
		ASSERT_EQ(0, mkdir(path, 0755));
	}
	cgroups_open(&self->cgroups, self->root);
	self->cgroups.refused = true;
}

FIXTURE_TEARDOWN(tree)
{
	char path[100];
	size_t i = sizeof(directories) / sizeof(*directories);

	cgroups_close(&self->cgroups);
	while (i--) {
		snprintf(path, sizeof(path), "%s/%s", self->root, directories[i]);
		rmdir(path);
	}
	rmdir(self->root);
}

static uint64_t id_of(const char *root, const char *directory)
{
	struct stat st;
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", root, directory);
	return stat(path, &st) ? 0 : st.st_ino;
}

TEST_F(tree, has_the_path_of_each_id)
{
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		ASSERT_EQ(0, cgroups_path(&self->cgroups, id_of(self->root, directories[i]), path));
		EXPECT_EQ('/', path[0]);
		EXPECT_STREQ(directories[i], path + 1);
	}
}

TEST_F(tree, has_no_path_of_what_is_gone)
{
	uint64_t id = id_of(self->root, "lxc/web/deep");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/lxc/web/deep", self->root);
	ASSERT_EQ(0, rmdir(path));
	EXPECT_EQ(-ENOENT, cgroups_path(&self->cgroups, id, path));
}

TEST_F(tree, is_not_walked_when_that_took_long)
{
	char path[PATH_MAX];

	allowance_spend(&self->cgroups.allowance, clock_monotonic_ns(),
			clock_monotonic_ns() + 2 * ALLOWANCE_BURST_NS);
	EXPECT_EQ(-EAGAIN, cgroups_path(&self->cgroups, id_of(self->root, "lxc"), path));
}

TEST(without_cgroups_there_are_no_paths)
{
	struct cgroups cgroups;
	char path[PATH_MAX];

	cgroups_open(&cgroups, "/nonexistent");
	EXPECT_EQ(-ENOENT, cgroups_path(&cgroups, 1, path));
	cgroups_close(&cgroups);
}

TEST_HARNESS_MAIN
