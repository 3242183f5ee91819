// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader that counts records and does not store them: for streams too long to store.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/tally.h"

#define BATCH	2048

static void count(struct tally *tally, const struct tcpclose_record *record)
{
	if (!device_is_transition(record))
		return;
	tally->transitions[record->edge]++;
	if (device_from_timewait(record))
		tally->ends[record->end % TCPCLOSE_ENDS]++;
	if (tally->see)
		tally->see(record, tally->context);
}

/* Return: records read, 0 if there are none for a while, or -errno */
static int read_some(struct tally *tally)
{
	static __thread struct tcpclose_record batch[BATCH];
	ssize_t got, i;

	if (device_readable_ms(tally->fd, 20) != 1)
		return 0;
	got = read(tally->fd, batch, sizeof(batch));
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (i = 0; i < got / (ssize_t)sizeof(*batch); i++)
		count(tally, &batch[i]);
	return i;
}

static void *tally_main(void *arg)
{
	struct tally *tally = arg;
	int ret = 0;

	while (ret >= 0 && !__atomic_load_n(&tally->stop, __ATOMIC_ACQUIRE))
		ret = read_some(tally);
	/* Read once more: the newest records may have been held back */
	while (ret > 0)
		ret = read_some(tally);
	if (!ret)
		ret = read_some(tally);
	tally->error = ret < 0 ? ret : 0;
	return NULL;
}

int tally_start(struct tally *tally)
{
	int ret;

	tally->fd = device_open_at_end();
	if (tally->fd < 0)
		return tally->fd;
	ret = -pthread_create(&tally->thread, NULL, tally_main, tally);
	if (ret)
		close(tally->fd);
	return ret;
}

int tally_stop(struct tally *tally)
{
	struct tcpclose_cursor total;
	int ret;

	__atomic_store_n(&tally->stop, true, __ATOMIC_RELEASE);
	pthread_join(tally->thread, NULL);
	ret = device_totals(tally->fd, &total);
	tally->lost = total.lost;
	close(tally->fd);
	return tally->error ? tally->error : ret;
}
