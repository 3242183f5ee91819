// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plugin of QEMU's TCG: counts what the guest executes between two marks
 * (../mark.h), by instruction, and the cost of each visit of a hook.
 *
 * A visit begins with a call from the kernel into the area of modules, where ftrace's
 * trampolines are, too, and ends when that call returns. So a hook is identified by
 * its caller, and the functions that it calls are part of its cost.
 * Knows code and addresses; the program that reads the result knows the symbols.
 *
 * Processors have to take turns in one thread (-icount, or tcg,thread=single).
 *
 * Argument: out=FILE. Each pair of marks adds a section of lines to it:
 *   section NUMBER
 *   i ADDRESS EXECUTED LOCKED     LOCKED: 1 for an atomic operation
 *   h ENTRY RETURN VISITS INSTRUCTIONS LOCKED LINES WRITTEN STACK CODE
 *                                 sums of the visits; LINES: cache lines of data,
 *                                 WRITTEN: those of them that were written; lines of
 *                                 STACK and of CODE are counted separately
 *   a VISITS                      visits that never returned; not counted above
 *   w LINE CODE WRITERS WRITES MOVES   see lines.h; without lines of the stack
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/mark.h"
#include "lines.h"
#include "qemu.h"

#define KERNEL_FROM UINT64_C(0xffff800000000000)
/* MODULES_VADDR of x86-64, without KASLR */
#define MODULES_FROM UINT64_C(0xffffffffc0000000)
#define MODULES_TO UINT64_C(0xffffffffff000000)
/* THREAD_SIZE; interrupts' stacks are as large and as aligned */
#define STACK_SHIFT 14
/* A thunk, and the call inside it, lie between call and callee */
#define CALL_REACH 4
#define THUNK_SIZE 32
/* Instructions; a longer visit has slept */
#define VISIT_MAX 1000000
#define MAX_VCPU 64
#define MAX_HOOKS 256

struct instruction {
	uint64_t address;
	bool locked;
	bool call;
};

/* Instructions that QEMU translated as one piece, and executes as one piece */
struct block {
	struct block *next;
	uint64_t executed;
	uint64_t returns_to;
	unsigned int locked;
	unsigned int count;
	struct instruction instruction[];
};

struct hook {
	uint64_t entry;
	uint64_t returns_to;
	uint64_t visits;
	uint64_t instructions;
	uint64_t locked;
	uint64_t lines;
	uint64_t written;
	uint64_t stack;
	uint64_t code;
};

/**
 * struct vcpu - execution state of a processor
 * @returns_to: address to which the last call returns
 * @since_call: number of blocks since the last call
 * @stack: number of the stack's area, known from the last call
 * @hook: the visited hook; NULL: no visit at present
 * @visit: the visit's own figures
 */
struct vcpu {
	uint64_t returns_to;
	unsigned int since_call;
	uint64_t stack;
	struct hook *hook;
	struct {
		uint64_t instructions;
		uint64_t locked;
		struct touched_lines lines;
		struct touched_lines written;
		struct touched_lines stack;
		struct touched_lines code;
	} visit;
};

struct tally {
	FILE *out;
	struct block *blocks;
	/* Number of measurements that have begun and not ended */
	unsigned int begun;
	unsigned int sections;
	struct vcpu *vcpus;
	struct hook hooks[MAX_HOOKS];
	uint64_t abandoned;
	struct written_lines lines;
};

static struct tally tally;

static bool in_modules(uint64_t address)
{
	return address >= MODULES_FROM && address < MODULES_TO;
}

static void fail(const char *what)
{
	fprintf(stderr, "plugin: %s\n", what);
	exit(1);
}

static struct hook *hook_find(uint64_t entry, uint64_t returns_to)
{
	struct hook *hook;

	for (hook = tally.hooks; hook < tally.hooks + MAX_HOOKS; hook++) {
		if (!hook->entry) {
			hook->entry = entry;
			hook->returns_to = returns_to;
		}
		if (hook->entry == entry && hook->returns_to == returns_to)
			return hook;
	}
	fail("more hooks than there is room for");
	return NULL;
}

