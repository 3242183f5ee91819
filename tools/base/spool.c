// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue from one thread to another: in memory, above a bound in a file.
 *
 * The producer must never wait for the consumer, which may be slow, or have a
 * lower priority. So nothing is written or allocated with the lock held, and the
 * lock lends its owner the priority of the one that waits.
 *
 * Order: the blocks in memory, then those in the file, then the last block, which
 * is being filled.
 *
 * Knows bytes; knows nothing of what they mean.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/spool.h"

/* Blocks that are kept for later, rather than given back. */
#define SPARE 8
/* The consumer has one, and one is being filled. */
#define BLOCKS_MIN 4

/**
 * struct block - a piece of the queue
 * @next: the one behind it, in memory
 * @len: bytes used of @data
 * @data: items, each behind its &struct head
 */
struct block {
	struct block *next;
	size_t len;
	char data[SPOOL_BLOCK - sizeof(void *) - sizeof(size_t)];
};

struct head {
	uint32_t kind;
	uint32_t len;
};

struct spool {
	pthread_mutex_t lock;
	/* Guarded by lock. */
	struct block *first, *last;
	struct block *filled;
	struct block *spare;
	unsigned int spare_count;
	size_t block_count;
	uint64_t file_first, file_end;
	/* The producer writes @filled to the file. */
	bool writing;
	bool notified;
	bool ended;
	int error;
	uint64_t spilled;

	size_t block_max;
	int event;
	/* The producer's: -1: not needed yet. */
	int file;

	/* The consumer's. */
	struct block *taken;
	size_t pos;
};

static int init_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attributes;
	int ret;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	ret = pthread_mutex_init(lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
	return -ret;
}

/**
 * spool_new() - begin with nothing
 * @result: the queue
 * @memory: bytes that may be kept in memory
 *
 * Return: 0, or -errno
 */
int spool_new(struct spool **result, size_t memory)
{
	struct spool *s = calloc(1, sizeof(*s));
	int ret;

	if (!s)
		return -ENOMEM;
	s->file = -1;
	s->block_max = memory / SPOOL_BLOCK;
	if (s->block_max < BLOCKS_MIN)
		s->block_max = BLOCKS_MIN;
	ret = init_lock(&s->lock);
	if (ret)
		goto err_free;
	s->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->event >= 0) {
		*result = s;
		return 0;
	}
	ret = -errno;
	pthread_mutex_destroy(&s->lock);
err_free:
	free(s);
	return ret;
}

/* Not malloc(), whose locks have no priority inheritance. */
static struct block *new_block(void)
{
	struct block *b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return b == MAP_FAILED ? NULL : b;
}

static void free_block(struct block *b)
{
	if (b)
		munmap(b, sizeof(*b));
}

static void free_list(struct block *b)
{
	while (b) {
		struct block *next = b->next;

		free_block(b);
		b = next;
	}
}

/**
 * spool_free() - free everything
 * @s: the queue; no thread uses it; may be NULL
 */
