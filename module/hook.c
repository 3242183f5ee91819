// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks: attaches handlers to the entry of kernel functions, by name, and to the return
 * of some, and knows the state of each hook. Knows nothing of what handlers do.
 *
 * Uses ftrace where it can read arguments. Hooks that are attached together
 * share one ops: that gives them a trampoline of their own, at some 35
 * instructions per call, and each ops takes a tenth of a second to unregister.
 * Uses kprobes elsewhere, or on request, and kretprobes for returns. The ops are
 * permanent: while they are registered the kernel refuses kernel.ftrace_enabled=0,
 * which would disable them silently.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "canary.h"
#include "hook.h"

#define HOOKS_MAX	40
/* Calls of one function whose return is hooked, at the same time. */
#define RETURNS_MAX	256
#define TRACEPOINTS_MAX	2

static enum tcpclose_hook_choice choice;
static const char *unwanted;	/* comma-separated names of functions */

/* Not removed before unload. */
static struct tcpclose_tracepoint *known_tracepoints[TRACEPOINTS_MAX];
static unsigned int known_tracepoint_count;

/* In the order of tcpclose_hook_prepare(); not removed before unload. */
static struct tcpclose_probe *known_probes[HOOKS_MAX];
static unsigned int known_count;

/* Guards each probe's @missed together with what @kp and @rp have missed. */
static DEFINE_MUTEX(missed_lock);

#if TCPCLOSE_HAVE_FTRACE
static void hook_ftrace_begin(struct tcpclose_hooks *hooks)
{
	/* Clear all of it: ftrace_free_filter() leaves dangling pointers. */
	hooks->ops = (struct ftrace_ops) {
		.func = hooks->ftrace,
		.flags = FTRACE_OPS_FL_PERMANENT,
	};
}

static int hook_ftrace_add(struct tcpclose_hooks *hooks, unsigned long address)
{
	return ftrace_set_filter_ip(&hooks->ops, address, 0, 0);
}

static int hook_ftrace_attach(struct tcpclose_hooks *hooks)
{
	int err = register_ftrace_function(&hooks->ops);

	if (err)
		ftrace_free_filter(&hooks->ops);
	return err;
}

static void hook_ftrace_detach(struct tcpclose_hooks *hooks)
{
	unregister_ftrace_function(&hooks->ops);
	ftrace_free_filter(&hooks->ops);
}

/* Find the address of a function, by a kprobe that is never armed. */
static int find_function(const char *function, unsigned long *address)
{
	struct kprobe kp = {
		.symbol_name = function,
		.flags = KPROBE_FLAG_DISABLED,
	};
	int err = register_kprobe(&kp);

	if (err)
		return err;
	*address = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return 0;
}

/*
 * kprobes on function entries use ftrace, but not permanently. As long as this
 * permanent ops is registered, which does nothing, ftrace can't be switched
 * off.
 */
static void notrace hook_guard_function(unsigned long ip, unsigned long caller,
					struct ftrace_ops *ops,
					struct ftrace_regs *fregs)
{
}

static struct ftrace_ops hook_guard;
static bool hook_guarded;

static int attach_guard(void)
{
	unsigned long address;
	int err = find_function("tcp_abort", &address);

	if (err)
		return err;
	hook_guard = (struct ftrace_ops) {
		.func = hook_guard_function,
		.flags = FTRACE_OPS_FL_PERMANENT,
	};
	err = ftrace_set_filter_ip(&hook_guard, address, 0, 0);
	if (err)
		return err;
	err = register_ftrace_function(&hook_guard);
	if (err)
		ftrace_free_filter(&hook_guard);
	hook_guarded = !err;
	return err;
}

static void detach_guard(void)
{
	if (!hook_guarded)
		return;
	unregister_ftrace_function(&hook_guard);
	ftrace_free_filter(&hook_guard);
	hook_guarded = false;
}
#else
static void hook_ftrace_begin(struct tcpclose_hooks *hooks)
{
}

static int hook_ftrace_add(struct tcpclose_hooks *hooks, unsigned long address)
{
	return -EOPNOTSUPP;
}

