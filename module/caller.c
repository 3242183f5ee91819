// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callers: finds the function of interest that contains a return address.
 *
 * Symbols are looked up once per address and remembered: there are some hundred
 * call sites at most, and a lookup costs thousands of instructions. Owns the
 * list of functions; what they imply is for cause.c and timewait.c to decide.
 */
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/notifier.h>
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
	/* MPTCP looks there for what was received. */
	{ "mptcp_release_cb", TCPCLOSE_WAY_BACKLOG },
	{ "mptcp_recvmsg", TCPCLOSE_WAY_BACKLOG },
	{ "mptcp_ioctl", TCPCLOSE_WAY_BACKLOG },
	{ "mptcp_stream_accept", TCPCLOSE_WAY_BACKLOG },
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
	{ "mptcp_subflow_reset", TCPCLOSE_WAY_MPTCP },
	{ "mptcp_subflow_data_available", TCPCLOSE_WAY_MPTCP },
	{ "__mptcp_close_ssk", TCPCLOSE_WAY_MPTCP },
	{ "mptcp_do_fastclose", TCPCLOSE_WAY_MPTCP },
	{ "mptcp_check_fastclose", TCPCLOSE_WAY_MPTCP },
	{ "mptcp_worker", TCPCLOSE_WAY_MPTCP },
	{ "tcp_v4_syn_recv_sock", TCPCLOSE_WAY_MAKE_SOCKET },
	{ "tcp_v6_syn_recv_sock", TCPCLOSE_WAY_MAKE_SOCKET },
	{ "tcp_check_req", TCPCLOSE_WAY_CHECK_REQUEST },
	{ "inet_csk_complete_hashdance", TCPCLOSE_WAY_OPEN_FAILED },
	{ "subflow_syn_recv_sock", TCPCLOSE_WAY_OPEN_FAILED },
	{ "subflow_v4_route_req", TCPCLOSE_WAY_OPEN_FAILED },
	{ "subflow_v6_route_req", TCPCLOSE_WAY_OPEN_FAILED },
	/* Where TCP drops a segment that is not acceptable. */
	{ "tcp_v4_do_rcv", TCPCLOSE_WAY_INPUT },
	{ "tcp_v6_do_rcv", TCPCLOSE_WAY_INPUT },
	{ "tcp_rcv_established", TCPCLOSE_WAY_INPUT },
	{ "tcp_drop_reason", TCPCLOSE_WAY_INPUT },
	{ "tcp_v6_send_response", TCPCLOSE_WAY_SEND_RESET },
	{ "tcp_v6_send_reset", TCPCLOSE_WAY_SEND_RESET },
	/* Where functions return to whose return is hooked. */
	{ "arch_rethook_trampoline", TCPCLOSE_WAY_RETURN_HOOKED },
	{ "__kretprobe_trampoline", TCPCLOSE_WAY_RETURN_HOOKED },
	{ "return_to_handler", TCPCLOSE_WAY_RETURN_HOOKED },
};

/*
 * What was found out about each address: the address in the upper bits and its
 * way in the lowest 8, in one word, so that readers and writers need no lock.
 * The 8 uppermost bits of a kernel address can be dropped, since they are the
 * same in all: set, or, on s390, not. It is in the first free slot of a few
 * neighbours, so that two addresses of the same hash do not drive each other
 * out.
 *
 * Addresses of other modules may be reused by a module that is loaded later:
 * then everything is forgotten, before its functions run. No CPU can be about
 * to write what it found out about an address of the earlier one: interrupts
 * are off meanwhile, and an unload waits for that.
 */
#define MEMO_BITS	9
#define MEMO_NEIGHBOURS	16
static unsigned long memo[(1 << MEMO_BITS) + MEMO_NEIGHBOURS];

/* %KSYM_SYMBOL_LEN is too long for the stack; interrupts are off. */
static DEFINE_PER_CPU(char [KSYM_SYMBOL_LEN], symbols);

static enum tcpclose_way look_up_symbol(unsigned long address)
{
	char *symbol = *this_cpu_ptr(&symbols);
	size_t length;
	unsigned int i;

	lockdep_assert_irqs_disabled();
	sprint_symbol_no_offset(symbol, address);
	/* Cut off what the compiler appends: .cold, .isra.0, .part.0 … */
	length = strcspn(symbol, ". ");
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		if (strlen(ways[i].function) == length &&
		    !strncmp(symbol, ways[i].function, length))
			return ways[i].way;
	}
	return TCPCLOSE_WAY_OTHER;
}

static enum tcpclose_way look_up_way(unsigned long address)
{
	/*
	 * A call can be the last instruction of a function: look up the call
	 * itself.
	 */
	enum tcpclose_way way = look_up_symbol(address - 1);

	if (way != TCPCLOSE_WAY_OTHER)
		return way;
	/* Nothing calls what a hooked function returns to: it is the first. */
	way = look_up_symbol(address);
	return way == TCPCLOSE_WAY_RETURN_HOOKED ? way : TCPCLOSE_WAY_OTHER;
}

static void forget_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(memo); i++)
		WRITE_ONCE(memo[i], 0);
}

static bool is_of(unsigned long word, unsigned long address)
{
	return word >> 8 == address << 8 >> 8;
}

/* The address is not in the first of its slots. */
static noinline enum tcpclose_way look_at_neighbours(unsigned long *slot,
						     unsigned long address)
{
	enum tcpclose_way way;
	unsigned int i;

	for (i = 0; i < MEMO_NEIGHBOURS; i++) {
		unsigned long word = READ_ONCE(slot[i]);

		if (!word)
			break;
		if (is_of(word, address))
			return word & 0xff;
	}
	way = look_up_way(address);
	/* So many are not of this kernel: of what others generate and replace. */
	if (i == MEMO_NEIGHBOURS) {
		forget_all();
		i = 0;
	}
	/* Two CPUs may take the same slot: one of them will look again. */
	WRITE_ONCE(slot[i], address << 8 | way);
	return way;
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

	return likely(is_of(word, address)) ? word & 0xff :
					      look_at_neighbours(slot, address);
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

static int forget_at_load(struct notifier_block *block, unsigned long state,
			  void *unused)
{
	if (state == MODULE_STATE_COMING || state == MODULE_STATE_GOING)
		forget_all();
	return NOTIFY_OK;
}

static struct notifier_block load_notifier = {
	.notifier_call = forget_at_load,
};

/**
 * tcpclose_caller_init() - have what is remembered forgotten when it may change
 *
 * Context: process; sleeps.
 * Return: 0 or an error of register_module_notifier().
 */
int tcpclose_caller_init(void)
{
	return register_module_notifier(&load_notifier);
}

/**
 * tcpclose_caller_exit() - undo tcpclose_caller_init()
 *
 * Context: process; sleeps.
 */
void tcpclose_caller_exit(void)
{
	unregister_module_notifier(&load_notifier);
}