static void visit_begin(struct vcpu *vcpu, uint64_t entry)
{
	vcpu->hook = hook_find(entry, vcpu->returns_to);
	vcpu->visit.instructions = 0;
	vcpu->visit.locked = 0;
	touched_begin(&vcpu->visit.lines);
	touched_begin(&vcpu->visit.written);
	touched_begin(&vcpu->visit.stack);
	touched_begin(&vcpu->visit.code);
}

static void visit_end(struct vcpu *vcpu)
{
	struct hook *hook = vcpu->hook;

	hook->visits++;
	hook->instructions += vcpu->visit.instructions;
	hook->locked += vcpu->visit.locked;
	hook->lines += vcpu->visit.lines.count;
	hook->written += vcpu->visit.written.count;
	hook->stack += vcpu->visit.stack.count;
	hook->code += vcpu->visit.code.count;
	vcpu->hook = NULL;
}

static void visit_block(struct vcpu *vcpu, const struct block *block)
{
	unsigned int i;

	vcpu->visit.instructions += block->count;
	vcpu->visit.locked += block->locked;
	for (i = 0; i < block->count; i++)
		touched_add(&vcpu->visit.code,
			    block->instruction[i].address >> LINE_SHIFT);
}

static void on_block(unsigned int index, void *data)
{
	struct block *block = data;
	uint64_t address = block->instruction[0].address;
	struct vcpu *vcpu;

	if (!tally.begun)
		return;
	if (index >= MAX_VCPU)
		fail("more processors than there is room for");
	vcpu = &tally.vcpus[index];
	block->executed++;
	if (vcpu->hook && address == vcpu->hook->returns_to)
		visit_end(vcpu);
	if (vcpu->hook && (address < KERNEL_FROM ||
			   vcpu->visit.instructions > VISIT_MAX)) {
		vcpu->hook = NULL;
		tally.abandoned++;
	}
	if (!vcpu->hook && in_modules(address) &&
	    vcpu->since_call < CALL_REACH && !in_modules(vcpu->returns_to))
		visit_begin(vcpu, address);
	if (vcpu->hook)
		visit_block(vcpu, block);
	vcpu->since_call++;
	if (block->returns_to) {
		vcpu->returns_to = block->returns_to;
		vcpu->since_call = 0;
	}
}

static void on_access(unsigned int index, uint32_t info, uint64_t address,
		      void *data)
{
	const struct instruction *instruction = data;
	uint64_t end = address + (1u << qemu_plugin_mem_size_shift(info)) - 1;
	bool store = qemu_plugin_mem_is_store(info);
	struct vcpu *vcpu;
	uint64_t line;

	if (!tally.begun || index >= MAX_VCPU)
		return;
	vcpu = &tally.vcpus[index];
	if (instruction->call && store)
		vcpu->stack = address >> STACK_SHIFT;
	if (!vcpu->hook)
		return;
	for (line = address >> LINE_SHIFT; line <= end >> LINE_SHIFT; line++) {
		if (address >> STACK_SHIFT == vcpu->stack) {
			touched_add(&vcpu->visit.stack, line);
			continue;
		}
		touched_add(&vcpu->visit.lines, line);
		if (!store)
			continue;
		touched_add(&vcpu->visit.written, line);
		lines_write(&tally.lines, line, index, instruction->address);
	}
}

static void section_begin(void)
{
	struct block *block;
	unsigned int i;

	for (block = tally.blocks; block; block = block->next)
		block->executed = 0;
	memset(tally.hooks, 0, sizeof(tally.hooks));
	tally.abandoned = 0;
	lines_clear(&tally.lines);
	for (i = 0; i < MAX_VCPU; i++)
		tally.vcpus[i].hook = NULL;
}

static void section_end(void)
{
	const struct block *block;
	const struct hook *hook;
	unsigned int i;

	fprintf(tally.out, "section %u\n", tally.sections++);
	for (block = tally.blocks; block; block = block->next)
		for (i = 0; block->executed && i < block->count; i++)
			fprintf(tally.out, "i %016" PRIx64 " %" PRIu64 " %d\n",
				block->instruction[i].address, block->executed,
				block->instruction[i].locked);
	for (hook = tally.hooks;
	     hook < tally.hooks + MAX_HOOKS && hook->entry; hook++)
		fprintf(tally.out,
			"h %016" PRIx64 " %016" PRIx64 " %" PRIu64 " %" PRIu64
			" %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
			" %" PRIu64 "\n",
			hook->entry, hook->returns_to, hook->visits,
			hook->instructions, hook->locked, hook->lines,
			hook->written, hook->stack, hook->code);
	fprintf(tally.out, "a %" PRIu64 "\n", tally.abandoned);
	lines_print(&tally.lines, tally.out);
	fflush(tally.out);
}

