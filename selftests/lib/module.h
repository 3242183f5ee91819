/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module itself, and other modules: load, unload, and read the module's messages
 * in the kernel's log.
 */
#ifndef _SELFTESTS_LIB_MODULE_H
#define _SELFTESTS_LIB_MODULE_H

#include <stdbool.h>

/**
 * module_load() - load with parameters
 *
 * Return: 0; -EPERM if the machine's owner does not allow it (DISRUPTIVE=1 does);
 * or -errno of finit_module(2)
 */
int module_load(const char *parameters);

/** module_unload() - unload; 0, -EBUSY while there are users, or -errno */
int module_unload(void);

/** module_load_other() - likewise, for a module file; or -errno of open(2) */
int module_load_other(const char *path, const char *parameters);

/** module_unload_other() - likewise, by name */
int module_unload_other(const char *name);

bool module_is_loaded(void);

/**
 * module_can_use_ftrace() - whether this kernel traces functions, as Debian's do, and shows
 *	tracers their arguments, as it does since 5.11, on arm64 since 6.2
 */
bool module_can_use_ftrace(void);

/**
 * module_may_lack() - whether the module may run here without a hook on that function
 *
 * Where functions are not traced, tcp_twsk_destructor() may begin with a static key,
 * which no breakpoint may replace (jump_label_text_reserved()).
 */
bool module_may_lack(const char *function);

/**
 * module_reload() - unload the module, load it with exactly these parameters
 *
 * Waits a moment for a user that is about to close the device. Ends the mini-sockets
 * of this network namespace in between, so that the module does not see them.
 */
int module_reload(const char *parameters);

/** module_keep() - as module_reload(), unless module_load() loaded it with just these */
int module_keep(const char *parameters);

/**
 * TEST_MAIN_WITH_MODULE() - instead of TEST_HARNESS_MAIN: all tests use the module
 *	with these parameters
 *
 * Loads once for all tests: loading takes longer than most tests.
 */
#define TEST_MAIN_WITH_MODULE(parameters)				\
int main(int argc, char **argv)						\
{									\
	if (module_reload(parameters)) {				\
		perror("module");					\
		return 1;						\
	}								\
	return test_harness_run(argc, argv);				\
}

/** module_log_open() - follow the kernel's log from now on; a descriptor */
int module_log_open(void);

/**
 * module_log_has() - read the log to its end; whether the module wrote such a line
 * @text: part of the line
 */
bool module_log_has(int log, const char *text);

#endif /* _SELFTESTS_LIB_MODULE_H */
