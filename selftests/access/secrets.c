// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data that never leaves the kernel: pointers, uninitialised memory, and, if a file
 * shows one network namespace, data of another.
 *
 * The kernel runs with poisoned memory, pages are full of data that a process left
 * there, and every byte that the device returns is searched. host/scan.c shows that
 * the search finds such data.
 *
 * Stack memory is always zero, by Debian's configuration (CONFIG_INIT_STACK_ALL_ZERO);
 * host/layout tests that the interface has no padding.
 */
/* vm: --smp 2 --append slub_debug=P --append init_on_alloc=0 --append no5lvl --disruptive */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/net.h"
#include "lib/processor.h"
#include "lib/procfile.h"
#include "lib/scan.h"
#include "lib/traffic.h"

/* Properties of another user: unlike those of any other process */
#define STRANGER_UID 0x6e75a3c1
#define OTHER_USER_NAME "kuckucksuhr"
#define STRANGER_ADDRESS "2001:db8:b7d3:91e6:c8f5:73a9:2d4e:86b1"
/* Connections that overwrite each ring once */
#define STRANGER_CYCLES 60

/* Left in pages that the kernel will take */
static const unsigned char left[] = { 0x93, 0xe1, 0x4c, 0x7d,
				      0xb6, 0x2a, 0xd8, 0x35 };

static bool boot_option(const char *option)
{
	char line[4096];

	return procfile_read("/proc/cmdline", line, sizeof(line)) >= 0 &&
	       strstr(line, option);
}

/* @account: memory charged to a user, which may have slab caches of its own */
static bool slab_is_poisoned(const char *size, bool account)
{
	char path[128], text[16];

	snprintf(path, sizeof(path), "/sys/kernel/slab/kmalloc-cg-%s/poison", size);
	if (!account || access(path, F_OK))
		snprintf(path, sizeof(path), "/sys/kernel/slab/kmalloc-%s/poison", size);
	return procfile_read(path, text, sizeof(text)) >= 0 && text[0] == '1';
}

