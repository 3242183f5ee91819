// SPDX-License-Identifier: GPL-2.0-only
/*
 * The measured workloads: connections over the loopback device, both ends in one
 * process.
 *
 * A cycle is connect, one byte, close: ten calls of the tracepoint, and one
 * mini-socket, which stays for 60 seconds. Or it is something on one established
 * connection: a request and its answer, or a MiB. Knows sockets and the clock; knows
 * nothing of observers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "mark.h"

#define WARM_UP_CYCLES 1000
#define WARM_UP_MIBS 40
#define WARM_UP_RUNS 30
/* Largest difference of two runs in a row when nothing runs in the background */
#define WARM_UP_AGREE 0.005
/*
 * connect() searches an address's ports from a start that changes every 10 s, and
 * takes the port of a mini-socket that it finds there. So few connections to each
 * address that two such ranges hardly ever overlap.
 */
#define PER_ADDRESS 200
#define MOST_CYCLES 100000

#define REQUEST 100
#define ANSWER 1000
#define CHUNK 65536
#define MIB 1048576

/**
 * struct workload - what is measured
 * @listener: socket of the server
 * @done: number of connections made
 * @server: its address
 * @client: of the established connection: the end that asks
 * @accepted: the end that answers
 * @cycle: what is measured
 * @warm_up: number of cycles before a measurement
 */
struct workload {
	int listener;
	unsigned int done;
	struct sockaddr_in server;
	int client;
	int accepted;
	void (*cycle)(struct workload *w);
	unsigned int warm_up;
};

/**
 * struct figures - one cycle, in nanoseconds
 * @mean: mean of all cycles, with all interruptions
 * @median: a cycle without interruption
 */