void spool_free(struct spool *s)
{
	if (!s)
		return;
	/* Unless there is something in the file, it is the last in memory. */
	if (s->filled != s->last)
		free_block(s->filled);
	free_list(s->first);
	free_list(s->spare);
	free_block(s->taken);
	if (s->file >= 0)
		close(s->file);
	close(s->event);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* A file that no other process sees, and that goes when it is closed. */
static int open_file(void)
{
	const char *named = getenv("TMPDIR");
	const char *const places[] = { named ? named : "/var/tmp", "/var/tmp",
				       "/tmp" };
	unsigned int i;
	int fd = -1;

	for (i = 0; fd < 0 && i < ARRAY_SIZE(places); i++)
		fd = open(places[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd;
}

static int write_block(int fd, const struct block *b, uint64_t number)
{
	const char *bytes = (const char *)b;
	size_t done = 0, len = offsetof(struct block, data) + b->len;
	off_t start = (off_t)(number * sizeof(*b));

	while (done < len) {
		ssize_t n = pwrite(fd, bytes + done, len - done,
				   start + (off_t)done);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += (size_t)n;
	}
	return 0;
}

static int read_block(int fd, struct block *b, uint64_t number)
{
	char *bytes = (char *)b;
	size_t done = 0, len = offsetof(struct block, data);
	off_t start = (off_t)(number * sizeof(*b));

	while (done < len) {
		ssize_t n = pread(fd, bytes + done, len - done,
				  start + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		done += (size_t)n;
		if (done == offsetof(struct block, data)) {
			if (b->len > sizeof(b->data))
				return -EIO;
			len += b->len;
		}
	}
	return 0;
}

/* The producer's last block goes to the file; the lock is held. */
static int spill(struct spool *s)
{
	struct block *b = s->filled;
	uint64_t number;
	int ret;

	if (s->file < 0)
		s->file = open_file();
	if (s->file < 0)
		return -EAGAIN;
	s->writing = true;
	number = s->file_end;
	pthread_mutex_unlock(&s->lock);
	ret = write_block(s->file, b, number);
	pthread_mutex_lock(&s->lock);
	s->writing = false;
	if (ret)
		return -EAGAIN;
	s->file_end++;
	s->spilled++;
	b->len = 0;
	return 0;
}

static struct block *take_spare(struct spool *s)
{
	struct block *b = s->spare;

	if (b) {
		s->spare = b->next;
		s->spare_count--;
	}
	return b;
}

/* A new last block; the lock is held. */
static int begin_block(struct spool *s)
{
	bool behind_file = s->filled && s->filled != s->last;
	struct block *b;

	if (behind_file)
		return spill(s);
	b = take_spare(s);
	if (!b) {
		pthread_mutex_unlock(&s->lock);
		b = new_block();
		pthread_mutex_lock(&s->lock);
		if (!b)
			return -EAGAIN;
		s->block_count++;
	}
	b->next = NULL;
	b->len = 0;
	s->filled = b;
	/* One above the bound, for what goes to the file. */
	if (s->block_count > s->block_max)
		return 0;
	if (s->last)
		s->last->next = b;
	else
		s->first = b;
	s->last = b;
	return 0;
}

static bool has_room(const struct spool *s, size_t need)
{
	return s->filled && sizeof(s->filled->data) - s->filled->len >= need;
}

/**
 * spool_add() - add an item; for the producer
 * @s: the queue
 * @kind: what it is
 * @bytes: copied
 * @len: how many, at most %SPOOL_ITEM_MAX
 *
 * Return: 0, or -EAGAIN if there is room neither in memory nor in the file: try
 * again later
 */
int spool_add(struct spool *s, uint32_t kind, const void *bytes, size_t len)
{
	const struct head head = { .kind = kind, .len = (uint32_t)len };
	size_t need = sizeof(head) + (len + 7) / 8 * 8;
	bool full = false;
	int ret = 0;
	char *to;

	pthread_mutex_lock(&s->lock);
	if (!has_room(s, need)) {
		full = s->filled;
		ret = begin_block(s);
	}
	if (!ret) {
		to = s->filled->data + s->filled->len;
		memcpy(to, &head, sizeof(head));
		memcpy(to + sizeof(head), bytes, len);
		s->filled->len += need;
	}
	pthread_mutex_unlock(&s->lock);
	if (full || ret)
		spool_notify(s);
	return ret;
}

/**
 * spool_notify() - wake the consumer; for the producer
 * @s: the queue
 *
 * spool_add() does it for each whole block.
 */
void spool_notify(struct spool *s)
{
	bool tell;

	pthread_mutex_lock(&s->lock);
	tell = !s->notified &&
	       (s->filled || s->first || s->file_first < s->file_end ||
		s->ended);
	if (tell)
		s->notified = true;
	pthread_mutex_unlock(&s->lock);
	if (tell)
		eventfd_write(s->event, 1);
}

/**
 * spool_end() - nothing will be added; for the producer
 * @s: the queue
 * @error: what the consumer gets when it has taken all, -errno; 0: none
 */
void spool_end(struct spool *s, int error)
{
	pthread_mutex_lock(&s->lock);
	s->ended = true;
	s->error = error;
	pthread_mutex_unlock(&s->lock);
	spool_notify(s);
}

/* Give back the consumer's block, for reuse if there are few. */
static void release(struct spool *s)
{
	struct block *b = s->taken;
	bool kept;

	if (!b)
		return;
	s->taken = NULL;
	pthread_mutex_lock(&s->lock);
	kept = s->spare_count < SPARE && s->block_count <= s->block_max;
	if (kept) {
		b->next = s->spare;
		s->spare = b;
		s->spare_count++;
	} else {
		s->block_count--;
	}
	pthread_mutex_unlock(&s->lock);
	if (!kept)
		free_block(b);
}

/* The first block in memory, or the one that is being filled. */
static struct block *pop(struct spool *s)
{
	struct block *b = s->first;

	if (!b) {
		b = s->filled;
		s->filled = NULL;
		return b;
	}
	s->first = b->next;
	if (s->filled == b)
		s->filled = NULL;
	if (s->last == b)
		s->last = NULL;
	return b;
}

/* Nothing is ready; the lock is held. */
static int nothing(struct spool *s)
{
	eventfd_t value;

	if (s->ended && !s->writing)
		return s->error;
	s->notified = false;
	/* Under the lock: a later spool_notify() must not be undone. */
	eventfd_read(s->event, &value);
	return -EAGAIN;
}

static int take_from_file(struct spool *s)
{
	struct block *b = new_block();
	int ret;

	if (!b)
		return -ENOMEM;
	ret = read_block(s->file, b, s->file_first);
	if (ret) {
		free_block(b);
		return ret;
	}
	pthread_mutex_lock(&s->lock);
	s->block_count++;
	s->file_first++;
	if (s->file_first == s->file_end && !s->writing) {
		s->file_first = 0;
		s->file_end = 0;
		/* Its blocks are free for other files. */
		if (ftruncate(s->file, 0))
			ret = -errno;
	}
	pthread_mutex_unlock(&s->lock);
	s->taken = b;
	return ret ? ret : 1;
}

static int take_block(struct spool *s)
{
	bool in_file;
	int ret = 1;

	release(s);
	s->pos = 0;
	pthread_mutex_lock(&s->lock);
	in_file = !s->first && s->file_first < s->file_end;
	if (in_file)
		;
	else if (s->first || (s->filled && !s->writing))
		s->taken = pop(s);
	else
		ret = nothing(s);
	pthread_mutex_unlock(&s->lock);
	return in_file ? take_from_file(s) : ret;
}

/**
 * spool_next() - take the next item; for the consumer
 * @s: the queue
 * @item: result, valid until the next call
 *
 * Return: 1, 0 at the end, -EAGAIN if nothing is ready, or another -errno
 */
int spool_next(struct spool *s, struct spool_item *item)
{
	struct head head;
	int ret;

	while (!s->taken || s->pos >= s->taken->len) {
		ret = take_block(s);
		if (ret <= 0)
			return ret;
	}
	memcpy(&head, s->taken->data + s->pos, sizeof(head));
	item->kind = head.kind;
	item->len = head.len;
	item->bytes = s->taken->data + s->pos + sizeof(head);
	s->pos += sizeof(head) + ((size_t)head.len + 7) / 8 * 8;
	return 1;
}

/**
 * spool_fd() - what becomes readable when there may be something; for the consumer
 * @s: the queue
 *
 * Only after spool_next() returned -EAGAIN.
 */
int spool_fd(const struct spool *s)
{
	return s->event;
}

/**
 * spool_spilled() - how many blocks were written to the file
 * @s: the queue; no thread uses it
 */
uint64_t spool_spilled(const struct spool *s)
{
	return s->spilled;
}