/* Leave something in the pages that the kernel takes next */
static void leave_in_pages(void)
{
	size_t size = 48 << 20, at;
	unsigned char *base = mmap(NULL, size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (base == MAP_FAILED)
		return;
	for (at = 0; at < size; at += sizeof(left))
		memcpy(base + at, left, sizeof(left));
	munmap(base, size);
}

/* One connection between two sockets of an address */
static int connect_and_close(const union net_addr *address, unsigned int way)
{
	int listener = net_listen(address, 1), client, server;
	union net_addr bound = *address;

	if (listener < 0)
		return listener;
	if (bound.sa.sa_family == AF_INET6)
		bound.in6.sin6_port = htons(net_local_port(listener));
	client = net_connect(address, &bound);
	server = accept(listener, NULL, NULL);
	if (way % 2)
		net_abort(client);
	else
		close(client);
	close(server);
	close(listener);
	return client < 0 ? client : 0;
}

/* The other user: with its own process and address, in its own namespace */
static int be_stranger(void)
{
	union net_addr address =
		net_address(AF_INET6, STRANGER_ADDRESS, 0);
	unsigned int i;
	int ret = 0;

	if (net_run("ip addr replace %s/128 dev lo nodad", STRANGER_ADDRESS) ||
	    setresuid(STRANGER_UID, STRANGER_UID, STRANGER_UID) ||
	    prctl(PR_SET_NAME, OTHER_USER_NAME))
		return 1;
	for (i = 0; !ret && i < 2 * STRANGER_CYCLES; i++) {
		processor_pin(i % 2);
		ret = connect_and_close(&address, i / 2);
	}
	return ret ? 2 : 0;
}

FIXTURE(secrets)
{
	struct scan scan;
	int fd;
};

FIXTURE_SETUP(secrets)
{
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	scan_for(&self->scan, left, sizeof(left), "what a process left");
}

FIXTURE_TEARDOWN(secrets)
{
	close(self->fd);
}

static long closes(void)
{
	return traffic_run_mixed(16, 2);
}

static bool log_is_clean(struct scan *scan, const struct device_log *log)
{
	size_t i;

	for (i = 0; i < log->count; i++)
		if (!scan_record(scan, &log->records[i]))
			return false;
	return true;
}

/* Otherwise the other tests would find nothing on this machine */
TEST_F(secrets, could_be_seen_in_memory)
{
	EXPECT_TRUE(boot_option("init_on_alloc=0"));
	/* Pointers lie in the ranges that scan.c searches */
	EXPECT_TRUE(boot_option("no5lvl"));
	/* Slab caches of a reader, its cursors and its copies of records */
	EXPECT_TRUE(slab_is_poisoned("128", true));
	EXPECT_TRUE(slab_is_poisoned("512", true));
	EXPECT_TRUE(slab_is_poisoned("2k", false));
}

static bool ring_is_clean(struct scan *scan, const struct device_map *map,
			  unsigned int ring)
{
	const struct tcpclose_ring_header *header = device_map_header(map, ring);
	const unsigned char *area = (const void *)header;
	size_t used = header->begun, end;
	size_t i;

	if (used > map->geometry.ring_records)
		used = map->geometry.ring_records;
	end = map->geometry.header_size + used * map->geometry.record_size;
	if (!scan_bytes(scan, header, sizeof(*header)) ||
	    !scan_zeros(scan, header + 1,
			map->geometry.header_size - sizeof(*header)) ||
	    !scan_zeros(scan, area + end, map->geometry.ring_size - end))
		return false;
	for (i = 0; i < used; i++)
		if (!scan_record(scan, (const void *)(area +
						      map->geometry.header_size +
						      i * sizeof(struct tcpclose_record))))
			return false;
	return true;
}

/* The first test that makes connections: part of the rings was never written */
TEST_F(secrets, are_not_in_the_mapping)
{
	struct device_map map;
	unsigned int ring;
	int round;

	for (round = 0; round < 8; round++) {
		ASSERT_EQ(0, device_map_open(&map, self->fd));
		for (ring = 0; ring < map.geometry.rings; ring++) {
			EXPECT_TRUE(ring_is_clean(&self->scan, &map, ring))
			TH_LOG("ring %u: %s, at %zu", ring, self->scan.what,
			       self->scan.at);
		}
		device_map_close(&map);
		ASSERT_LT(0, round ? closes() : traffic_one(TRAFFIC_LINGER));
	}
}

TEST_F(secrets, are_not_in_the_stream)
{
	struct device_log log = {};
	int round;

	for (round = 0; round < 6; round++) {
		ASSERT_EQ(32, closes());
		ASSERT_EQ(0, device_log_drain(&log, self->fd));
	}
	EXPECT_LT(500, log.count);
	EXPECT_TRUE(log_is_clean(&self->scan, &log))
	TH_LOG("%s, at %zu", self->scan.what, self->scan.at);
	device_log_free(&log);
}

/* The result of an ioctl in two buffers that are filled with different bytes */
static bool answer_is_clean(struct scan *scan, int fd, unsigned long request,
			    const void *question, size_t asked, size_t size)
{
	unsigned char first[4096], second[4096];

	memset(first, 0xa5, sizeof(first));
	memset(second, 0x5a, sizeof(second));
	memcpy(first, question, asked);
	memcpy(second, question, asked);
	if (device_ioctl(fd, request, first) || device_ioctl(fd, request, second)) {
		scan->what = "no answer";
		return false;
	}
	return scan_unwritten(scan, first, second, size, 0xa5) &&
	       scan_bytes(scan, first, size) && scan_bytes(scan, second, size);
}

static bool answers_are_clean(struct scan *scan, int fd)
{
	struct tcpclose_wakeup wakeup = {};
	struct tcpclose_cursor cursor;

	for (cursor.cpu = 0; cursor.cpu < 2; cursor.cpu++) {
		cursor.reserved = 0;
		if (!answer_is_clean(scan, fd, TCPCLOSE_IOC_CURSOR, &cursor, 8,
				     sizeof(cursor)))
			return false;
	}
	return answer_is_clean(scan, fd, TCPCLOSE_IOC_VERSION, NULL, 0,
			       sizeof(struct tcpclose_version)) &&
	       answer_is_clean(scan, fd, TCPCLOSE_IOC_GEOMETRY, NULL, 0,
			       sizeof(struct tcpclose_geometry)) &&
	       answer_is_clean(scan, fd, TCPCLOSE_IOC_WAKEUP, &wakeup,
			       sizeof(wakeup), sizeof(wakeup));
}

TEST_F(secrets, are_not_in_an_answer)
{
	struct tcpclose_hook hook = {};

	ASSERT_EQ(32, closes());
	EXPECT_TRUE(answers_are_clean(&self->scan, self->fd))
	TH_LOG("%s, at %zu", self->scan.what, self->scan.at);
	for (; !device_ioctl(self->fd, TCPCLOSE_IOC_HOOK, &hook); hook.index++) {
		EXPECT_TRUE(answer_is_clean(&self->scan, self->fd,
					    TCPCLOSE_IOC_HOOK, &hook,
					    sizeof(hook.index), sizeof(hook)))
		TH_LOG("hook %u: %s, at %zu", hook.index, self->scan.what,
		       self->scan.at);
	}
	EXPECT_LT(4, hook.index);
}

/* All connections, @room at a time, into memory full of @fill; their number or -errno */
static long list_into(int fd, struct tcpclose_conn *conns, size_t most, __u32 room,
		      unsigned char fill)
{
	struct tcpclose_conns_request request = {};
	size_t count = 0;
	int ret;

	memset(conns, fill, most * sizeof(*conns));
	while (request.position != TCPCLOSE_CONNS_END && count < most) {
		request.buf = (uintptr_t)(conns + count);
		request.count = room < most - count ? room : most - count;
		request.size = sizeof(*conns);
		ret = device_ioctl(fd, TCPCLOSE_IOC_CONNS, &request);
		if (ret)
			return ret;
		/* It numbers what the module has; an address would be beyond */
		if (request.position > UINT32_MAX && request.position != TCPCLOSE_CONNS_END)
			return -ERANGE;
		count += request.count;
	}
	return count;
}

TEST_F(secrets, are_not_in_the_list_of_connections)
{
	static struct tcpclose_conn conns[2][1024];
	size_t minis = 0;
	int pairs[16][2], i;
	long count, at;

	/* All that an entry had before: ends of every kind */
	ASSERT_EQ(32, closes());
	for (i = 0; i < 16; i++) {
		ASSERT_EQ(0, net_pair(i % 2 ? AF_INET : AF_INET6, pairs[i]));
		if (i % 4 == 0)
			shutdown(pairs[i][0], SHUT_WR);
	}
	leave_in_pages();
	count = list_into(self->fd, conns[0], 1024, 1024, 0xa5);
	ASSERT_LE(32, count);
	ASSERT_EQ(count, list_into(self->fd, conns[1], 1024, 3, 0x5a));
	for (at = 0; at < count; at++) {
		for (i = 0; i < 2; i++) {
			EXPECT_TRUE(scan_conn(&self->scan, &conns[i][at]))
			TH_LOG("%ld: %s, at %zu", at, self->scan.what, self->scan.at);
		}
		minis += !!(conns[0][at].flags & TCPCLOSE_CONN_MINI);
	}
	EXPECT_TRUE(scan_unwritten(&self->scan, conns[0], conns[1],
				   count * sizeof(conns[0][0]), 0xa5))
	TH_LOG("%s, at %zu", self->scan.what, self->scan.at);
	EXPECT_LT(0, minis);
	EXPECT_GT(count, minis);
	for (i = 0; i < 16; i++) {
		net_abort(pairs[i][0]);
		net_abort(pairs[i][1]);
	}
}

TEST_F(secrets, are_not_in_statistics)
{
	static struct tcpclose_stats stats[2];
	static const unsigned char fills[2] = { 0xa5, 0x5a };
	struct tcpclose_stats_request request = { .size = sizeof(stats[0]) };
	int i;

	ASSERT_EQ(32, closes());
	for (i = 0; i < 2; i++) {
		memset(&stats[i], fills[i], sizeof(stats[i]));
		request.buf = (uintptr_t)&stats[i];
		leave_in_pages();
		ASSERT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_STATS,
					  &request));
		EXPECT_TRUE(scan_stats(&self->scan, &stats[i]))
		TH_LOG("%s, at %zu", self->scan.what, self->scan.at);
	}
	EXPECT_TRUE(scan_unwritten(&self->scan, &stats[0], &stats[1],
				   sizeof(stats[0]), fills[0]))
	TH_LOG("%s, at %zu", self->scan.what, self->scan.at);
}

