// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks: attaches to the entry of kernel functions, by name, and knows of each
 * hook whether it is alive.
 *
 * ftrace where it can show arguments: each hook has its own ops with a single
 * function, which gives it a trampoline of its own and costs some 35
 * instructions a call. kprobes elsewhere, or when asked for. ftrace ops are
 * permanent: kernel.ftrace_enabled=0, which would silence them without a word,
 * is refused while they are there.
 */
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "hook.h"

#define HOOKS_MAX	16

static enum tcpclose_hook_choice choice;
static const char *unwanted;	/* functions, with commas in between */

static struct {
	const char *name;
	u64 __percpu *calls;
	const char *purpose;
} tracepoint;

/* In the order of attachment; not removed before unload. */
static struct tcpclose_probe *probes[HOOKS_MAX];
static unsigned int probes_count;

/* Where a function begins: a kprobe that is never armed finds out. */
static int find(const char *function, unsigned long *address)
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

#if TCPCLOSE_HAVE_FTRACE
static int attach_ftrace(struct tcpclose_probe *probe, unsigned long address)
{
	int err;

	/* From scratch: ftrace_free_filter() leaves what it freed in place. */
	probe->ops = (struct ftrace_ops) {
		.func = probe->ftrace,
		.flags = FTRACE_OPS_FL_PERMANENT,
	};
	err = ftrace_set_filter_ip(&probe->ops, address, 0, 0);
	if (err)
		return err;
	err = register_ftrace_function(&probe->ops);
	if (err) {
		ftrace_free_filter(&probe->ops);
		return err;
	}
	probe->via = TCPCLOSE_HOOK_FTRACE;
	return 0;
}

static void detach_ftrace(struct tcpclose_probe *probe)
{
	unregister_ftrace_function(&probe->ops);
	ftrace_free_filter(&probe->ops);
}

/*
 * kprobes on function entries are ftrace's too, but not permanent. As long as
 * this one, which does nothing, is there, nobody can switch them off.
 */
static void notrace guard_function(unsigned long ip, unsigned long caller,
				   struct ftrace_ops *ops,
				   struct ftrace_regs *fregs)
{
}

static struct ftrace_ops guard;
static bool guarded;

static int guard_attach(void)
{
	unsigned long address;
	int err = find("tcp_abort", &address);

	if (err)
		return err;
	guard = (struct ftrace_ops) {
		.func = guard_function,
		.flags = FTRACE_OPS_FL_PERMANENT,
	};
	err = ftrace_set_filter_ip(&guard, address, 0, 0);
	if (err)
		return err;
	err = register_ftrace_function(&guard);
	if (err)
		ftrace_free_filter(&guard);
	guarded = !err;
	return err;
}

static void guard_detach(void)
{
	if (!guarded)
		return;
	unregister_ftrace_function(&guard);
	ftrace_free_filter(&guard);
	guarded = false;
}
#else
static int attach_ftrace(struct tcpclose_probe *probe, unsigned long address)
{
	return -EOPNOTSUPP;
}

static void detach_ftrace(struct tcpclose_probe *probe)
{
}

static int guard_attach(void)
{
	return 0;
}

static void guard_detach(void)
{
}
#endif /* TCPCLOSE_HAVE_FTRACE */

static int attach_kprobe(struct tcpclose_probe *probe, unsigned long address)
{
	int err;

	probe->kp = (struct kprobe) {
		.addr = (kprobe_opcode_t *)address,
		.pre_handler = probe->kprobe,
	};
	err = register_kprobe(&probe->kp);
	if (!err)
		probe->via = TCPCLOSE_HOOK_KPROBE;
	return err;
}

static int attach_at(struct tcpclose_probe *probe, unsigned long address)
{
	int err;

	switch (choice) {
	case TCPCLOSE_HOOKS_FTRACE:
		return attach_ftrace(probe, address);
	case TCPCLOSE_HOOKS_KPROBE:
		return attach_kprobe(probe, address);
	case TCPCLOSE_HOOKS_AUTO:
		break;
	}
	err = attach_ftrace(probe, address);
	if (err && err != -EBUSY)
		err = attach_kprobe(probe, address);
	return err;
}

/**
 * tcpclose_hook_init() - choose how hooks are attached
 * @how: the parameter "hooks"
 * @without: the parameter "without"; must stay
 *
 * Context: process; sleeps.
 * Return: 0, or -EBUSY when ftrace is switched off.
 */
