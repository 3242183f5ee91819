// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose: records how TCP connections close.
 *
 * Owns the module's parameters, and the order in which its parts start and
 * stop. Knows nothing of sockets and records.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "accept.h"
#include "caller.h"
#include "chardev.h"
#include "compat.h"
#include "entry.h"
#include "failed_call.h"
#include "gate.h"
#include "handover.h"
#include "hook.h"
#include "listener.h"
#include "reader.h"
#include "request.h"
#include "ring.h"
#include "rst.h"
#include "rst_reason.h"
#include "segment.h"
#include "stats.h"
#include "table.h"
#include "timewait.h"
#include "transition.h"
#include "wakeup.h"

#define MAX_CONNS_MIN	1u
#define MAX_CONNS_MAX	BIT(26)
/* The default: this fraction of the memory, within these limits. */
#define MAX_CONNS_MEMORY_PART	64
#define MAX_CONNS_DEFAULT_MIN	65536UL
#define MAX_CONNS_DEFAULT_MAX	1048576UL

/*
 * Serializes changes of "scope" with load and unload: scope=all needs a hook.
 */
static DEFINE_MUTEX(scope_lock);
static bool loaded;	/* under scope_lock */

static unsigned int max_conns;
static unsigned int ring_records = TCPCLOSE_RING_RECORDS_DEFAULT;
static char *hooks = "auto";
static char *without = "";

/* Attached at load, in this order. */
static struct tcpclose_hooks *const permanent_hooks[] = {
	&tcpclose_segment_hooks,
	&tcpclose_rst_hooks,
	&tcpclose_accept_hooks,
	&tcpclose_listener_hooks,
	&tcpclose_timewait_hooks,
	/* Births last: every mini-socket seen to be born is seen to end. */
	&tcpclose_handover_hooks,
};

/*
 * Attached only with scope=all; at load, though nothing depends on them; and only while
 * somebody reads.
 */
static struct tcpclose_hooks *const occasional_hooks[] = {
	&tcpclose_request_hooks,
	&tcpclose_failed_call_hooks,
	&tcpclose_failed_connect_hooks,
};

/*
 * Report functions that could not be hooked, and what is not recorded without
 * them.
 */
static void warn_missing(const struct tcpclose_hooks *hooks)
{
	unsigned int i;

	for (i = 0; i < hooks->count; i++) {
		const struct tcpclose_probe *probe = &hooks->probes[i];

		if (probe->via == TCPCLOSE_HOOK_OFF)
			pr_warn("no hook on %s (error %d%s); not recorded without it: %s\n",
				probe->functions[0].name, -probe->error,
				tcpclose_hook_why(probe->error), probe->purpose);
	}
}

/*
 * scope_lock held. The scope widens even if the hook cannot be attached:
 * openings are recorded then, LISTEN → SYN_RECV without the new socket's
 * addresses and cookie.
 */
static int apply_scope(bool all)
{
	if (all == tcpclose_scope_all)
		return 0;
	if (all) {
		tcpclose_request_forget();
		tcpclose_hook_attach(&tcpclose_request_hooks);
		warn_missing(&tcpclose_request_hooks);
	}
	WRITE_ONCE(tcpclose_scope_all, all);
	if (!all)
		tcpclose_hook_detach(&tcpclose_request_hooks);
	return 0;
}

static bool wanted_scope_all;	/* under scope_lock */

static int set_scope(const char *value, const struct kernel_param *param)
{
	bool all;
	int err = 0;

	if (sysfs_streq(value, "all")) {
		all = true;
	} else if (sysfs_streq(value, "teardown")) {
		all = false;
	} else {
		pr_err("scope=%s: must be \"teardown\" or \"all\"\n", value);
		return -EINVAL;
	}
	mutex_lock(&scope_lock);
	wanted_scope_all = all;
	if (loaded)
		err = apply_scope(all);
	mutex_unlock(&scope_lock);
	return err;
}

static int get_scope(char *value, const struct kernel_param *param)
{
	return sysfs_emit(value, "%s\n", wanted_scope_all ? "all" : "teardown");
}

static const struct kernel_param_ops scope_ops = {
	.set = set_scope,
	.get = get_scope,
};

module_param_cb(scope, &scope_ops, NULL, 0644);
MODULE_PARM_DESC(scope, "what to record: \"teardown\" (default), or \"all\" to include openings; can be changed while loaded");
module_param(max_conns, uint, 0444);
MODULE_PARM_DESC(max_conns, "maximum number of tracked connections, 1 to 67108864 (default: by memory size, 65536 to 1048576)");
module_param(ring_records, uint, 0444);
MODULE_PARM_DESC(ring_records, "records per CPU, a power of two from 256 to 1048576 (default 16384: 2 MiB)");
module_param(hooks, charp, 0444);
MODULE_PARM_DESC(hooks, "how to hook functions: \"auto\" (default), \"ftrace\" or \"kprobe\"");

