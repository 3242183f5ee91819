// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose stat: what the module counted, once or again and again.
 */
#include <errno.h>
#include <string.h>

#include "base/complain.h"
#include "cmd/commands.h"
#include "lib/statistics.h"
#include "view/stat.h"

/**
 * struct stat_run - one run of the command
 * @run: what all commands have
 * @reset: count from 0 after each report
 * @snapshots: this report's and the one before, by turns
 */
struct stat_run {
	struct run run;
	bool reset;
	struct statistics snapshots[2];
};

static const struct option_spec options[] = {
	OPTION_FLAG("json", "write one JSON object per report",
		    struct stat_run, run.view.json),
	OPTION_FLAG("reset", "after each report, count from 0 again",
		    struct stat_run, reset),
	OPTION_END,
};

static int report(void *run, uint64_t number)
{
	struct stat_run *r = run;
	struct statistics *now = &r->snapshots[number % 2];
	const struct stat_report shown = {
		.now = now,
		.before = number && !r->reset ?
				  &r->snapshots[(number + 1) % 2] :
				  NULL,
	};
	int ret;

	statistics_free(now);
	ret = statistics_fetch(r->run.device, now);
	/* What is counted while the report is written is in the next one. */
	if (!ret && r->reset)
		ret = statistics_reset(r->run.device, now);
	if (ret)
		return run_complain_device(&r->run, "statistics", ret);
	if (number && !r->run.view.json)
		buffer_printf(&r->run.out, "\n");
	stat_write(&r->run.view, &r->run.out, &shown);
	return run_flush(&r->run);
}

static void free_snapshots(void *run)
{
	struct stat_run *r = run;

	statistics_free(&r->snapshots[0]);
	statistics_free(&r->snapshots[1]);
}

const struct command stat_command = {
	.name = "stat",
	.summary = "show what was counted: transitions, times, ends, losses",
	.takes = TAKES_REPORTS,
	.options = options,
	.run_size = sizeof(struct stat_run),
	.work = run_reports,
	.report = report,
	.free = free_snapshots,
};
