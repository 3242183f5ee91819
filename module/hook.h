/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_HOOK_H
#define TCPCLOSE_HOOK_H

#include <linux/percpu.h>

#include "compat.h"
#include "uapi/tcpclose.h"

/**
 * struct tcpclose_probe - a function whose entry is watched
 * @functions: its names, the first that the kernel has is taken; NULL ends them
 * @purpose: what is lost without it
 * @kprobe: called by kprobes
 * @kp: for kprobes
 * @address: where the function begins; 0: the kernel has none
 * @via: &enum tcpclose_hook_via
 * @error: errno of the attempt to attach
 * @calls: how often it was called, per CPU
 * @missed: how often it could not run, before it was attached last (kprobes)
 */
struct tcpclose_probe {
	const char *functions[3];
	const char *purpose;
	kprobe_pre_handler_t kprobe;
	struct kprobe kp;
	unsigned long address;
	enum tcpclose_hook_via via;
	int error;
	u64 __percpu *calls;
	u64 missed;
};

/**
 * struct tcpclose_hooks - functions that are watched together
 * @probes: the functions
 * @count: how many
 * @ftrace: called by ftrace for any of them; tells by tcpclose_probe_is_at()
 * @ops: for ftrace
 */
struct tcpclose_hooks {
	struct tcpclose_probe *probes;
	unsigned int count;
#if TCPCLOSE_HAVE_FTRACE
	ftrace_func_t ftrace;
	struct ftrace_ops ops;
#endif
};

/**
 * tcpclose_probe_is_sure() - whether the function has not been entered unseen
 * @probe: the function
 *
 * A kprobe is passed over while another one runs on the same CPU.
 */
static __always_inline bool tcpclose_probe_is_sure(const struct tcpclose_probe *probe)
{
	return likely(probe->via == TCPCLOSE_HOOK_FTRACE) ||
	       (probe->via == TCPCLOSE_HOOK_KPROBE && !READ_ONCE(probe->kp.nmissed));
}

#if TCPCLOSE_HAVE_FTRACE
/* The call of ftrace is within the first bytes of a function. */
#define TCPCLOSE_ENTRY_SIZE	16

/**
 * tcpclose_probe_is_at() - whether ftrace called for a function
 * @probe: the function
 * @ip: where ftrace was called
 */
static __always_inline bool tcpclose_probe_is_at(const struct tcpclose_probe *probe,
						 unsigned long ip)
{
	return ip - probe->address < TCPCLOSE_ENTRY_SIZE;
}

/* In a callback of ftrace: the call of a handler of TCPCLOSE_PROBE(). */
#define TCPCLOSE_CALL(handler, fregs, caller) \
	handler(compat_ftrace_arg(fregs, 0), compat_ftrace_arg(fregs, 1), \
		compat_ftrace_arg(fregs, 2), caller)

#define TCPCLOSE_FTRACE_MEMBER(callback)	.ftrace = callback,
#else
#define TCPCLOSE_FTRACE_MEMBER(...)
#endif

/**
 * TCPCLOSE_PROBE() - define what kprobes call
 * @handler: static __always_inline function that takes the watched function's
 *	first three arguments and its return address, all unsigned long
 */
#define TCPCLOSE_PROBE(handler) \
static int handler##_kprobe(struct kprobe *kp, struct pt_regs *regs) \
{ \
	handler(regs_get_kernel_argument(regs, 0), \
		regs_get_kernel_argument(regs, 1), \
		regs_get_kernel_argument(regs, 2), compat_caller(regs)); \
	return 0; \
} \
NOKPROBE_SYMBOL(handler##_kprobe)

#define tcpclose_probe_called(probe)	this_cpu_inc(*(probe)->calls)

/* What the parameter "hooks" chooses. */
enum tcpclose_hook_choice {
	TCPCLOSE_HOOKS_AUTO,
	TCPCLOSE_HOOKS_FTRACE,
	TCPCLOSE_HOOKS_KPROBE,
};

int tcpclose_hook_init(enum tcpclose_hook_choice choice, const char *without);
void tcpclose_hook_exit(void);
int tcpclose_hook_prepare(struct tcpclose_hooks *hooks);
void tcpclose_hook_locate(void);
int tcpclose_hook_attach(struct tcpclose_hooks *hooks);
void tcpclose_hook_detach(struct tcpclose_hooks *hooks);
int tcpclose_hook_state(struct tcpclose_hook *hook);
u64 tcpclose_hook_missed(void);
bool tcpclose_hook_named(const struct tcpclose_probe *probe, const char *names,
			 size_t *length);
void tcpclose_hook_tracepoint(const char *name, const char *purpose,
			      u64 __percpu *calls);

#endif /* TCPCLOSE_HOOK_H */
