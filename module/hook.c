// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks: attaches to the entry of kernel functions, by name, and knows of each
 * hook whether it is alive.
 *
 * ftrace where it can show arguments: functions that are watched together share
 * one ops, which gives them a trampoline of their own, some 35 instructions a
 * call, and which alone takes a tenth of a second to unregister. kprobes
 * elsewhere, or when asked for. ftrace ops are permanent: kernel.ftrace_enabled=0,
 * which would silence them without a word, is refused while they are there.
 */
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "canary.h"
#include "hook.h"

#define HOOKS_MAX	16

static enum tcpclose_hook_choice choice;
static const char *unwanted;	/* functions, with commas in between */

static struct {
	const char *name;
	u64 __percpu *calls;
	const char *purpose;
} tracepoint_hook;

/* In the order of attachment; not removed before unload. */
static struct tcpclose_probe *known_probes[HOOKS_MAX];
static unsigned int known_count;

/* Guards each probe's @missed together with its @kp.nmissed. */
static DEFINE_MUTEX(missed_lock);

#if TCPCLOSE_HAVE_FTRACE
static void hook_ftrace_begin(struct tcpclose_hooks *hooks)
{
	/* From scratch: ftrace_free_filter() leaves what it freed in place. */
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

/* Where a function begins: a kprobe that is never armed finds out. */
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
 * kprobes on function entries are ftrace's too, but not permanent. As long as
 * this one, which does nothing, is there, nobody can switch them off.
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
 * Does nothing, but a kprobe that has such a handler remains a breakpoint. Made
 * into a jump (OPTPROBES) it would run with interrupts on at its beginning and its
 * end, and what an interrupt hits meanwhile would be missed. kprobes that are
 * ftrace's are not made into jumps, and would change the instruction pointer with
 * it (FTRACE_OPS_FL_IPMODIFY), which keeps live patches away.
 */
static void hook_stay_breakpoint(struct kprobe *kp, struct pt_regs *regs,
				 unsigned long flags)
{
}

NOKPROBE_SYMBOL(hook_stay_breakpoint);

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
 * @without: the parameter "without"; must stay
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
	tracepoint_hook.name = NULL;
	if (choice == TCPCLOSE_HOOKS_KPROBE && IS_ENABLED(CONFIG_KPROBES_ON_FTRACE))
		err = attach_guard();
	return err;
}

/**
 * tcpclose_hook_exit() - end what tcpclose_hook_init() began
 *
 * Context: process; all hooks are detached.
 */
void tcpclose_hook_exit(void)
{
	unsigned int i;

	detach_guard();
	tcpclose_canary_exit();
	for (i = 0; i < known_count; i++) {
		free_percpu(known_probes[i]->calls);
		known_probes[i]->calls = NULL;
	}
	known_count = 0;
}

/**
 * tcpclose_hook_prepare() - make hooks known, not yet attached
 * @hooks: what to watch
 *
 * Context: process; sleeps. What was allocated is freed by tcpclose_hook_exit().
 * Return: 0 or -ENOMEM.
 */
int tcpclose_hook_prepare(struct tcpclose_hooks *hooks)
{
	unsigned int i;

	for (i = 0; i < hooks->count; i++) {
		struct tcpclose_probe *probe = &hooks->probes[i];

		if (WARN_ON(known_count == HOOKS_MAX))
			return -ENOMEM;
		probe->calls = alloc_percpu(u64);
		if (!probe->calls)
			return -ENOMEM;
		probe->via = TCPCLOSE_HOOK_OFF;
		probe->error = 0;
		probe->missed = 0;
		known_probes[known_count++] = probe;
	}
	return 0;
}

/**
 * tcpclose_hook_locate() - find the functions of all hooks that were prepared
 *
 * All at once, since each kprobe that goes by itself is waited for.
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
		for (j = 0; err && probe->functions[j]; j++) {
			probe->kp = (struct kprobe) {
				.symbol_name = probe->functions[j],
				.flags = KPROBE_FLAG_DISABLED,
			};
			err = register_kprobe(&probe->kp);
		}
		probe->error = -err;
		if (err)
			continue;
		probe->address = (unsigned long)probe->kp.addr;
		/* Its name, for tcpclose_hook_state(): the one that was found. */
		swap(probe->functions[0], probe->functions[j - 1]);
		found[count++] = &probe->kp;
	}
	if (count)
		unregister_kprobes(found, count);
}

/**
 * tcpclose_hook_named() - whether a list begins with a name of a function
 * @probe: the function
 * @names: names with commas in between
 * @length: set to the length of the first name
 */
