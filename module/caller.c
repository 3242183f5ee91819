// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callers: finds the function of interest that contains a return address.
 *
 * Symbols are looked up once per address and remembered: there are a few dozen
 * call sites at most, and a lookup costs thousands of instructions. Owns the
 * list of functions; what they imply is for cause.c and timewait.c to decide.
 */
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "caller.h"

#define STACK_DEPTH	16	/* of a hook */

static const struct {
	const char *function;
	enum tcpclose_way way;
} ways[] = {
	/* Below these is the stack of an interrupted, unrelated task. */
	{ "__do_softirq", TCPCLOSE_WAY_BOUNDARY },
	{ "handle_softirqs", TCPCLOSE_WAY_BOUNDARY },
	{ "net_rx_action", TCPCLOSE_WAY_BOUNDARY },
	{ "napi_threaded_poll", TCPCLOSE_WAY_BOUNDARY },
	{ "napi_threaded_poll_loop", TCPCLOSE_WAY_BOUNDARY },
	{ "netif_receive_skb", TCPCLOSE_WAY_BOUNDARY },
	{ "netif_receive_skb_list_internal", TCPCLOSE_WAY_BOUNDARY },
	{ "__release_sock", TCPCLOSE_WAY_BACKLOG },
	{ "tcp_release_cb", TCPCLOSE_WAY_BACKLOG },
	/*
	 * All that run timers, since tw_timer_handler() jumps to
	 * inet_twsk_kill().
	 */
	{ "tw_timer_handler", TCPCLOSE_WAY_TIMER },
	{ "call_timer_fn", TCPCLOSE_WAY_TIMER },
	{ "expire_timers", TCPCLOSE_WAY_TIMER },
	{ "__run_timers", TCPCLOSE_WAY_TIMER },
	{ "__run_timer_base", TCPCLOSE_WAY_TIMER },
	{ "run_timer_softirq", TCPCLOSE_WAY_TIMER },
	/* What ends mini-sockets. */
	{ "inet_twsk_deschedule_put", TCPCLOSE_WAY_DESCHEDULE },
	{ "tcp_timewait_state_process", TCPCLOSE_WAY_STATE_PROCESS },
	{ "tcp_v4_rcv", TCPCLOSE_WAY_RECEIVE },
	{ "tcp_v6_rcv", TCPCLOSE_WAY_RECEIVE },
	{ "nf_tproxy_handle_time_wait4", TCPCLOSE_WAY_TPROXY },
	{ "nf_tproxy_handle_time_wait6", TCPCLOSE_WAY_TPROXY },
	{ "__inet_check_established", TCPCLOSE_WAY_CONNECT_HASH },
	{ "__inet6_check_established", TCPCLOSE_WAY_CONNECT_HASH },
	{ "__inet_hash_connect", TCPCLOSE_WAY_CONNECT_HASH },
	{ "inet_twsk_purge", TCPCLOSE_WAY_PURGE },
	{ "tcp_twsk_purge", TCPCLOSE_WAY_PURGE },
	{ "tcp_abort", TCPCLOSE_WAY_ABORT },
	/* What ends full sockets. */
	{ "__tcp_close", TCPCLOSE_WAY_CLOSE },
	{ "tcp_close", TCPCLOSE_WAY_CLOSE },
	{ "tcp_shutdown", TCPCLOSE_WAY_SHUTDOWN },
	{ "tcp_disconnect", TCPCLOSE_WAY_DISCONNECT },
	{ "tcp_v4_connect", TCPCLOSE_WAY_CONNECT },
	{ "tcp_v6_connect", TCPCLOSE_WAY_CONNECT },
	{ "tcp_connect", TCPCLOSE_WAY_CONNECT },
	{ "tcp_sendmsg_fastopen", TCPCLOSE_WAY_CONNECT },
	{ "inet_csk_listen_stop", TCPCLOSE_WAY_LISTEN_STOP },
	{ "inet_child_forget", TCPCLOSE_WAY_LISTEN_STOP },
	{ "tcp_reset", TCPCLOSE_WAY_RESET },
	{ "tcp_validate_incoming", TCPCLOSE_WAY_VALIDATE },
	{ "tcp_rcv_state_process", TCPCLOSE_WAY_SEGMENT },
	{ "tcp_rcv_synsent_state_process", TCPCLOSE_WAY_SEGMENT },
	{ "tcp_fin", TCPCLOSE_WAY_SEGMENT },
	{ "tcp_v4_err", TCPCLOSE_WAY_ICMP },
	{ "tcp_v6_err", TCPCLOSE_WAY_ICMP },
	{ "tcp_write_timer", TCPCLOSE_WAY_WRITE_TIMER },
	{ "tcp_write_timer_handler", TCPCLOSE_WAY_WRITE_TIMER },
	{ "tcp_retransmit_timer", TCPCLOSE_WAY_WRITE_TIMER },
	{ "tcp_write_timeout", TCPCLOSE_WAY_WRITE_TIMER },
	{ "tcp_probe_timer", TCPCLOSE_WAY_WRITE_TIMER },
	{ "tcp_fastopen_synack_timer", TCPCLOSE_WAY_WRITE_TIMER },
	{ "tcp_keepalive_timer", TCPCLOSE_WAY_KEEPALIVE_TIMER },
	{ "tcp_out_of_resources", TCPCLOSE_WAY_RESOURCES },
	{ "tcp_v4_syn_recv_sock", TCPCLOSE_WAY_OPEN_FAILED },
	{ "tcp_v6_syn_recv_sock", TCPCLOSE_WAY_OPEN_FAILED },
	{ "tcp_check_req", TCPCLOSE_WAY_OPEN_FAILED },
	{ "inet_csk_complete_hashdance", TCPCLOSE_WAY_OPEN_FAILED },
	{ "subflow_syn_recv_sock", TCPCLOSE_WAY_OPEN_FAILED },
	/* Where functions return to whose return is hooked. */
	{ "arch_rethook_trampoline", TCPCLOSE_WAY_RETURN_HOOKED },
	{ "__kretprobe_trampoline", TCPCLOSE_WAY_RETURN_HOOKED },
	{ "return_to_handler", TCPCLOSE_WAY_RETURN_HOOKED },
};