module_param_named(rst_rate, tcpclose_gate_rates[TCPCLOSE_GATE_RST], uint, 0644);
MODULE_PARM_DESC(rst_rate, "records a second and CPU of RSTs that end no connection (default 100); the others are counted; can be changed while loaded");
module_param_named(drop_rate, tcpclose_gate_rates[TCPCLOSE_GATE_DROP], uint, 0644);
MODULE_PARM_DESC(drop_rate, "records a second and CPU of drops by listeners (default 100); the others are counted; can be changed while loaded");
module_param_named(call_rate, tcpclose_gate_rates[TCPCLOSE_GATE_CALL], uint, 0644);
MODULE_PARM_DESC(call_rate, "records a second and CPU of failed calls (default 100); the others are counted; can be changed while loaded");
module_param(without, charp, 0444);
MODULE_PARM_DESC(without, "comma-separated list of functions not to hook, for a kernel where hooking one causes trouble");

static unsigned int default_max_conns(void)
{
	unsigned long bytes = totalram_pages() << PAGE_SHIFT;

	return clamp(bytes / MAX_CONNS_MEMORY_PART / sizeof(struct tcpclose_entry),
		     MAX_CONNS_DEFAULT_MIN, MAX_CONNS_DEFAULT_MAX);
}

static bool any_hook_named(const struct tcpclose_hooks *hooks, const char *names,
			   size_t *length)
{
	unsigned int i;

	for (i = 0; i < hooks->count; i++) {
		if (tcpclose_hook_named(&hooks->probes[i], names, length))
			return true;
	}
	return false;
}

static bool is_watched_function(const char *names, size_t *length)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(permanent_hooks); i++) {
		if (any_hook_named(permanent_hooks[i], names, length))
			return true;
	}
	for (i = 0; i < ARRAY_SIZE(occasional_hooks); i++) {
		if (any_hook_named(occasional_hooks[i], names, length))
			return true;
	}
	return false;
}

/* Refuse unknown names: a misspelt one would leave its function hooked. */
static int check_without(void)
{
	const char *names = without;
	size_t length;

	while (*names) {
		if (!is_watched_function(names, &length)) {
			pr_err("without=%s: \"%.*s\" is not a function that tcpclose hooks; \"tcpclose stat\" lists them\n",
			       without, (int)length, names);
			return -EINVAL;
		}
		names += length;
		names += *names == ',';
	}
	return 0;
}

static int check_parameters(enum tcpclose_hook_choice *choice)
{
	if (!is_power_of_2(ring_records) ||
	    ring_records < TCPCLOSE_RING_RECORDS_MIN ||
	    ring_records > TCPCLOSE_RING_RECORDS_MAX) {
		pr_err("ring_records=%u: must be a power of two from %u to %lu\n",
		       ring_records, TCPCLOSE_RING_RECORDS_MIN,
		       TCPCLOSE_RING_RECORDS_MAX);
		return -EINVAL;
	}
	if (max_conns > MAX_CONNS_MAX) {
		pr_err("max_conns=%u: must be from %u to %lu, or 0 to choose by memory size\n",
		       max_conns, MAX_CONNS_MIN, MAX_CONNS_MAX);
		return -EINVAL;
	}
	if (!strcmp(hooks, "auto")) {
		*choice = TCPCLOSE_HOOKS_AUTO;
	} else if (!strcmp(hooks, "ftrace")) {
		*choice = TCPCLOSE_HOOKS_FTRACE;
	} else if (!strcmp(hooks, "kprobe")) {
		*choice = TCPCLOSE_HOOKS_KPROBE;
	} else {
		pr_err("hooks=%s: must be \"auto\", \"ftrace\" or \"kprobe\"\n", hooks);
		return -EINVAL;
	}
	if (*choice == TCPCLOSE_HOOKS_FTRACE && !TCPCLOSE_HAVE_FTRACE) {
		pr_err("hooks=ftrace: this kernel has no ftrace, or its ftrace cannot read function arguments; load without this parameter to use kprobes\n");
		return -EOPNOTSUPP;
	}
	return check_without();
}

/* Report what is switched off, and how to switch it on. */
static void log_switched_off(int err)
{
	if (err == -EBUSY)
		pr_err("kernel.ftrace_enabled is 0, so functions cannot be hooked: run \"sysctl kernel.ftrace_enabled=1\"\n");
	else if (err == -ENXIO)
		pr_err("kprobes are off, so functions cannot be hooked: run \"echo 1 >/sys/kernel/debug/kprobes/enabled\"\n");
}

