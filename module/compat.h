/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the supported kernels. Each case names the release that made the
 * change; but distributions take changes into older releases, so nothing here compares
 * versions: it asks the compiler whether a header or feature is there (features.h, made by
 * scripts/features from features.c), and which arguments a function has (prototypes.h,
 * made by scripts/prototypes). No comparison of versions is left.
 */
#ifndef TCPCLOSE_COMPAT_H
#define TCPCLOSE_COMPAT_H

#include <linux/cgroup.h>
#include <linux/ftrace.h>
#include <linux/hrtimer.h>
#include <linux/kprobes.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "features.h"
#include "prototypes.h"

/* Whether a function has that form of module/prototypes: 1 or 0, also for #if. */
#define TCPCLOSE_FORM(function, form)	TCPCLOSE_FORM_##function##_##form

/* 6.10 gave RSTs a reason. */
#if TCPCLOSE_HAVE_RSTREASON_H
#include <net/rstreason.h>
#define TCPCLOSE_HAVE_RST_REASON 1
#else
#define TCPCLOSE_HAVE_RST_REASON 0
#endif

/*
 * 5.17 added the reason to the tracepoint kfree_skb, 6.11 the socket. The types are the
 * kernel's, which compares them with CONFIG_CFI_CLANG.
 */
#if TCPCLOSE_FORM(trace_kfree_skb, socket)
#define COMPAT_KFREE_SKB_PROBE(name) \
	static void name(void *data, struct sk_buff *skb, void *location, \
			 enum skb_drop_reason reason, struct sock *socket)
#define COMPAT_KFREE_SKB_SOCKET	socket
#elif TCPCLOSE_FORM(trace_kfree_skb, reason)
#define COMPAT_KFREE_SKB_PROBE(name) \
	static void name(void *data, struct sk_buff *skb, void *location, \
			 enum skb_drop_reason reason)
#define COMPAT_KFREE_SKB_SOCKET	NULL
#else
#define COMPAT_KFREE_SKB_PROBE(name) \
	static void name(void *data, struct sk_buff *skb, void *location)
#define COMPAT_KFREE_SKB_SOCKET	NULL
#endif

/* 6.10 moved sk_memory_allocated() there. */
#if TCPCLOSE_HAVE_PROTO_MEMORY_H
#include <net/proto_memory.h>
#endif

/* Whether an ftrace callback can read the arguments of its function. */
#if defined(CONFIG_DYNAMIC_FTRACE) && defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#define TCPCLOSE_HAVE_FTRACE 1
#else
#define TCPCLOSE_HAVE_FTRACE 0
#endif

/*
 * An argument of a function, at its first instruction, of the first five. On s390
 * regs_get_kernel_argument() calls a function that no module may.
 */
static __always_inline unsigned long compat_argument(struct pt_regs *regs, unsigned int n)
{
#if defined(CONFIG_S390)
	return regs->gprs[2 + n];
#else
	return regs_get_kernel_argument(regs, n);
#endif
}

#if TCPCLOSE_HAVE_FTRACE
/* 6.2 added ftrace_regs_get_argument(); before, x86 and s390 had a pt_regs in it. */
static __always_inline unsigned long compat_ftrace_arg(struct ftrace_regs *fregs,
						       unsigned int n)
{
#if TCPCLOSE_HAVE_FTRACE_REGS_ARGUMENT
	return ftrace_regs_get_argument(fregs, n);
#else
	return compat_argument(&fregs->regs, n);
#endif
}
#endif

/* Return address of a function, at its first instruction. */
static __always_inline unsigned long compat_caller(struct pt_regs *regs)
{
#if defined(CONFIG_X86)
	return regs_get_kernel_stack_nth(regs, 0);
#elif defined(CONFIG_ARM64)
	return procedure_link_pointer(regs);
#elif defined(CONFIG_S390)
	return regs->gprs[14];
#else
	return 0;
#endif
}

/* 6.3 made vm_flags writable by its helpers only. */
static inline void compat_vm_flags_mod(struct vm_area_struct *vma,
				       unsigned long set, unsigned long clear)
{
#if TCPCLOSE_HAVE_VM_FLAGS_MOD
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

/* 6.5 added SYNs that are repeated without backoff. */
static inline unsigned int compat_syn_linear_timeouts(struct net *net)
{
#if TCPCLOSE_HAVE_SYN_LINEAR_TIMEOUTS
	return READ_ONCE(net->ipv4.sysctl_tcp_syn_linear_timeouts);
#else
	return 0;
#endif
}

/*
 * The local ports that a socket may get. 6.8 made them one word, which needs no lock; 6.3
 * gave sockets a range of their own.
 */
static inline void compat_local_ports(const struct sock *sk, int *low, int *high)
{
#if TCPCLOSE_HAVE_LOCAL_PORTS_ARRAY
	int first, last;

	/* Its lock may sleep with PREEMPT_RT. */
	*low = READ_ONCE(sock_net(sk)->ipv4.ip_local_ports.range[0]);
	*high = READ_ONCE(sock_net(sk)->ipv4.ip_local_ports.range[1]);
#if TCPCLOSE_HAVE_LOCAL_PORTS_OF_SOCKET
	/* As inet_sk_get_local_port_range() does it; 0: none */
	first = READ_ONCE(inet_sk(sk)->local_port_range.lo);
	last = READ_ONCE(inet_sk(sk)->local_port_range.hi);
#else
	first = 0;
	last = 0;
#endif
	if (first >= *low && first <= *high)
		*low = first;
	if (last >= *low && last <= *high)
		*high = last;
#else
	inet_sk_get_local_port_range(sk, low, high);
#endif
}

/*
 * The cookie of a network namespace, which 5.12 gives each; before, it gets one when BPF asks
 * for it, and programs cannot ask: there it is the inode, which /proc/PID/ns/net shows.
 */
static inline u64 compat_netns_cookie(const struct net *net)
{
#if TCPCLOSE_HAVE_NETNS_COOKIE
	return net->net_cookie;
#else
	return net->ns.inum;
#endif
}

/* Newer kernels than 5.10 have a const argument. */
static inline u64 compat_cgroup_id(const struct cgroup *cgroup)
{
	return cgroup_id((struct cgroup *)cgroup);
}

/* 5.13 added it. */
#ifndef lockdep_assert_once
#define lockdep_assert_once(condition)	((void)(condition))
#endif

/* 6.13 replaced hrtimer_init() by hrtimer_setup(). */
static inline void compat_hrtimer_setup(struct hrtimer *timer,
					enum hrtimer_restart (*function)(struct hrtimer *),
					clockid_t clock, enum hrtimer_mode mode)
{
#if TCPCLOSE_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

#endif /* TCPCLOSE_COMPAT_H */