/*
 * Direct-mapped cache: address in the upper bits and way in the lowest 8, in
 * one word, so that readers and writers need no lock. The 8 uppermost bits of a
 * kernel address can be dropped, since they are all set.
 */
#define MEMO_BITS	8
static unsigned long memo[1 << MEMO_BITS];

/* %KSYM_SYMBOL_LEN is too long for the stack; interrupts are off. */
static DEFINE_PER_CPU(char [KSYM_SYMBOL_LEN], symbols);

static enum tcpclose_way look_up_symbol(unsigned long address, bool *keep)
{
	char *symbol = *this_cpu_ptr(&symbols);
	size_t length;
	unsigned int i;

	sprint_symbol_no_offset(symbol, address);
	/*
	 * Remember no address of other modules: after an unload it may be
	 * reused. "0x…" is an address without a symbol yet. This module's own
	 * are safe, since the cache goes when they do.
	 */
	*keep = (symbol[0] != '0' && !strchr(symbol, '[')) ||
		within_module(address, THIS_MODULE);
	/* Cut off what the compiler appends: .cold, .isra.0, .part.0 … */
	length = strcspn(symbol, ". ");
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		if (strlen(ways[i].function) == length &&
		    !strncmp(symbol, ways[i].function, length))
			return ways[i].way;
	}
	return TCPCLOSE_WAY_OTHER;
}

static enum tcpclose_way look_up_way(unsigned long address, bool *keep)
{
	/*
	 * A call can be the last instruction of a function: look up the call
	 * itself.
	 */
	enum tcpclose_way way = look_up_symbol(address - 1, keep);

	if (way != TCPCLOSE_WAY_OTHER)
		return way;
	/* Nothing calls what a hooked function returns to: it is the first. */
	way = look_up_symbol(address, keep);
	return way == TCPCLOSE_WAY_RETURN_HOOKED ? way : TCPCLOSE_WAY_OTHER;
}

/**
 * tcpclose_caller_way() - find the function that contains an address
 * @address: a return address on the stack
 *
 * Context: interrupts off.
 * Return: the function, or %TCPCLOSE_WAY_OTHER if it is not of interest.
 */
enum tcpclose_way tcpclose_caller_way(unsigned long address)
{
	unsigned long *slot = &memo[hash_long(address, MEMO_BITS)];
	unsigned long word = READ_ONCE(*slot);
	enum tcpclose_way way;
	bool keep;

	if (likely(word >> 8 == address << 8 >> 8))
		return word & 0xff;

	way = look_up_way(address, &keep);
	if (keep)
		WRITE_ONCE(*slot, address << 8 | way);
	return way;
}

/*
 * Walking the stack finds the return address that another hook has replaced.
 * The hooked function is on it, too.
 */
static noinline enum tcpclose_way caller_on_stack(enum tcpclose_way hooked)
{
	unsigned long stack[STACK_DEPTH];
	unsigned int depth = stack_trace_save(stack, STACK_DEPTH, 1);
	unsigned int i;

	for (i = 0; i < depth; i++) {
		enum tcpclose_way way = tcpclose_caller_way(stack[i]);

		if (way != TCPCLOSE_WAY_OTHER && way != hooked &&
		    way != TCPCLOSE_WAY_RETURN_HOOKED)
			return way;
	}
	return TCPCLOSE_WAY_OTHER;
}

/**
 * tcpclose_caller_of() - find the caller of a hooked function
 * @caller: its return address, as the hook sees it
 * @hooked: the function itself, or %TCPCLOSE_WAY_OTHER if it is not of interest
 *
 * A kretprobe or the function graph tracer may have replaced the return
 * address.
 *
 * Context: hook, interrupts off.
 * Return: the caller, or %TCPCLOSE_WAY_OTHER if it is not of interest.
 */
enum tcpclose_way tcpclose_caller_of(unsigned long caller, enum tcpclose_way hooked)
{
	enum tcpclose_way way = tcpclose_caller_way(caller);

	return likely(way != TCPCLOSE_WAY_RETURN_HOOKED) ? way :
							   caller_on_stack(hooked);
}
