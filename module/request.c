// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests in hand: the connection request for which a listener is being
 * cloned.
 *
 * At LISTEN → SYN_RECV the new socket still has the addresses of its listener,
 * and its cookie is about to be overwritten by the request's. Owns one note per
 * CPU of the request, which has the right addresses and cookie; hooked only
 * while openings are recorded. Knows nothing of entries and records.
 *
 * 6.15 gives the new socket what the request has before the transition: then the
 * note is not needed. See tcpclose_request_is_over().
 */
#include <linux/cpumask.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>

#include "request.h"
#include "worker.h"

struct request_in_hand {
	const struct request_sock *req;
	struct tcpclose_worker worker;
	unsigned long missed;
};

/* Indexed by tcpclose_worker_slot(). */
static DEFINE_PER_CPU(struct request_in_hand [TCPCLOSE_WORKER_SLOTS], requests_in_hand);

static struct tcpclose_probe request_probe;
static DEFINE_PER_CPU(u64, request_calls);

/* inet_csk_clone_lock(sk, req, priority) */
static __always_inline void on_clone_lock(unsigned long sk, unsigned long req,
					  unsigned long priority,
					  unsigned long caller)
{
	struct request_in_hand *request;
	unsigned long irq;

	local_irq_save(irq);
	tcpclose_probe_called(request_calls);
	request = &(*this_cpu_ptr(&requests_in_hand))[tcpclose_worker_slot()];
	request->req = (const struct request_sock *)req;
	request->worker = tcpclose_worker_here();
	request->missed = READ_ONCE(request_probe.kp.nmissed);
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(on_clone_lock);

static struct tcpclose_probe request_probe = {
	.calls = &request_calls,
	.functions = { TCPCLOSE_FUNCTION(inet_csk_clone_lock) },
	.purpose = "addresses and cookie at LISTEN -> SYN_RECV (scope=all)",
	.kprobe = on_clone_lock_kprobe,
};

#if TCPCLOSE_HAVE_FTRACE
static void notrace request_ftrace(unsigned long ip, unsigned long caller,
				   struct ftrace_ops *ops,
				   struct ftrace_regs *fregs)
{
	TCPCLOSE_CALL(on_clone_lock, fregs, caller);
}
#endif

struct tcpclose_hooks tcpclose_request_hooks = {
	.probes = &request_probe,
	.count = 1,
	TCPCLOSE_FTRACE_MEMBER(request_ftrace)
};

/**
 * tcpclose_request_take() - take the request for which a socket was just cloned
 *
 * Context: tracepoint at LISTEN → SYN_RECV, interrupts off. The caller of
 * inet_csk_clone_lock() holds the request.
 * Return: the request, or NULL if there is none or it is uncertain.
 */
const struct request_sock *tcpclose_request_take(void)
{
	struct request_in_hand *request;
	const struct request_sock *req;

	lockdep_assert_irqs_disabled();
	request = &(*this_cpu_ptr(&requests_in_hand))[tcpclose_worker_slot()];
	req = request->req;
	request->req = NULL;
	/*
	 * A missed call: the note may be an earlier clone's, its request freed.
	 */
	if (request->missed != READ_ONCE(request_probe.kp.nmissed))
		return NULL;
	return tcpclose_worker_is_here(&request->worker) ? req : NULL;
}

/**
 * tcpclose_request_forget() - clear all notes
 *
 * Context: process; the hook is not attached.
 */
void tcpclose_request_forget(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&requests_in_hand, cpu), 0,
		       sizeof(requests_in_hand));
}