static int hook_ftrace_attach(struct tcpclose_hooks *hooks)
{
	return -EOPNOTSUPP;
}

static void hook_ftrace_detach(struct tcpclose_hooks *hooks)
{
}

static int attach_guard(void)
{
	return 0;
}

static void detach_guard(void)
{
}
#endif /* TCPCLOSE_HAVE_FTRACE */

/*
 * Does nothing, but a kprobe with a post_handler remains a breakpoint.
 * Optimized to a jump (OPTPROBES) it would run with interrupts on at its
 * beginning and end, and miss the functions that an interrupt calls meanwhile.
 * Not for kprobes that use ftrace: these are never optimized, and a
 * post_handler makes them modify the instruction pointer
 * (FTRACE_OPS_FL_IPMODIFY), which conflicts with live patches.
 */
static void hook_stay_breakpoint(struct kprobe *kp, struct pt_regs *regs,
				 unsigned long flags)
{
}

NOKPROBE_SYMBOL(hook_stay_breakpoint);

/*
 * Without the canary, which would take a tenth of a second of load and of unload: these
 * are not needed by other hooks, and tcpclose_hook_state() checks whether they run.
 */
static int attach_kretprobe(struct tcpclose_probe *probe)
{
	int err;

	mutex_lock(&missed_lock);
	probe->rp = (struct kretprobe) {
		.kp.addr = (kprobe_opcode_t *)probe->address,
		.entry_handler = probe->entered,
		.handler = probe->returned,
		.data_size = probe->note_size,
		.maxactive = max_t(int, RETURNS_MAX, 4 * num_possible_cpus()),
	};
	mutex_unlock(&missed_lock);
	err = register_kretprobe(&probe->rp);
	if (!err)
		WRITE_ONCE(probe->via, TCPCLOSE_HOOK_KRETPROBE);
	return err;
}

static int attach_kprobe(struct tcpclose_probe *probe)
{
	int err;

	mutex_lock(&missed_lock);
	probe->kp = (struct kprobe) {
		.addr = (kprobe_opcode_t *)probe->address,
		.pre_handler = probe->kprobe,
		.post_handler = IS_ENABLED(CONFIG_KPROBES_ON_FTRACE) ?
					NULL :
					hook_stay_breakpoint,
	};
	mutex_unlock(&missed_lock);
	err = register_kprobe(&probe->kp);
	if (err)
		return err;
	err = tcpclose_canary_check();
	if (err)
		unregister_kprobe(&probe->kp);
	else
		probe->via = TCPCLOSE_HOOK_KPROBE;
	return err;
}

/**
 * tcpclose_hook_init() - choose how hooks are attached
 * @how: the parameter "hooks"
 * @without: the parameter "without"; must remain valid
 *
 * Context: process; sleeps.
 * Return: 0, -EBUSY when ftrace is switched off, or an error of register_kprobe()
 * or register_ftrace_function().
 */
int tcpclose_hook_init(enum tcpclose_hook_choice how, const char *without)
{
	int err = 0;

	choice = how;
	unwanted = without;
	known_count = 0;
	known_tracepoint_count = 0;
	if (choice == TCPCLOSE_HOOKS_KPROBE && IS_ENABLED(CONFIG_KPROBES_ON_FTRACE))
		err = attach_guard();
	return err;
}

/**
 * tcpclose_hook_exit() - undo tcpclose_hook_init() and tcpclose_hook_prepare()
 *
 * Context: process; all hooks are detached.
 */
void tcpclose_hook_exit(void)
{
	detach_guard();
	tcpclose_canary_exit();
	known_count = 0;
	known_tracepoint_count = 0;
}

/**
 * tcpclose_hook_prepare() - register hooks, to be attached later
 * @hooks: the hooks
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM; tcpclose_hook_exit() frees what was allocated in either
 * case.
 */
