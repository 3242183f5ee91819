// SPDX-License-Identifier: GPL-2.0-only
/*
 * What it costs to bring the records of many processors into the order of time: for
 * each record hardly more than with few. The clock counts instructions.
 *
 * The processors are not there: selftests/modules/manyrings makes their rings.
 *
 * vm: --icount --smp 1 --with manyrings --disruptive
 */
#include <errno.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/module.h"
#include "lib/procfile.h"

#define MODULE "/root/manyrings.ko"
#define RESULT "/sys/module/manyrings/parameters/"

FIXTURE(merge)
{
	long few;
	long idle;
	long many;
};

FIXTURE_SETUP(merge)
{
	int err = module_load_other(MODULE, "");

	if (err == -ENOENT)
		SKIP(return, "no module manyrings for this kernel");
	ASSERT_EQ(0, err);
	self->few = procfile_number(RESULT "few");
	self->idle = procfile_number(RESULT "idle");
	self->many = procfile_number(RESULT "many");
	ASSERT_LT(0, self->few);
	TH_LOG("instructions for 100 records: %ld of 4 processors, %ld if 124 are idle, %ld of 128",
	       self->few, self->idle, self->many);
}

FIXTURE_TEARDOWN(merge)
{
	EXPECT_EQ(0, module_unload_other("manyrings"));
}

TEST_F(merge, of_idle_processors_costs_nothing)
{
	EXPECT_GT(self->few * 1.02, self->idle);
}

TEST_F(merge, of_128_processors_costs_little_more_than_of_4)
{
	EXPECT_LT(self->few, self->many);
	EXPECT_GT(self->few * 1.3, self->many);
}

TEST_HARNESS_MAIN
