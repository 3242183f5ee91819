// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is asked of the compiler before the module is compiled, with the kernel's headers
 * and options; never linked.
 *
 * scripts/features compiles it and sees which lines do not compile: features.h gets a
 * TCPCLOSE_HAVE_<name> of each. scripts/prototypes takes the functions that the headers
 * declare here. A line is one feature, and is used by compat.h.
 */
#include <linux/ftrace.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/security.h>
#include <linux/tracepoint.h>
#include <net/sock.h>
/* Up to 5.10 it includes nothing itself. */
#include <net/inet_common.h>
#include <net/inet_connection_sock.h>
#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/tcp.h>
#include <trace/events/skb.h>
#include <trace/events/sock.h>

/* For headers: sparse does not know __has_include(). */
#if __has_include("net/proto_memory.h")
#define has_proto_memory_h 1
#endif
#if __has_include("net/rstreason.h")
#define has_rstreason_h 1
#endif

#ifdef TCPCLOSE_FEATURES
#define FEATURE(name, expression) \
	static inline void feature_##name(void) { (void)(expression); }

FEATURE(FTRACE_REGS_ARGUMENT, ftrace_regs_get_argument((struct ftrace_regs *)NULL, 0))
FEATURE(HRTIMER_SETUP, hrtimer_setup(NULL, NULL, CLOCK_MONOTONIC, HRTIMER_MODE_ABS))
FEATURE(LOCAL_PORTS_ARRAY, ((struct net *)NULL)->ipv4.ip_local_ports.range[0])
FEATURE(LOCAL_PORTS_OF_SOCKET, ((struct inet_sock *)NULL)->local_port_range.lo)
FEATURE(NETNS_COOKIE, ((struct net *)NULL)->net_cookie + 1)
FEATURE(PROTO_MEMORY_H, has_proto_memory_h)
FEATURE(RSTREASON_H, has_rstreason_h)
FEATURE(SYN_LINEAR_TIMEOUTS, ((struct net *)NULL)->ipv4.sysctl_tcp_syn_linear_timeouts)
FEATURE(VM_FLAGS_MOD, (vm_flags_mod(NULL, 0, 0), 0))
#endif
