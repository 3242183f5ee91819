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
 * @ftrace: called by ftrace
 * @kprobe: called by kprobes
 * @via: &enum tcpclose_hook_via
 * @error: errno of the attempt to attach
 * @ops: for ftrace
 * @kp: for kprobes
 * @calls: how often it was called, per CPU
 * @missed: how often it could not run, before it was attached last (kprobes)
 */
struct tcpclose_probe {
	const char *functions[3];
	const char *purpose;
#if TCPCLOSE_HAVE_FTRACE
	ftrace_func_t ftrace;
	struct ftrace_ops ops;
#endif
	kprobe_pre_handler_t kprobe;
	struct kprobe kp;
	enum tcpclose_hook_via via;
	int error;
	u64 __percpu *calls;
	u64 missed;
};

#if TCPCLOSE_HAVE_FTRACE
#define TCPCLOSE_FTRACE_PROBE(handler) \
static void notrace handler##_ftrace(unsigned long ip, unsigned long caller, \
				     struct ftrace_ops *ops, \
				     struct ftrace_regs *fregs) \
{ \
	handler(compat_ftrace_arg(fregs, 0), compat_ftrace_arg(fregs, 1), \
		compat_ftrace_arg(fregs, 2), caller); \
}

#define TCPCLOSE_FTRACE_MEMBER(handler)	.ftrace = handler##_ftrace,
#else
#define TCPCLOSE_FTRACE_PROBE(...)
#define TCPCLOSE_FTRACE_MEMBER(...)
#endif

/**
 * TCPCLOSE_PROBE() - define what ftrace and kprobes call
 * @handler: static __always_inline function that takes the watched function's
 *	first three arguments and its return address, all unsigned long
 */
#define TCPCLOSE_PROBE(handler) \
TCPCLOSE_FTRACE_PROBE(handler) \
static int handler##_kprobe(struct kprobe *kp, struct pt_regs *regs) \
{ \
	handler(regs_get_kernel_argument(regs, 0), \
		regs_get_kernel_argument(regs, 1), \
		regs_get_kernel_argument(regs, 2), compat_caller(regs)); \
	return 0; \
} \
NOKPROBE_SYMBOL(handler##_kprobe)

/* Members of &struct tcpclose_probe that TCPCLOSE_PROBE() defined. */
#define TCPCLOSE_PROBE_MEMBERS(handler) \
	TCPCLOSE_FTRACE_MEMBER(handler) .kprobe = handler##_kprobe

#define tcpclose_probe_called(probe)	this_cpu_inc(*(probe)->calls)

/* What the parameter "hooks" chooses. */
enum tcpclose_hook_choice {
	TCPCLOSE_HOOKS_AUTO,
	TCPCLOSE_HOOKS_FTRACE,
	TCPCLOSE_HOOKS_KPROBE,
};

int tcpclose_hook_init(enum tcpclose_hook_choice choice, const char *without);
void tcpclose_hook_exit(void);
int tcpclose_hook_prepare(struct tcpclose_probe *probe);
int tcpclose_hook_attach(struct tcpclose_probe *probe);
void tcpclose_hook_detach(struct tcpclose_probe *probe);
int tcpclose_hook_state(struct tcpclose_hook *hook);
u64 tcpclose_hook_missed(void);
bool tcpclose_hook_named(const struct tcpclose_probe *probe, const char *names,
			 size_t *length);
void tcpclose_hook_tracepoint(const char *name, const char *purpose,
			      u64 __percpu *calls);

#endif /* TCPCLOSE_HOOK_H */