/* Sixteen digits in a row that begin like a kernel address */
static bool names_pointer(const char *text)
{
	size_t digits;

	for (; *text; text += digits ? digits : 1) {
		for (digits = 0; isxdigit((unsigned char)text[digits]); digits++)
			;
		if (digits >= 16 && !strncasecmp(text + digits - 16, "ff", 2))
			return true;
	}
	return false;
}

TEST_F(secrets, are_not_in_the_log_and_the_parameters)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	DIR *parameters = opendir("/sys/module/tcpclose/parameters");
	unsigned int lines = 0, files = 0;
	char text[4096], path[512];
	struct dirent *entry;
	ssize_t got;

	EXPECT_TRUE(names_pointer("at ffff888003a4c180."));
	EXPECT_FALSE(names_pointer("at 000000003a4c180, ffff"));
	ASSERT_LE(0, log);
	while ((got = read(log, text, sizeof(text) - 1)) > 0) {
		text[got] = '\0';
		if (!strstr(text, ";tcpclose"))
			continue;
		EXPECT_FALSE(names_pointer(text));
		lines++;
	}
	close(log);
	EXPECT_LT(0, lines);
	ASSERT_NE(NULL, parameters);
	while ((entry = readdir(parameters))) {
		snprintf(path, sizeof(path),
			 "/sys/module/tcpclose/parameters/%s", entry->d_name);
		if (entry->d_name[0] == '.' ||
		    procfile_read(path, text, sizeof(text)) < 0)
			continue;
		EXPECT_FALSE(names_pointer(text));
		files++;
	}
	closedir(parameters);
	EXPECT_LT(2, files);
}