static void detach_hooks(unsigned int count)
{
	tcpclose_hook_detach(&tcpclose_failed_call_hooks);
	while (count--)
		tcpclose_hook_detach(permanent_hooks[count]);
}

static int attach_hooks(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(permanent_hooks); i++) {
		err = tcpclose_hook_prepare(permanent_hooks[i]);
		if (err)
			return err;
	}
	for (i = 0; i < ARRAY_SIZE(occasional_hooks); i++) {
		err = tcpclose_hook_prepare(occasional_hooks[i]);
		if (err)
			return err;
	}
	tcpclose_hook_locate();
	for (i = 0; i < ARRAY_SIZE(permanent_hooks); i++) {
		err = tcpclose_hook_attach(permanent_hooks[i]);
		if (err) {
			detach_hooks(i + 1);
			log_switched_off(err);
			return err;
		}
		warn_missing(permanent_hooks[i]);
	}
	/* Kretprobes, whatever the parameter "hooks" is. */
	tcpclose_hook_attach(&tcpclose_failed_call_hooks);
	warn_missing(&tcpclose_failed_call_hooks);
	return 0;
}

static void detach_scope(void)
{
	mutex_lock(&scope_lock);
	loaded = false;
	apply_scope(false);
	mutex_unlock(&scope_lock);
}

/* Not every RST that is received is recorded without it. */
static void attach_drops(void)
{
	int err = tcpclose_hook_attach_tracepoint(&tcpclose_rst_drops);

	if (err)
		pr_warn("cannot attach to tracepoint %s (error %d%s); not recorded without it: %s\n",
			tcpclose_rst_drops.name, err, tcpclose_hook_why(-err),
			tcpclose_rst_drops.purpose);
}

static int attach_all(void)
{
	int err;

	/* First: the hooks note what it is to leave out. */
	attach_drops();
	err = attach_hooks();
	if (err)
		goto detach_drops;

	mutex_lock(&scope_lock);
	apply_scope(wanted_scope_all);
	loaded = true;
	mutex_unlock(&scope_lock);

	err = tcpclose_transition_init();
	if (!err)
		return 0;
	pr_err("cannot attach to tracepoint inet_sock_set_state (error %d)%s\n",
	       err, err == -ENOENT ? ": this kernel has none, it needs CONFIG_TRACEPOINTS" :
				     tcpclose_hook_why(-err));
	detach_scope();
	detach_hooks(ARRAY_SIZE(permanent_hooks));
detach_drops:
	tcpclose_hook_detach_tracepoint(&tcpclose_rst_drops);
	return err;
}

static void detach_all(void)
{
	tcpclose_transition_exit();
	detach_scope();
	detach_hooks(ARRAY_SIZE(permanent_hooks));
	tcpclose_hook_detach_tracepoint(&tcpclose_rst_drops);
}

static int __init tcpclose_init(void)
{
	enum tcpclose_hook_choice choice;
	int err;

	err = check_parameters(&choice);
	if (err)
		return err;
	if (!max_conns)
		max_conns = default_max_conns();

	err = tcpclose_ring_init(ring_records);
	if (err)
		return err;
	err = tcpclose_stats_init();
	if (err)
		goto exit_ring;
	err = tcpclose_table_init(max_conns);
	if (err)
		goto exit_stats;
	err = tcpclose_wakeup_init(ring_records, tcpclose_reader_look);
	if (err)
		goto exit_table;
	tcpclose_gate_init(ring_records);
	tcpclose_rst_reason_init();
	err = tcpclose_caller_init();
	if (err)
		goto exit_gate;
	err = tcpclose_hook_init(choice, without);
	if (err) {
		log_switched_off(err);
		goto exit_caller;
	}
	err = attach_all();
	if (err)
		goto exit_hook;
	err = tcpclose_chardev_init();
	if (err)
		goto exit_attached;
	return 0;

exit_attached:
	detach_all();
exit_hook:
	tcpclose_hook_exit();
exit_caller:
	tcpclose_caller_exit();
exit_gate:
	tcpclose_gate_exit();
	tcpclose_wakeup_exit();
exit_table:
	tcpclose_table_exit();
exit_stats:
	tcpclose_stats_exit();
exit_ring:
	tcpclose_ring_exit();
	return err;
}

static void __exit tcpclose_exit(void)
{
	tcpclose_chardev_exit();
	tcpclose_failed_call_exit();
	detach_all();
	tcpclose_hook_exit();
	tcpclose_caller_exit();
	tcpclose_gate_exit();
	tcpclose_wakeup_exit();
	tcpclose_table_exit();
	tcpclose_stats_exit();
	tcpclose_ring_exit();
}

module_init(tcpclose_init);
module_exit(tcpclose_exit);

MODULE_AUTHOR("The tcpclose authors");
MODULE_DESCRIPTION("Records how TCP connections close: every transition, including TIME_WAIT");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