int tcpclose_hook_prepare(struct tcpclose_hooks *hooks)
{
	unsigned int i;

	for (i = 0; i < hooks->count; i++) {
		struct tcpclose_probe *probe = &hooks->probes[i];

		if (WARN_ON(known_count == HOOKS_MAX))
			return -ENOMEM;
		probe->via = TCPCLOSE_HOOK_OFF;
		probe->error = 0;
		probe->missed = 0;
		known_probes[known_count++] = probe;
	}
	return 0;
}

/**
 * tcpclose_hook_locate() - find the functions of all prepared hooks
 *
 * All at once, since each call that unregisters kprobes waits for a grace
 * period.
 *
 * Context: process; sleeps.
 */
void tcpclose_hook_locate(void)
{
	struct kprobe *found[HOOKS_MAX];
	unsigned int i, j, count = 0;

	for (i = 0; i < known_count; i++) {
		struct tcpclose_probe *probe = known_probes[i];
		int err = -ENOENT;

		probe->address = 0;
		for (j = 0; err && probe->functions[j].name; j++) {
			probe->kp = (struct kprobe) {
				.symbol_name = probe->functions[j].name,
				.flags = KPROBE_FLAG_DISABLED,
			};
			err = register_kprobe(&probe->kp);
		}
		probe->error = -err;
		if (err)
			continue;
		/*
		 * tcpclose_hook_state() reports the first name: the one that
		 * was found.
		 */
		swap(probe->functions[0], probe->functions[j - 1]);
		found[count++] = &probe->kp;
		/* Its handler would read what is not there. */
		probe->error = probe->functions[0].error;
		if (!probe->error)
			probe->address = (unsigned long)probe->kp.addr;
	}
	if (count)
		unregister_kprobes(found, count);
}

/**
 * tcpclose_hook_why() - what an error of a hook means
 * @error: errno
 *
 * Return: text that follows the number.
 */
const char *tcpclose_hook_why(int error)
{
	switch (error) {
	case ENOENT:
		return ": this kernel has none";
	case EPROTOTYPE:
		return ": it takes other arguments in this kernel";
	case ENODATA:
		return ": its arguments are unknown; build the module with bpftool and BTF";
	default:
		return "";
	}
}

/**
 * tcpclose_hook_named() - whether a list begins with a name of a hooked
 *	function
 * @probe: the hook
 * @names: comma-separated names
 * @length: set to the length of the first name in the list
 */
bool tcpclose_hook_named(const struct tcpclose_probe *probe, const char *names,
			 size_t *length)
{
	unsigned int i;

	*length = strcspn(names, ",");
	for (i = 0; probe->functions[i].name; i++) {
		if (strlen(probe->functions[i].name) == *length &&
		    !strncmp(probe->functions[i].name, names, *length))
			return true;
	}
	return false;
}

static bool is_unwanted(const struct tcpclose_probe *probe)
{
	const char *names = unwanted;
	size_t length;

	while (*names) {
		if (tcpclose_hook_named(probe, names, &length))
			return true;
		names += length;
		names += *names == ',';
	}
	return false;
}

/* Whether any of these hooks is to be attached, or is attached, by ftrace. */
static bool any_by_ftrace(const struct tcpclose_hooks *hooks)
{
	unsigned int i;

	for (i = 0; i < hooks->count; i++)
		if (hooks->probes[i].via == TCPCLOSE_HOOK_FTRACE)
			return true;
	return false;
}

/*
 * Attach one hook by kprobe, or add it to those for ftrace, attached together
 * later.
 */
static void choose_attachment(struct tcpclose_hooks *hooks,
			      struct tcpclose_probe *probe)
{
	int err;

	if (is_unwanted(probe)) {
		probe->error = ECANCELED;
		return;
	}
	if (!probe->address)
		return;
	if (probe->returned) {
		probe->error = -attach_kretprobe(probe);
		return;
	}
	err = choice == TCPCLOSE_HOOKS_KPROBE ?
		      -EOPNOTSUPP : hook_ftrace_add(hooks, probe->address);
	if (!err)
		probe->via = TCPCLOSE_HOOK_FTRACE;
	else if (choice != TCPCLOSE_HOOKS_FTRACE)
		err = attach_kprobe(probe);
	probe->error = -err;
}