static bool is_of(const struct tcpclose_record *record, uint64_t cookie)
{
	if (record->kind == TCPCLOSE_KIND_DETAIL)
		return device_detail(record)->netns == cookie;
	if (record->kind == TCPCLOSE_KIND_RST)
		return device_rst(record)->netns == cookie;
	return record->netns == cookie;
}

/* Number of the machine's records that have this socket in this namespace */
static size_t seen(const struct device_log *all, uint64_t cookie, uint64_t netns)
{
	size_t i, count = 0;

	for (i = 0; i < all->count; i++)
		count += all->records[i].cookie == cookie &&
			 is_of(&all->records[i], netns);
	return count;
}

static uint64_t namespace_cookie(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = net_netns_cookie(fd);

	close(fd);
	return cookie;
}

static int other_user_in(int netns)
{
	int status = -1;
	pid_t child = fork();

	if (!child)
		_exit(namespace_enter(netns) < 0 ? 3 : be_stranger());
	waitpid(child, &status, 0);
	return status;
}

TEST_F(secrets, of_others_are_not_in_a_namespaces_stream)
{
	union net_addr address = net_address(AF_INET6, STRANGER_ADDRESS, 0);
	int other = namespace_new(), own = namespace_new(), home, confined;
	static const unsigned int user = STRANGER_UID;
	struct device_log all = {}, log = {};
	struct scan secrets = self->scan;
	unsigned int inode, round;
	uint64_t own_cookie, other_cookie;
	size_t i;

	ASSERT_LE(0, other);
	home = namespace_enter(other);
	ASSERT_LE(0, home);
	inode = namespace_inode();
	other_cookie = namespace_cookie();
	ASSERT_EQ(0, namespace_leave(home));
	home = namespace_enter(own);
	ASSERT_LE(0, home);
	own_cookie = namespace_cookie();
	confined = device_open_at_end();
	ASSERT_LE(0, confined);

	scan_for(&secrets, &address.in6.sin6_addr.s6_addr[4], 12,
		 "another user's address");
	scan_for(&secrets, OTHER_USER_NAME, strlen(OTHER_USER_NAME),
		 "another user's name");
	scan_for(&secrets, &user, sizeof(user), "another user's user");
	scan_for(&secrets, &inode, sizeof(inode), "another user's namespace");

	for (round = 0; round < 4; round++) {
		/* Records of the other user fill both rings */
		ASSERT_EQ(0, other_user_in(other));
		ASSERT_EQ(32, closes());
		ASSERT_EQ(0, device_log_drain(&log, confined));
		ASSERT_EQ(0, device_log_drain(&all, self->fd));
		EXPECT_TRUE(answers_are_clean(&secrets, confined))
		TH_LOG("%s, at %zu", secrets.what, secrets.at);
	}
	/* The file of the whole machine shows all of it, except data left in pages */
	for (i = 1; i < secrets.count; i++) {
		struct scan one = {};

		scan_for(&one, secrets.secrets[i].bytes,
			 secrets.secrets[i].size, secrets.secrets[i].name);
		EXPECT_FALSE(log_is_clean(&one, &all));
		EXPECT_STREQ(secrets.secrets[i].name, one.what);
	}
	EXPECT_LT(500, log.count);
	EXPECT_TRUE(log_is_clean(&secrets, &log))
	TH_LOG("%s, at %zu", secrets.what, secrets.at);
	for (i = 0; i < log.count; i++) {
		ASSERT_TRUE(is_of(&log.records[i], own_cookie));
		ASSERT_EQ(0, seen(&all, log.records[i].cookie, other_cookie));
	}
	close(confined);
	namespace_leave(home);
	device_log_free(&all);
	device_log_free(&log);
}

int main(int argc, char **argv)
{
	leave_in_pages();
	/* Load once: loading takes longer than most tests */
	if (module_reload("ring_records=256 scope=all")) {
		perror("module");
		return 1;
	}
	return test_harness_run(argc, argv);
}
