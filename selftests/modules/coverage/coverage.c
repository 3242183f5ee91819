// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records which code of tcpclose.ko has run, see selftests/coverage/measure.
 *
 * The module is built with -fsanitize-coverage=trace-pc then: each basic block calls
 * __sanitizer_cov_trace_pc(). This module is loaded first and stays loaded, so that
 * a test may unload and load tcpclose.
 *
 * Reading /sys/kernel/debug/tcpclose-coverage gives a line for each block, the address
 * after its call: relative to the code that stays loaded ("core") or is dropped after
 * loading ("init"). Writing anything to it forgets all of them.
 */
#include <linux/bitmap.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/seq_file.h>
#include <linux/version.h>

#include "coverage.h"

#define CODE_BYTES	(256 << 10)

/**
 * struct code - part of the module's code
 * @name: which part
 * @begin: its address; 0: not loaded yet
 * @executed: a bit for each byte
 */
struct code {
	const char *name;
	unsigned long begin;
	DECLARE_BITMAP(executed, CODE_BYTES);
};

static struct code codes[] = { { .name = "core" }, { .name = "init" } };
static struct dentry *file;

void __sanitizer_cov_trace_pc(void)
{
	struct code *code;

	for (code = codes; code < codes + ARRAY_SIZE(codes); code++) {
		unsigned long at = _RET_IP_ - READ_ONCE(code->begin);

		/* Setting a bit takes the cache line from other CPUs: read first. */
		if (at < CODE_BYTES && !test_bit(at, code->executed))
			set_bit(at, code->executed);
	}
}
EXPORT_SYMBOL_GPL(__sanitizer_cov_trace_pc);

static int coverage_show(struct seq_file *to, void *unused)
{
	struct code *code;
	unsigned long at;

	for (code = codes; code < codes + ARRAY_SIZE(codes); code++)
		for_each_set_bit(at, code->executed, CODE_BYTES)
			seq_printf(to, "%s 0x%lx\n", code->name, at);
	return 0;
}

static int coverage_open(struct inode *inode, struct file *opened)
{
	return single_open_size(opened, coverage_show, NULL, CODE_BYTES);
}

static ssize_t coverage_write(struct file *opened, const char __user *from,
			      size_t size, loff_t *position)
{
	struct code *code;

	for (code = codes; code < codes + ARRAY_SIZE(codes); code++)
		bitmap_zero(code->executed, CODE_BYTES);
	return size;
}

static const struct file_operations coverage_operations = {
	.owner = THIS_MODULE,
	.open = coverage_open,
	.read = seq_read,
	.write = coverage_write,
	.release = single_release,
};

/* 6.4 replaced two layouts by an array of them. */
static unsigned long code_begin(const struct module *module, bool init)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return (unsigned long)module->mem[init ? MOD_INIT_TEXT : MOD_TEXT].base;
#else
	return (unsigned long)(init ? module->init_layout : module->core_layout).base;
#endif
}

/* The module's code has its place, and none of it has run yet. */
static int coverage_module(struct notifier_block *block, unsigned long state,
			   void *data)
{
	struct module *module = data;

	if (state == MODULE_STATE_COMING && !strcmp(module->name, "tcpclose")) {
		WRITE_ONCE(codes[0].begin, code_begin(module, false));
		WRITE_ONCE(codes[1].begin, code_begin(module, true));
	}
	return NOTIFY_DONE;
}

static struct notifier_block coverage_notifier = {
	.notifier_call = coverage_module,
};

static int __init coverage_init(void)
{
	int err = register_module_notifier(&coverage_notifier);

	if (err)
		return err;
	file = debugfs_create_file("tcpclose-coverage", 0600, NULL, NULL,
				   &coverage_operations);
	return 0;
}

static void __exit coverage_exit(void)
{
	debugfs_remove(file);
	unregister_module_notifier(&coverage_notifier);
}

module_init(coverage_init);
module_exit(coverage_exit);

MODULE_DESCRIPTION("Which code of tcpclose has run");
MODULE_LICENSE("GPL");