/* Whether kprobes were needed for any of these hooks, and are switched off. */
static bool any_kprobe_silenced(const struct tcpclose_hooks *hooks)
{
	unsigned int i;

	for (i = 0; i < hooks->count; i++)
		if (hooks->probes[i].error == ENXIO)
			return true;
	return false;
}

/* Attaching by ftrace failed: use kprobes, if that may help. */
static void fall_back_to_kprobes(struct tcpclose_hooks *hooks, int err)
{
	unsigned int i;

	for (i = 0; i < hooks->count; i++) {
		struct tcpclose_probe *probe = &hooks->probes[i];

		if (probe->via != TCPCLOSE_HOOK_FTRACE)
			continue;
		probe->via = TCPCLOSE_HOOK_OFF;
		probe->error = -err;
		if (err != -EBUSY && choice == TCPCLOSE_HOOKS_AUTO)
			probe->error = -attach_kprobe(probe);
	}
}

/**
 * tcpclose_hook_attach() - attach hooks
 * @hooks: the hooks, prepared and located
 *
 * Not every hook is needed: each &struct tcpclose_probe says whether it is
 * attached, and tcpclose_hook_state() reports it.
 *
 * Context: process; sleeps.
 * Return: 0, -EBUSY when kernel.ftrace_enabled is 0, or -ENXIO when kprobes are
 * switched off.
 */
int tcpclose_hook_attach(struct tcpclose_hooks *hooks)
{
	unsigned int i;
	int err;

	hook_ftrace_begin(hooks);
	for (i = 0; i < hooks->count; i++)
		choose_attachment(hooks, &hooks->probes[i]);
	err = any_by_ftrace(hooks) ? hook_ftrace_attach(hooks) : 0;
	if (err)
		fall_back_to_kprobes(hooks, err);
	if (any_kprobe_silenced(hooks))
		return -ENXIO;
	return err == -EBUSY ? err : 0;
}

/* missed_lock held. */
static u64 missed_now(const struct tcpclose_probe *probe)
{
	return READ_ONCE(probe->kp.nmissed) + READ_ONCE(probe->rp.kp.nmissed) +
	       READ_ONCE(probe->rp.nmissed);
}

/**
 * tcpclose_hook_detach() - detach hooks
 * @hooks: the hooks, attached or not
 *
 * Context: process; sleeps. No call of a handler is running afterwards.
 */
void tcpclose_hook_detach(struct tcpclose_hooks *hooks)
{
	struct kretprobe *returns[HOOKS_MAX];
	struct kprobe *attached[HOOKS_MAX];
	unsigned int i, count = 0, return_count = 0;

	if (any_by_ftrace(hooks))
		hook_ftrace_detach(hooks);
	for (i = 0; i < hooks->count; i++) {
		if (hooks->probes[i].via == TCPCLOSE_HOOK_KPROBE)
			attached[count++] = &hooks->probes[i].kp;
		else if (hooks->probes[i].via == TCPCLOSE_HOOK_KRETPROBE)
			returns[return_count++] = &hooks->probes[i].rp;
	}
	if (count)
		unregister_kprobes(attached, count);
	if (return_count)
		unregister_kretprobes(returns, return_count);
	mutex_lock(&missed_lock);
	for (i = 0; i < hooks->count; i++) {
		struct tcpclose_probe *probe = &hooks->probes[i];

		probe->missed += missed_now(probe);
		probe->kp.nmissed = 0;
		probe->rp.kp.nmissed = 0;
		probe->rp.nmissed = 0;
		probe->via = TCPCLOSE_HOOK_OFF;
	}
	mutex_unlock(&missed_lock);
}

static void find_tracepoint(struct tracepoint *candidate, void *hook)
{
	struct tcpclose_tracepoint *wanted = hook;

	if (!strcmp(candidate->name, wanted->name))
		wanted->tracepoint = candidate;
}

/**
 * tcpclose_hook_attach_tracepoint() - attach to a tracepoint
 * @hook: the hook
 *
 * Context: process; sleeps.
 * Return: 0, -ENOENT if the kernel lacks the tracepoint, -EPROTOTYPE or -ENODATA if its
 * arguments are not those of the probe, or an error of tracepoint_probe_register().
 */
