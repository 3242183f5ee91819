// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose export: what the module counted, for systems that watch machines.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/complain.h"
#include "cmd/commands.h"
#include "lib/devnode.h"
#include "lib/statistics.h"
#include "view/metrics.h"

/**
 * struct export_run - one run of the command
 * @run: what all commands have
 * @textfile: file to replace with each report; "-": standard output
 * @statistics: of the latest report
 */
struct export_run {
	struct run run;
	const char *textfile;
	struct statistics statistics;
};

static const struct option_spec options[] = {
	OPTION("textfile", "FILE", "replace FILE with metrics, as Prometheus reads them; -: standard output",
	       option_string, struct export_run, textfile),
	OPTION_END,
};

static const char *check(void *run)
{
	struct export_run *r = run;

	return r->textfile ? NULL : "say where to: --textfile FILE";
}

static int replace(struct export_run *r, const struct metrics_source *source)
{
	struct atomic_file file;
	struct error why;
	int ret;

	ret = atomic_file_begin(&file, r->textfile, &why);
	if (!ret) {
		buffer_init(&r->run.out, file.fd);
		metrics_text(&r->run.out, source);
		ret = buffer_flush(&r->run.out);
		/* Nothing of it goes to standard output. */
		buffer_init(&r->run.out, STDOUT_FILENO);
		if (ret) {
			atomic_file_abandon(&file);
			error_set(&why, ret, "%s: cannot be written: %s", r->textfile,
				  strerror(-ret));
		} else {
			ret = atomic_file_commit(&file, &why);
		}
	}
	if (ret)
		complain("%s", why.text);
	return ret;
}

static int report(void *run, uint64_t number)
{
	struct export_run *r = run;
	struct metrics_source source = { .statistics = &r->statistics, .tool = TCPCLOSE_VERSION };
	struct tcpclose_version version;
	int ret;

	statistics_free(&r->statistics);
	ret = statistics_fetch(r->run.device, &r->statistics);
	if (!ret)
		ret = devnode_version(r->run.device, &version);
	if (ret)
		return run_complain_device(&r->run, "metrics", ret);
	source.module = version.module;
	if (strcmp(r->textfile, "-"))
		return replace(r, &source);
	metrics_text(&r->run.out, &source);
	return run_flush(&r->run);
}

static void free_statistics(void *run)
{
	struct export_run *r = run;

	statistics_free(&r->statistics);
}

const struct command export_command = {
	.name = "export",
	.summary = "write what was counted as metrics for Prometheus",
	.takes = TAKES_REPORTS,
	.options = options,
	.run_size = sizeof(struct export_run),
	.check = check,
	.work = run_reports,
	.report = report,
	.free = free_statistics,
};
