// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways to end a connection, each run with a client and a server.
 *
 * usage: scenario NAME CLIENT_NETNS SERVER_NETNS ADDRESS PORT
 *
 * runs one of them, for the demonstration. Without arguments it tests that each
 * passes the states that it should show.
 */
/* vm: --icount --smp 1 --limit 1500 --disruptive --slow */
#include <fcntl.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/peers.h"

#define PORT 7000

/*
 * The namespace of this case: namespaces of earlier cases are removed meanwhile,
 * which ends their mini-sockets in TIME_WAIT.
 */
static unsigned int stage;

/* First letters of the states, in the order that they are passed */
static char letter(unsigned int state)
{
	static const char letters[TCPCLOSE_STATES] = {
		[TCPCLOSE_ESTABLISHED] = 'E',
		[TCPCLOSE_SYN_SENT] = 'S',
		[TCPCLOSE_FIN_WAIT1] = '1',
		[TCPCLOSE_FIN_WAIT2] = '2',
		[TCPCLOSE_TIME_WAIT] = 'T',
		[TCPCLOSE_CLOSE] = '.',
		[TCPCLOSE_CLOSE_WAIT] = 'W',
		[TCPCLOSE_LAST_ACK] = 'L',
		[TCPCLOSE_CLOSING] = 'G',
	};

	return letters[state] ? letters[state] : '?';
}

static void walk_of(const struct device_log *log, bool server, char *walk,
		    size_t size)
{
	const struct tcpclose_record *record;
	size_t i, at = 0;
	bool servers;

	for (i = 0; i < log->count; i++) {
		record = &log->records[i];
		servers = record->lport == PORT;
		if (!device_is_transition(record) || servers != server ||
		    record->netns_inode != stage || at + 2 >= size)
			continue;
		if (!at)
			walk[at++] = letter(TCPCLOSE_EDGE_FROM(record->edge));
		walk[at++] = letter(TCPCLOSE_EDGE_TO(record->edge));
	}
	walk[at] = '\0';
}

FIXTURE(scenario)
{
	int fd;
	int namespace;
	struct device_log log;
};

FIXTURE_VARIANT(scenario)
{
	const char *name;
	const char *client;
	const char *server;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(scenario, active) {
	.name = "active", .client = "E122T.", .server = "EWL.",
};

FIXTURE_VARIANT_ADD(scenario, passive) {
	.name = "passive", .client = "EWL.", .server = "E122T.",
};

FIXTURE_VARIANT_ADD(scenario, half_close) {
	.name = "half-close", .client = "E12T.", .server = "EWL.",
};

FIXTURE_VARIANT_ADD(scenario, simultaneous) {
	.name = "simultaneous", .client = "E1GT.", .server = "E1GT.",
};

FIXTURE_VARIANT_ADD(scenario, fin_ack) {
	.name = "fin-ack", .client = "E12T.", .server = "EWL.",
};

FIXTURE_VARIANT_ADD(scenario, abort) {
	.name = "abort", .client = "E.", .server = "E.",
};

FIXTURE_VARIANT_ADD(scenario, unread) {
	.name = "unread", .client = "E.", .server = "E.",
};

FIXTURE_VARIANT_ADD(scenario, held_back) {
	.name = "held-back", .client = "E1.", .server = "E.",
};

FIXTURE_VARIANT_ADD(scenario, refused) {
	.name = "refused", .client = "S.", .server = "",
};

/* clang-format on */

FIXTURE_SETUP(scenario)
{
	int home;

	ASSERT_EQ(0, module_reload("ring_records=1024"));
	self->namespace = namespace_new();
	ASSERT_LE(0, self->namespace);
	home = namespace_enter(self->namespace);
	ASSERT_LE(0, home);
	stage = namespace_inode();
	/* Time for two segments to cross */
	ASSERT_EQ(0, system("tc qdisc add dev lo root netem delay 10ms"));
	ASSERT_EQ(0, namespace_leave(home));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(scenario)
{
	device_log_free(&self->log);
	close(self->namespace);
	close(self->fd);
}

static bool is_end_of_all(const struct tcpclose_record *record)
{
	return device_is_transition(record) && record->netns_inode == stage &&
	       TCPCLOSE_EDGE_TO(record->edge) == TCPCLOSE_CLOSE;
}

/* The tool draws the diagram, and the model knows every transition in it */
static const char draws_it[] = "tcpclose graph --all >/tmp/it && grep -q '^[A-Z].* CLOSE ' /tmp/it";
static const char is_legal[] = "! grep -e illegal -e impossible /tmp/it";

static void expect_walks(struct __test_metadata *_metadata,
			 FIXTURE_DATA(scenario) * self,
			 const FIXTURE_VARIANT(scenario) * variant,
			 const char *address)
{
	char client[32], server[32];

	ASSERT_EQ(0, peers_act(&(struct peers){
			     .scenario = variant->name,
			     .client = self->namespace,
			     .server = self->namespace,
			     .address = address,
			     .port = PORT,
		     }));
	EXPECT_EQ(0, device_log_until(&self->log, self->fd, is_end_of_all,
				      *variant->server ? 2 : 1, 70000));
	walk_of(&self->log, false, client, sizeof(client));
	walk_of(&self->log, true, server, sizeof(server));
	EXPECT_STREQ(variant->client, client);
	EXPECT_STREQ(variant->server, server);
	EXPECT_EQ(0, system(draws_it));
	EXPECT_EQ(0, system(is_legal));
}

TEST_F_TIMEOUT(scenario, goes_through_its_states_over_ipv4, 120)
{
	expect_walks(_metadata, self, variant, "127.0.0.1");
}

TEST_F_TIMEOUT(scenario, goes_through_its_states_over_ipv6, 120)
{
	expect_walks(_metadata, self, variant, "::1");
}

static int open_named(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		perror(path);
	return fd;
}

int main(int argc, char **argv)
{
	struct peers peers;
	int ret;

	if (argc != 6)
		return test_harness_run(argc, argv);
	peers.scenario = argv[1];
	peers.client = open_named(argv[2]);
	peers.server = open_named(argv[3]);
	peers.address = argv[4];
	peers.port = atoi(argv[5]);
	if (peers.client < 0 || peers.server < 0)
		return 1;
	ret = peers_act(&peers);
	if (ret)
		fprintf(stderr, "scenario %s: %s\n", argv[1], strerror(-ret));
	return ret ? 1 : 0;
}