bool tcpclose_hook_named(const struct tcpclose_probe *probe, const char *names,
			 size_t *length)
{
	unsigned int i;

	*length = strcspn(names, ",");
	for (i = 0; probe->functions[i]; i++) {
		if (strlen(probe->functions[i]) == *length &&
		    !strncmp(probe->functions[i], names, *length))
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

/* Whether anything of these was left to ftrace. */
static bool any_by_ftrace(const struct tcpclose_hooks *hooks)
{
	unsigned int i;

	for (i = 0; i < hooks->count; i++)
		if (hooks->probes[i].via == TCPCLOSE_HOOK_FTRACE)
			return true;
	return false;
}

/* Choose for one function; what ftrace takes is attached with the others. */
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
	err = choice == TCPCLOSE_HOOKS_KPROBE ?
		      -EOPNOTSUPP : hook_ftrace_add(hooks, probe->address);
	if (!err)
		probe->via = TCPCLOSE_HOOK_FTRACE;
	else if (choice != TCPCLOSE_HOOKS_FTRACE)
		err = attach_kprobe(probe);
	probe->error = -err;
}

/* Whether kprobes were wanted for any of these, and are switched off. */
static bool any_kprobe_silenced(const struct tcpclose_hooks *hooks)
{
	unsigned int i;

	for (i = 0; i < hooks->count; i++)
		if (hooks->probes[i].error == ENXIO)
			return true;
	return false;
}

/* ftrace took none of those that were left to it. */
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
 * tcpclose_hook_attach() - begin to watch functions
 * @hooks: what to watch, prepared and located
 *
 * Each function's &struct tcpclose_probe tells whether it is watched, and
 * tcpclose_hook_state() shows it.
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

/**
 * tcpclose_hook_detach() - stop watching functions
 * @hooks: attached or not
 *
 * Context: process; sleeps. No call of a handler is running afterwards.
 */
void tcpclose_hook_detach(struct tcpclose_hooks *hooks)
{
	struct kprobe *attached[HOOKS_MAX];
	unsigned int i, count = 0;

	if (any_by_ftrace(hooks))
		hook_ftrace_detach(hooks);
	for (i = 0; i < hooks->count; i++)
		if (hooks->probes[i].via == TCPCLOSE_HOOK_KPROBE)
			attached[count++] = &hooks->probes[i].kp;
	if (count)
		unregister_kprobes(attached, count);
	mutex_lock(&missed_lock);
	for (i = 0; i < hooks->count; i++) {
		struct tcpclose_probe *probe = &hooks->probes[i];

		probe->missed += probe->kp.nmissed;
		probe->kp.nmissed = 0;
		probe->via = TCPCLOSE_HOOK_OFF;
	}
	mutex_unlock(&missed_lock);
}

/**
 * tcpclose_hook_tracepoint() - make the tracepoint known to tcpclose_hook_state()
 * @name: its name
 * @purpose: what is lost without it
 * @calls: how often it was called, per CPU
 */
void tcpclose_hook_tracepoint(const char *name, const char *purpose,
			      u64 __percpu *calls)
{
	tracepoint_hook.name = name;
	tracepoint_hook.purpose = purpose;
	tracepoint_hook.calls = calls;
}

static u64 sum_calls(u64 __percpu *calls)
{
	u64 total = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		total += READ_ONCE(*per_cpu_ptr(calls, cpu));
	return total;
}

/**
 * tcpclose_hook_state() - tell of one hook
 * @hook: its index is set; the other members are filled in
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOENT behind the last.
 */
int tcpclose_hook_state(struct tcpclose_hook *hook)
{
	unsigned int index = hook->index;
	struct tcpclose_probe *probe;

	memset(hook, 0, sizeof(*hook));
	hook->index = index;
	if (!index) {
		hook->via = TCPCLOSE_HOOK_TRACEPOINT;
		hook->needed = 1;
		hook->calls = sum_calls(tracepoint_hook.calls);
		strscpy(hook->name, tracepoint_hook.name, sizeof(hook->name));
		strscpy(hook->purpose, tracepoint_hook.purpose,
			sizeof(hook->purpose));
		return 0;
	}
	if (index > known_count)
		return -ENOENT;
	probe = known_probes[array_index_nospec(index - 1, known_count)];
	hook->via = READ_ONCE(probe->via);
	hook->error = READ_ONCE(probe->error);
	if (hook->via == TCPCLOSE_HOOK_KPROBE &&
	    tcpclose_canary_check() == -ENXIO) {
		hook->via = TCPCLOSE_HOOK_OFF;
		hook->error = ENXIO;
	}
	hook->calls = sum_calls(probe->calls);
	strscpy(hook->name, probe->functions[0], sizeof(hook->name));
	strscpy(hook->purpose, probe->purpose, sizeof(hook->purpose));
	return 0;
}

/**
 * tcpclose_hook_missed() - how often a hook could not run since load
 *
 * A kprobe is passed over while another one runs on the same CPU.
 *
 * Context: process; sleeps.
 */
u64 tcpclose_hook_missed(void)
{
	u64 missed = 0;
	unsigned int i;

	mutex_lock(&missed_lock);
	for (i = 0; i < known_count; i++)
		missed += known_probes[i]->missed +
			  READ_ONCE(known_probes[i]->kp.nmissed);
	mutex_unlock(&missed_lock);
	return missed;
}