struct figures {
	double mean;
	uint64_t median;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "cycle: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void workload_listen(struct workload *w, unsigned int port)
{
	int on = 1;

	memset(w, 0, sizeof(*w));
	w->server.sin_family = AF_INET;
	w->server.sin_port = htons(port);
	/* Any address: workload_connect() uses many loopback addresses */
	w->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (w->listener < 0 ||
	    setsockopt(w->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(w->listener, (struct sockaddr *)&w->server,
		 sizeof(w->server)) ||
	    listen(w->listener, 16))
		die("listen");
}

static void workload_connect(struct workload *w)
{
	w->server.sin_addr.s_addr =
		htonl(INADDR_LOOPBACK + w->done++ / PER_ADDRESS);
	w->client = socket(AF_INET, SOCK_STREAM, 0);
	if (w->client < 0 ||
	    connect(w->client, (const struct sockaddr *)&w->server,
		    sizeof(w->server)))
		die("connect");
	w->accepted = accept(w->listener, NULL, NULL);
	if (w->accepted < 0)
		die("accept");
}

static void cycle_connection(struct workload *w)
{
	char byte = 'x';

	workload_connect(w);
	if (write(w->client, &byte, 1) != 1 || read(w->accepted, &byte, 1) != 1)
		die("one byte");
	/* The client's end enters TIME_WAIT */
	close(w->client);
	close(w->accepted);
}

/* It fits into the buffers of both sockets. */
static void transfer(int from, int to, size_t size)
{
	static char buffer[CHUNK];
	size_t received = 0;

	if (write(from, buffer, size) != (ssize_t)size)
		die("write");
	while (received < size) {
		ssize_t ret = read(to, buffer, sizeof(buffer));

		if (ret <= 0)
			die("read");
		received += (size_t)ret;
	}
}

static void cycle_request(struct workload *w)
{
	transfer(w->client, w->accepted, REQUEST);
	transfer(w->accepted, w->client, ANSWER);
}

static void cycle_mib(struct workload *w)
{
	unsigned int i;

	for (i = 0; i < MIB / CHUNK; i++)
		transfer(w->client, w->accepted, CHUNK);
}

static void workload_choose(struct workload *w, const char *name)
{
	w->cycle = cycle_connection;
	w->warm_up = WARM_UP_CYCLES;
	if (!name)
		return;
	if (!strcmp(name, "request")) {
		w->cycle = cycle_request;
	} else if (!strcmp(name, "mib")) {
		w->cycle = cycle_mib;
		w->warm_up = WARM_UP_MIBS;
	} else {
		fprintf(stderr, "cycle: no work '%s': request or mib\n", name);
		exit(2);
	}
	workload_connect(w);
}

static double workload_run(struct workload *w, unsigned int cycles)
{
	uint64_t begin = now_ns();
	unsigned int i;

	for (i = 0; i < cycles; i++)
		w->cycle(w);
	return (double)(now_ns() - begin) / cycles;
}

/* Whether the last @count of @runs runs took as long as those before them. */
static bool agree(const double *mean, unsigned int runs, unsigned int count)
{
	double now = 0, before = 0, difference;
	unsigned int i;

	if (runs < 2 * count)
		return false;
	for (i = 1; i <= count; i++) {
		now += mean[runs - i];
		before += mean[runs - count - i];
	}
	difference = now > before ? now - before : before - now;
	return difference < WARM_UP_AGREE * now;
}

/*
 * Returns the number of runs needed, 0 if they never agreed. A reader works in bursts,
 * which may fall into every other run for a long time: then four runs are compared
 * with four.
 */
static unsigned int warm_up(struct workload *w)
{
	double mean[WARM_UP_RUNS];
	unsigned int runs;

	for (runs = 0; runs < WARM_UP_RUNS;) {
		mean[runs++] = workload_run(w, w->warm_up);
		if (agree(mean, runs, 1) ||
		    (runs > WARM_UP_RUNS / 2 && agree(mean, runs, 4)))
			return runs;
	}
	return 0;
}

static int by_length(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static struct figures measure(struct workload *w, unsigned int cycles)
{
	uint64_t *length = malloc(cycles * sizeof(*length));
	struct figures figures;
	uint64_t begin, last, now;
	unsigned int i;

	if (!length)
		die("memory");
	/* Page faults must not be measured */
	memset(length, 0xff, cycles * sizeof(*length));
	mark_begin();
	begin = now_ns();
	last = begin;
	for (i = 0; i < cycles; i++) {
		w->cycle(w);
		now = now_ns();
		length[i] = now - last;
		last = now;
	}
	mark_end();
	figures.mean = (double)(last - begin) / cycles;
	qsort(length, cycles, sizeof(*length), by_length);
	figures.median = length[cycles / 2];
	free(length);
	return figures;
}

static void print_usage(FILE *to)
{
	fputs("usage: cycle [--port PORT] [--work WORK] --cycles N | --make N\n"
	      "\n"
	      "--cycles: warm up, measure N cycles, and print the mean length of a\n"
	      "cycle in nanoseconds, the median, and the number of cycles including the\n"
	      "warm-up.\n"
	      "--make: just make N connections, which leaves N mini-sockets.\n"
	      "--work: request (and answer) or mib: a cycle is that, on one established\n"
	      "connection; without it a cycle is a connection.\n",
	      to);
}

static unsigned int parse_number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text || !value || value > max) {
		fprintf(stderr, "cycle: '%s' is no number from 1 to %lu\n", text,
			max);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "cycles", required_argument, NULL, 'c' },
		{ "make", required_argument, NULL, 'm' },
		{ "work", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	unsigned int port = 900, cycles = 0, make = 0, runs, i;
	struct figures figures;
	const char *work = NULL;
	struct workload w;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			port = parse_number(optarg, UINT16_MAX);
			break;
		case 'c':
			cycles = parse_number(optarg, MOST_CYCLES);
			break;
		case 'm':
			make = parse_number(optarg, 10000000);
			break;
		case 'w':
			work = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return 0;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	if (optind != argc || !cycles == !make) {
		print_usage(stderr);
		return 2;
	}

	workload_listen(&w, port);
	workload_choose(&w, work);
	if (make) {
		for (i = 0; i < make; i++)
			w.cycle(&w);
		return 0;
	}
	runs = warm_up(&w);
	if (!runs) {
		fprintf(stderr, "cycle: after %d runs no two in a row agree\n",
			WARM_UP_RUNS);
		return 1;
	}
	figures = measure(&w, cycles);
	printf("%.1f %" PRIu64 " %u\n", figures.mean, figures.median,
	       runs * w.warm_up + cycles);
	return 0;
}
