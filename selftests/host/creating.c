// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file that a recording goes to: an existing file is never overwritten.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/recording.h"

#define OTHER "not a recording"

FIXTURE(creating)
{
	char dir[32];
	char path[64];
	char link[64];
	struct error why;
};

FIXTURE_SETUP(creating)
{
	strcpy(self->dir, "/tmp/creating.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/file", self->dir);
	snprintf(self->link, sizeof(self->link), "%s/link", self->dir);
}

FIXTURE_TEARDOWN(creating)
{
	unlink(self->link);
	unlink(self->path);
	rmdir(self->dir);
}

/* A file of another user that all users may read */
static int make_other(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ssize_t done = write(fd, OTHER, strlen(OTHER));

	close(fd);
	return done == (ssize_t)strlen(OTHER) && !chmod(path, 0644) ? 0 : -EIO;
}

static bool is_other(const char *path)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return false;
	close(fd);
	return !strcmp(text, OTHER);
}

static unsigned int mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

TEST_F(creating, makes_a_file_that_only_its_owner_reads)
{
	int fd = recording_create(self->path, false, &self->why);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0600, mode_of(self->path));
	close(fd);
}

TEST_F(creating, leaves_a_file_alone_that_exists)
{
	ASSERT_EQ(0, make_other(self->path));
	EXPECT_EQ(-EEXIST, recording_create(self->path, false, &self->why));
	EXPECT_NE(NULL, strstr(self->why.text, "--force"));
	EXPECT_TRUE(is_other(self->path));
}

/* A process that has the old file open cannot read the recording */
TEST_F(creating, puts_a_new_file_in_its_place_by_force)
{
	int old, fd;
	char byte;

	ASSERT_EQ(0, make_other(self->path));
	old = open(self->path, O_RDONLY);
	ASSERT_LE(0, old);
	fd = recording_create(self->path, true, &self->why);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0600, mode_of(self->path));
	EXPECT_EQ(1, write(fd, "x", 1));
	EXPECT_EQ(1, read(old, &byte, 1));
	EXPECT_EQ(OTHER[0], byte);
	close(fd);
	close(old);
}

TEST_F(creating, follows_no_link_to_a_file)
{
	ASSERT_EQ(0, make_other(self->path));
	ASSERT_EQ(0, symlink(self->path, self->link));
	EXPECT_EQ(-EEXIST, recording_create(self->link, false, &self->why));
	EXPECT_EQ(-EEXIST, recording_create(self->link, true, &self->why));
	EXPECT_NE(NULL, strstr(self->why.text, "symbolic link"));
	EXPECT_TRUE(is_other(self->path));
}

TEST_F(creating, makes_no_file_through_a_link_that_leads_nowhere)
{
	ASSERT_EQ(0, symlink(self->path, self->link));
	EXPECT_EQ(-ENOENT, recording_create(self->link, false, &self->why));
	EXPECT_EQ(-ENOENT, recording_create(self->link, true, &self->why));
	EXPECT_EQ(-1, access(self->path, F_OK));
}

TEST_F(creating, writes_to_a_device_as_it_is)
{
	int fd = recording_create("/dev/null", false, &self->why);

	ASSERT_LE(0, fd);
	close(fd);
	fd = recording_create("/dev/null", true, &self->why);
	ASSERT_LE(0, fd);
	close(fd);
	EXPECT_EQ(0, access("/dev/null", F_OK));
}

/* What is written to a FIFO is read by its owner, and by all that its mode allows */
TEST_F(creating, writes_to_no_fifo_that_others_may_read)
{
	int reader, fd;

	ASSERT_EQ(0, mkfifo(self->path, 0600));
	reader = open(self->path, O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, reader);
	fd = recording_create(self->path, false, &self->why);
	EXPECT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, chmod(self->path, 0640));
	EXPECT_EQ(-EEXIST, recording_create(self->path, false, &self->why));
	EXPECT_NE(NULL, strstr(self->why.text, "FIFO"));
	fd = recording_create(self->path, true, &self->why);
	EXPECT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, chmod(self->path, 0600));
	if (!geteuid()) {
		ASSERT_EQ(0, chown(self->path, 65534, 65534));
		EXPECT_EQ(-EEXIST, recording_create(self->path, false, &self->why));
	}
	close(reader);
}

/* Nobody reads it: to open it would take until somebody does */
TEST_F(creating, does_not_wait_for_a_fifo_that_it_refuses)
{
	ASSERT_EQ(0, mkfifo(self->path, 0600));
	ASSERT_EQ(0, chmod(self->path, 0666));
	EXPECT_EQ(-EEXIST, recording_create(self->path, false, &self->why));
}

TEST_HARNESS_MAIN
