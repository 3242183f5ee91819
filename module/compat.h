/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the supported kernels: the only file that checks the
 * kernel version. Each case names the release that made the change.
 */
#ifndef TCPCLOSE_COMPAT_H
#define TCPCLOSE_COMPAT_H

#include <linux/ftrace.h>
#include <linux/hrtimer.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/version.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

/* 6.10 added the reason of a RST as an argument. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#include <net/rstreason.h>
#define TCPCLOSE_HAVE_RST_REASON 1
/* A later release removed the argument before it; 6.12.117 has that, too. */
#define COMPAT_ACTIVE_RESET_REASON(second, third) \
	(__builtin_types_compatible_p(typeof(tcp_send_active_reset), \
				      void (struct sock *, enum sk_rst_reason)) ? \
		 (second) : (third))
#else
#define TCPCLOSE_HAVE_RST_REASON 0
#define COMPAT_ACTIVE_RESET_REASON(second, third)	((void)(second), (void)(third), 0)
#endif

/* 6.11 added the socket to the tracepoint kfree_skb. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define COMPAT_KFREE_SKB_PROBE(name) \
	static void name(void *data, struct sk_buff *skb, void *location, \
			 enum skb_drop_reason reason, struct sock *socket)
#define COMPAT_KFREE_SKB_SOCKET	socket
#else
#define COMPAT_KFREE_SKB_PROBE(name) \
	static void name(void *data, struct sk_buff *skb, void *location, \
			 enum skb_drop_reason reason)
#define COMPAT_KFREE_SKB_SOCKET	NULL
#endif

/* 6.10 moved sk_memory_allocated() there. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#include <net/proto_memory.h>
#endif

/* Whether an ftrace callback can read the arguments of its function. */
#if defined(CONFIG_DYNAMIC_FTRACE) && defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#define TCPCLOSE_HAVE_FTRACE 1
#else
#define TCPCLOSE_HAVE_FTRACE 0
#endif

#if TCPCLOSE_HAVE_FTRACE
/* 6.2 added ftrace_regs_get_argument(); before, x86 had a pt_regs in it. */
static __always_inline unsigned long compat_ftrace_arg(struct ftrace_regs *fregs,
						       unsigned int n)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	return ftrace_regs_get_argument(fregs, n);
#else
	return regs_get_kernel_argument(&fregs->regs, n);
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
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

/* 6.5 added SYNs that are repeated without backoff. */
static inline unsigned int compat_syn_linear_timeouts(struct net *net)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	return READ_ONCE(net->ipv4.sysctl_tcp_syn_linear_timeouts);
#else
	return 0;
#endif
}

/*
 * The local ports that a socket may get. 6.8 made it one word, which needs no lock; 6.3
 * to 6.7 have a range for each socket in another form.
 *
 * Return: whether it is known.
 */
static inline bool compat_local_ports(const struct sock *sk, int *low, int *high)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	inet_sk_get_local_port_range(sk, low, high);
	return true;
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	/* Its lock may sleep with PREEMPT_RT. */
	*low = READ_ONCE(sock_net(sk)->ipv4.ip_local_ports.range[0]);
	*high = READ_ONCE(sock_net(sk)->ipv4.ip_local_ports.range[1]);
	return true;
#else
	return false;
#endif
}

/* 6.13 replaced hrtimer_init() by hrtimer_setup(). */
static inline void compat_hrtimer_setup(struct hrtimer *timer,
					enum hrtimer_restart (*function)(struct hrtimer *),
					clockid_t clock, enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

#endif /* TCPCLOSE_COMPAT_H */