/* Several may overlap: counts from the first begin mark to the last end mark */
static void on_begin(unsigned int index, void *data)
{
	if (!tally.begun)
		section_begin();
	tally.begun++;
}

static void on_end(unsigned int index, void *data)
{
	if (!tally.begun)
		return;
	tally.begun--;
	if (!tally.begun)
		section_end();
}

/* Skips the prefixes, of which REX is the last */
static const uint8_t *skip_prefixes(const uint8_t *code, const uint8_t *end,
				    bool *lock)
{
	*lock = false;
	for (; code < end; code++) {
		switch (*code) {
		case 0xf0:
			*lock = true;
			break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x40 ... 0x4f:
		case 0x64 ... 0x67:
		case 0xf2:
		case 0xf3:
			break;
		default:
			return code;
		}
	}
	return code;
}

static int32_t number_at(const uint8_t *code)
{
	int32_t number;

	memcpy(&number, code, sizeof(number));
	return number;
}

static void decode(struct instruction *instruction,
		   const struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);
	const uint8_t *end = code + qemu_plugin_insn_size(insn);

	code = skip_prefixes(code, end, &instruction->locked);
	/* xchg with memory locks without a prefix */
	if (end - code >= 2 && (code[0] == 0x86 || code[0] == 0x87) &&
	    code[1] < 0xc0)
		instruction->locked = true;
	/* Not the call that a thunk makes to its own code */
	if (end - code >= 5 && code[0] == 0xe8)
		instruction->call = number_at(code + 1) < 0 ||
				    number_at(code + 1) > THUNK_SIZE;
	else if (end - code >= 2 && code[0] == 0xff)
		instruction->call = (code[1] >> 3 & 7) == 2;
}

/* The displacement of a nopl, 0 for anything else */
static int32_t mark_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t nopl[] = { 0x0f, 0x1f, 0x80 };
	const uint8_t *code = qemu_plugin_insn_data(insn);

	if (qemu_plugin_insn_size(insn) != sizeof(nopl) + sizeof(int32_t) ||
	    memcmp(code, nopl, sizeof(nopl)))
		return 0;
	return number_at(code + sizeof(nopl));
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb), i;
	struct instruction *instruction = NULL;
	struct qemu_plugin_insn *insn;
	struct block *block;

	block = calloc(1, sizeof(*block) + count * sizeof(*instruction));
	if (!block)
		fail("no memory");
	for (i = 0; i < count; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		instruction = &block->instruction[i];
		instruction->address = qemu_plugin_insn_vaddr(insn);
		decode(instruction, insn);
		block->locked += instruction->locked;
		if (instruction->call)
			block->returns_to = instruction->address +
					    qemu_plugin_insn_size(insn);
		if (instruction->address >= KERNEL_FROM)
			qemu_plugin_register_vcpu_mem_cb(insn, on_access,
							 QEMU_PLUGIN_CB_NO_REGS,
							 QEMU_PLUGIN_MEM_RW,
							 instruction);
		else if (mark_of(insn) == MARK_BEGIN)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin,
							       QEMU_PLUGIN_CB_NO_REGS,
							       NULL);
		else if (mark_of(insn) == MARK_END)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end,
							       QEMU_PLUGIN_CB_NO_REGS,
							       NULL);
	}
	block->count = count;
	block->next = tally.blocks;
	tally.blocks = block;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block,
					     QEMU_PLUGIN_CB_NO_REGS, block);
}

int qemu_plugin_version = QEMU_PLUGIN_API_VERSION;

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("plugin: its one argument is out=FILE\n", stderr);
		return -1;
	}
	tally.out = fopen(argv[0] + 4, "w");
	tally.vcpus = calloc(MAX_VCPU, sizeof(*tally.vcpus));
	if (!tally.out || !tally.vcpus) {
		perror("plugin");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