int tcpclose_hook_attach_tracepoint(struct tcpclose_tracepoint *hook)
{
	int err = -ENOENT;

	if (WARN_ON(known_tracepoint_count == TRACEPOINTS_MAX))
		return -ENOMEM;
	hook->tracepoint = NULL;
	for_each_kernel_tracepoint(find_tracepoint, hook);
	if (hook->tracepoint)
		err = hook->prototype ? -hook->prototype :
					tracepoint_probe_register(hook->tracepoint, hook->probe,
								  NULL);
	if (err)
		hook->tracepoint = NULL;
	hook->error = -err;
	/* What is needed is listed first. */
	known_tracepoints[known_tracepoint_count++] = hook;
	if (hook->needed)
		swap(known_tracepoints[0], known_tracepoints[known_tracepoint_count - 1]);
	return err;
}

/**
 * tcpclose_hook_detach_tracepoint() - detach from a tracepoint
 * @hook: the hook, attached or not
 *
 * Context: process; sleeps. No call of the probe is running afterwards.
 */
void tcpclose_hook_detach_tracepoint(struct tcpclose_tracepoint *hook)
{
	if (!hook->tracepoint)
		return;
	tracepoint_probe_unregister(hook->tracepoint, hook->probe, NULL);
	tracepoint_synchronize_unregister();
	hook->tracepoint = NULL;
}

static u64 sum_calls(u64 __percpu *calls)
{
	u64 total = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		total += READ_ONCE(*per_cpu_ptr(calls, cpu));
	return total;
}

static void report_tracepoint(struct tcpclose_hook *to,
			      const struct tcpclose_tracepoint *hook)
{
	to->via = hook->error ? TCPCLOSE_HOOK_OFF : TCPCLOSE_HOOK_TRACEPOINT;
	to->error = hook->error;
	to->needed = hook->needed;
	to->calls = sum_calls(hook->calls);
	strscpy(to->name, hook->name, sizeof(to->name));
	strscpy(to->purpose, hook->purpose, sizeof(to->purpose));
}

/**
 * tcpclose_hook_state() - report the state of one hook
 * @hook: its index is set; the other members are filled in
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOENT if there is no hook of that index.
 */
int tcpclose_hook_state(struct tcpclose_hook *hook)
{
	unsigned int index = hook->index;
	struct tcpclose_probe *probe;

	memset(hook, 0, sizeof(*hook));
	hook->index = index;
	if (index < known_tracepoint_count) {
		index = array_index_nospec(index, known_tracepoint_count);
		report_tracepoint(hook, known_tracepoints[index]);
		return 0;
	}
	index -= known_tracepoint_count;
	if (index >= known_count)
		return -ENOENT;
	probe = known_probes[array_index_nospec(index, known_count)];
	hook->via = READ_ONCE(probe->via);
	hook->error = READ_ONCE(probe->error);
	if ((hook->via == TCPCLOSE_HOOK_KPROBE || hook->via == TCPCLOSE_HOOK_KRETPROBE) &&
	    tcpclose_canary_check() == -ENXIO) {
		hook->via = TCPCLOSE_HOOK_OFF;
		hook->error = ENXIO;
	}
	hook->calls = sum_calls(probe->calls);
	strscpy(hook->name, probe->functions[0].name, sizeof(hook->name));
	strscpy(hook->purpose, probe->purpose, sizeof(hook->purpose));
	return 0;
}

/**
 * tcpclose_hook_missed() - number of calls that hooks have missed since load
 *
 * A kprobe is skipped while another one runs on the same CPU, and a kretprobe if too
 * many calls are under way.
 *
 * Context: process; sleeps.
 */
u64 tcpclose_hook_missed(void)
{
	u64 missed = 0;
	unsigned int i;

	mutex_lock(&missed_lock);
	for (i = 0; i < known_count; i++)
		missed += known_probes[i]->missed + missed_now(known_probes[i]);
	mutex_unlock(&missed_lock);
	return missed;
}
