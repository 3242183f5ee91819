#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Which lines of a kernel's log count as trouble: the first line of each report, as
# the kernel prints it (6.12), and no line of a healthy kernel.

set -u
# shellcheck source=selftests/host/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

checker=$(readlink -f "$(dirname "$0")/../qemu/kernel-trouble")
log=$work/log

# found NAME: passes if trouble is found in the log
found()
{
	if "$checker" "$log" >"$work/printed"; then
		not_ok "$1"
	else
		ok "$1"
	fi
}

# nothing NAME: passes if no trouble is found
nothing()
{
	if "$checker" "$log" >"$work/printed"; then
		ok "$1"
	else
		not_ok "$1" "$work/printed"
	fi
}

while read -r name line; do
	echo "$line" >"$log"
	found "$name is"
done <<'END'
kasan BUG: KASAN: slab-use-after-free in read_what_is_freed+0x7b/0x90 [provoke]
ubsan UBSAN: shift-out-of-bounds in module/stats.c:101:12
kmemleak kmemleak: unreferenced object 0xffff888004c2e800 (size 1024):
kmemleak-off kmemleak: Cannot allocate a kmemleak_object structure
lockdep WARNING: possible circular locking dependency detected
lockdep-irq WARNING: inconsistent lock state
lockdep-wait BUG: Invalid wait context ]
rcu WARNING: suspicious RCU usage
atomic BUG: sleeping function called from invalid context at module/pool.c:83
scheduling BUG: scheduling while atomic: insmod/97/0x00000002
preempt BUG: using smp_processor_id() in preemptible [00000000] code: insmod/97
objects ODEBUG: free active (active state 0) object: 000000005b5f5ef2 object type: timer_list
warning WARNING: CPU: 1 PID: 97 at kernel/trace/ftrace.c:2180 ftrace_bug+0x1d4/0x290
oops Oops: general protection fault, probably for non-canonical address 0xdffffc0000000000
arm64 Internal error: BRK handler: 00000000f20003e8 [#1] SMP
s390x illegal operation: 0001 ilc:1 [#1] SMP
trace Call trace:
hung INFO: task insmod:97 blocked for more than 120 seconds.
stall rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
list list_add corruption. prev->next should be next (ffff88), but was 00. (prev=ffff88).
END

race()
{
	cat <<END
==================================================================
BUG: KCSAN: data-race in $1 / $2

write to 0xffff888003c40d80 of 4 bytes by task 97 on cpu 0:
 $1+0x12/0x40
 $3

read to 0xffff888003c40d80 of 4 bytes by interrupt on cpu 1:
 $2+0x10/0x30
 __do_softirq+0xc1/0x25e

Reported by Kernel Concurrency Sanitizer on:
CPU: 1 UID: 0 PID: 0 Comm: swapper/1 Tainted: G           O
==================================================================
END
}

race tcp_poll tcp_rcv_established do_sys_poll+0x1/0x2 >"$log"
nothing "a race of others is not"
race 'tcpclose_ring_commit [tcpclose]' tcp_poll x+0x1/0x2 >"$log"
found "a race of the module is"
race sock_gen_cookie tcp_poll 'probe+0x1/0x2 [tcpclose]' >"$log"
found "a race of what the module calls is"
interrupt=' asm_sysvec_apic_timer_interrupt+0x16/0x20'
race tcp_poll tcp_ack "x+0x1/0x2
$interrupt
 probe+0x1/0x2 [tcpclose]" >"$log"
nothing "a race of what interrupts the module is not"
race tcp_poll tcp_ack "expire+0x1/0x2 [tcpclose]
$interrupt" >"$log"
found "a race of the module in an interrupt is"
race __module_address delete_module "stack_trace_save+0x1/0x2
 cause_on_stack+0x1/0x2 [tcpclose]" >"$log"
nothing "a race of the kernel's unwinder is not"
race pollwake poll_schedule_timeout "__wake_up+0x1/0x2
 expire+0x1/0x2 [tcpclose]" >"$log"
nothing "a race of who wakes and who waits is not"
race tcp_poll 'look [tcpclose]' "x+0x1/0x2
$interrupt
 y+0x1/0x2" >"$log"
found "a race of the module with an interrupt is"
race tcp_poll tcp_ack x+0x1/0x2 >"$log"
race 'probe [tcpclose]' tcp_ack x+0x1/0x2 >>"$log"
found "a race of the module behind one of others is"
race tcp_poll tcp_ack x+0x1/0x2 >"$log"
echo 'WARNING: suspicious RCU usage' >>"$log"
found "what comes behind a race of others is"

wanted()
{
	cat <<END
[   18.333495] $1: size 488584, vm_struct allocation failed, mode:0xcc0(GFP_KERNEL)
[   18.333574] CPU: 0 UID: 0 PID: 95 Comm: faults Tainted: G           O
[   18.333604] Call Trace:
[   18.333612]  <TASK>
[   18.334229]  vmalloc_noprof+0x67/0x80
[   18.335127]  </TASK>
[   18.335135] Mem-Info:
[   18.336201] active_anon:1721 inactive_anon:8836 isolated_anon:0
END
}

wanted 'faults: vmalloc error' >"$log"
nothing "an allocation that the test made fail is no trouble"
wanted 'faults: vmalloc error' | sed 's/^\[[^]]*\] //' >"$log"
nothing "lines without a time are no trouble either"
wanted 'edges: vmalloc error' >"$log"
found "any other allocation that fails is trouble"
wanted 'faults: vmalloc error' >"$log"
echo 'WARNING: suspicious RCU usage' >>"$log"
found "what comes behind one that was made to fail is"

killed()
{
	cat <<END
[    4.607345] $1 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
[    4.607351] CPU: 0 UID: 0 PID: 219 Comm: $1 Tainted: G           OE
[    4.607369] Call Trace:
[    4.607372]  <TASK>
[    4.607393]  dump_header+0x43/0x1d0
[    4.607601]  </TASK>
[    4.608091] Memory cgroup out of memory: Killed process 219 ($1) total-vm:76940kB
END
}

killed actor >"$log"
nothing "a process that the test made too large is no trouble"
killed tcpclose >"$log"
found "any other process that is killed for its memory is trouble"
killed actor >"$log"
echo 'WARNING: suspicious RCU usage' >>"$log"
found "what comes behind the end of one that was made too large is"

cat >"$log" <<'END'
kasan: KernelAddressSanitizer initialized
kcsan: enabled early
kmemleak: Kernel memory leak detector initialized (mem pool available: 15679)
kmemleak: Cannot allocate a scan area, scanning the full object
Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar
tcpclose: loading out-of-tree module taints kernel.
tcpclose: no hook on inet_twsk_kill (error -12); not recorded without it: time and reason of a mini-socket's end
vm: running loading
END
nothing "what a healthy kernel says is not"

finish