int tcpclose_hook_init(enum tcpclose_hook_choice how, const char *without)
{
	int err = 0;

	choice = how;
	unwanted = without;
	probes_count = 0;
	tracepoint.name = NULL;
	if (choice == TCPCLOSE_HOOKS_KPROBE && IS_ENABLED(CONFIG_KPROBES_ON_FTRACE))
		err = guard_attach();
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

	guard_detach();
	for (i = 0; i < probes_count; i++) {
		free_percpu(probes[i]->calls);
		probes[i]->calls = NULL;
	}
	probes_count = 0;
}

/**
 * tcpclose_hook_prepare() - make a hook known, not yet attached
 * @probe: what to watch
 *
 * Context: process; sleeps. What was allocated is freed by tcpclose_hook_exit().
 * Return: 0 or -ENOMEM.
 */
int tcpclose_hook_prepare(struct tcpclose_probe *probe)
{
	if (WARN_ON(probes_count == HOOKS_MAX))
		return -ENOMEM;
	probe->calls = alloc_percpu(u64);
	if (!probe->calls)
		return -ENOMEM;
	probe->via = TCPCLOSE_HOOK_OFF;
	probe->error = 0;
	probe->missed = 0;
	probes[probes_count++] = probe;
	return 0;
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

/**
 * tcpclose_hook_attach() - begin to watch a function
 * @probe: what to watch, prepared
 *
 * Context: process; sleeps.
 * Return: 0; -EBUSY when kernel.ftrace_enabled is 0; -ECANCELED when it is not
 * wanted; or why it can't be watched, which tcpclose_hook_state() shows too.
 */
int tcpclose_hook_attach(struct tcpclose_probe *probe)
{
	unsigned long address;
	int err = -ENOENT;
	unsigned int i;

	if (is_unwanted(probe)) {
		probe->error = ECANCELED;
		return -ECANCELED;
	}
	for (i = 0; probe->functions[i]; i++) {
		err = find(probe->functions[i], &address);
		if (!err) {
			err = attach_at(probe, address);
			break;
		}
	}
	/* Its name, for tcpclose_hook_state(): the one that was found. */
	if (!err && i)
		swap(probe->functions[0], probe->functions[i]);
	probe->error = -err;
	return err;
}

/**
 * tcpclose_hook_detach() - stop watching a function
 * @probe: attached or not
 *
 * Context: process; sleeps. No call of the handler is running afterwards.
 */
void tcpclose_hook_detach(struct tcpclose_probe *probe)
{
	switch (probe->via) {
	case TCPCLOSE_HOOK_FTRACE:
		detach_ftrace(probe);
		break;
	case TCPCLOSE_HOOK_KPROBE:
		unregister_kprobe(&probe->kp);
		probe->missed += probe->kp.nmissed;
		probe->kp.nmissed = 0;
		break;
	default:
		return;
	}
	probe->via = TCPCLOSE_HOOK_OFF;
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
	tracepoint.name = name;
	tracepoint.purpose = purpose;
	tracepoint.calls = calls;
}

static u64 sum(u64 __percpu *calls)
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
		hook->calls = sum(tracepoint.calls);
		strscpy(hook->name, tracepoint.name, sizeof(hook->name));
		strscpy(hook->purpose, tracepoint.purpose, sizeof(hook->purpose));
		return 0;
	}
	if (index > probes_count)
		return -ENOENT;
	probe = probes[array_index_nospec(index - 1, probes_count)];
	hook->via = READ_ONCE(probe->via);
	hook->error = READ_ONCE(probe->error);
	hook->calls = sum(probe->calls);
	strscpy(hook->name, probe->functions[0], sizeof(hook->name));
	strscpy(hook->purpose, probe->purpose, sizeof(hook->purpose));
	return 0;
}

/**
 * tcpclose_hook_missed() - how often a hook could not run since load
 *
 * A kprobe is passed over while another one runs on the same CPU.
 */
u64 tcpclose_hook_missed(void)
{
	u64 missed = 0;
	unsigned int i;

	for (i = 0; i < probes_count; i++)
		missed += probes[i]->missed + READ_ONCE(probes[i]->kp.nmissed);
	return missed;
}
