/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks on kernel functions: what a file with handlers needs to define them.
 */
#ifndef TCPCLOSE_HOOK_H
#define TCPCLOSE_HOOK_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "compat.h"
#include "uapi/tcpclose.h"

struct tracepoint;

/**
 * struct tcpclose_function - a kernel function that may be hooked
 * @name: its name
 * @error: 0: its arguments are those that module/prototypes says; EPROTOTYPE: it takes
 *	others; ENODATA: nothing says which
 */
struct tcpclose_function {
	const char *name;
	int error;
};

/* No function is hooked without a line in module/prototypes: it would not compile. */
#define TCPCLOSE_FUNCTION(function)	{ #function, TCPCLOSE_PROTOTYPE_##function }

/**
 * struct tcpclose_probe - a hook on the entry of a kernel function, or on its entry and
 *	its return
 * @functions: names of the function, terminated by one without name; the first that the
 *	kernel has is hooked
 * @purpose: what is not recorded without it, for users
 * @kprobe: handler for kprobes
 * @kp: for kprobes
 * @entered: for a hook on entry and return, which is always a kretprobe: called on
 *	entry; returns 0 if @returned is to be called
 * @returned: likewise, called on return; NULL: a hook on the entry only
 * @note_size: size of what @entered notes for @returned
 * @rp: for kretprobes
 * @address: address of the function; 0: the kernel has none of @functions, or it may not
 *	be hooked
 * @via: &enum tcpclose_hook_via
 * @error: errno of the attempt to attach; 0: none
 * @calls: number of calls of the handler; see tcpclose_probe_called()
 * @missed: number of calls missed until it was last attached (kprobes and kretprobes)
 */
struct tcpclose_probe {
	struct tcpclose_function functions[3];
	const char *purpose;
	kprobe_pre_handler_t kprobe;
	struct kprobe kp;
	kretprobe_handler_t entered;
	kretprobe_handler_t returned;
	size_t note_size;
	struct kretprobe rp;
	unsigned long address;
	enum tcpclose_hook_via via;
	int error;
	u64 __percpu *calls;
	u64 missed;
};

/**
 * struct tcpclose_hooks - hooks that are attached together
 * @probes: the hooks
 * @count: number of hooks
 * @ftrace: handler for ftrace, for all of them; see tcpclose_probe_is_at()
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
 * struct tcpclose_tracepoint - a hook on a tracepoint
 * @name: name of the tracepoint
 * @prototype: as @error of &struct tcpclose_function
 * @purpose: what is not recorded without it, for users
 * @probe: called with NULL and the arguments of the tracepoint
 * @calls: number of calls of the probe
 * @needed: the module refuses to load without it
 * @tracepoint: the tracepoint, while attached
 * @error: errno of the attempt to attach; 0: none
 */
struct tcpclose_tracepoint {
	const char *name;
	int prototype;
	const char *purpose;
	void *probe;
	u64 __percpu *calls;
	bool needed;
	struct tracepoint *tracepoint;
	int error;
};

/**
 * tcpclose_probe_is_sure() - whether a hook has missed no call
 * @probe: the hook
 *
 * A kprobe is skipped while another one runs on the same CPU.
 */
static __always_inline bool tcpclose_probe_is_sure(const struct tcpclose_probe *probe)
{
	return likely(probe->via == TCPCLOSE_HOOK_FTRACE) ||
	       (probe->via == TCPCLOSE_HOOK_KPROBE && !READ_ONCE(probe->kp.nmissed));
}

#if TCPCLOSE_HAVE_FTRACE
/* A function calls ftrace within its first bytes. */
#define TCPCLOSE_ENTRY_SIZE	16

/**
 * tcpclose_probe_is_at() - whether ftrace was called by a hooked function
 * @probe: the hook
 * @ip: address of the call
 */
static __always_inline bool tcpclose_probe_is_at(const struct tcpclose_probe *probe,
						 unsigned long ip)
{
	return ip - probe->address < TCPCLOSE_ENTRY_SIZE;
}

/* Call the handler given to TCPCLOSE_PROBE() from an ftrace callback. */
#define TCPCLOSE_CALL(handler, fregs, caller) \
	handler(compat_ftrace_arg(fregs, 0), compat_ftrace_arg(fregs, 1), \
		compat_ftrace_arg(fregs, 2), caller)

#define TCPCLOSE_FTRACE_MEMBER(callback)	.ftrace = callback,
#else
#define TCPCLOSE_FTRACE_MEMBER(...)
#endif

/**
 * TCPCLOSE_PROBE() - define @handler_kprobe(), the handler for kprobes
 * @handler: static __always_inline function whose arguments are the first three
 *	of the hooked function and its return address, all unsigned long
 */
#define TCPCLOSE_PROBE(handler) \
static int handler##_kprobe(struct kprobe *kp, struct pt_regs *regs) \
{ \
	handler(compat_argument(regs, 0), \
		compat_argument(regs, 1), \
		compat_argument(regs, 2), compat_caller(regs)); \
	return 0; \
} \
NOKPROBE_SYMBOL(handler##_kprobe)

/*
 * Count a call of a handler; interrupts may be on. @calls: a static variable,
 * whose address need not be loaded first, unlike that in the probe.
 */
#define tcpclose_probe_called(calls)	this_cpu_inc(calls)

/* Values of the parameter "hooks". */
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
const char *tcpclose_hook_why(int error);
bool tcpclose_hook_named(const struct tcpclose_probe *probe, const char *names,
			 size_t *length);
int tcpclose_hook_attach_tracepoint(struct tcpclose_tracepoint *hook);
void tcpclose_hook_detach_tracepoint(struct tcpclose_tracepoint *hook);

#endif /* TCPCLOSE_HOOK_H */
