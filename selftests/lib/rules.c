// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may do what with /dev/tcpclose: the rules, as a table.
 *
 * The device's mode is checked first, for the user ID in the initial user
 * namespace (inode_permission()). Then CAP_NET_ADMIN is checked in the user
 * namespace that owns the network namespace. A process that has a capability in
 * a user namespace has it in all namespaces below, and the user who created a
 * user namespace has all capabilities in it from the namespace above
 * (cap_capable()): so a user without the capability can open the device in a
 * container of their own.
 */
#include "lib/rules.h"

const struct rules_viewer rules_viewers[RULES_VIEWERS] = {
	/* root, confined, capable, netns, closed, opened */
	{ true, false, true, RULES_INITIAL, RULES_ALL, RULES_ALL },
	{ true, false, false, RULES_INITIAL, "EPERM", "EPERM" },
	{ false, false, true, RULES_INITIAL, "EACCES", RULES_ALL },
	{ false, false, false, RULES_INITIAL, "EACCES", "EPERM" },
	{ true, false, true, RULES_ANOTHER, RULES_OWN, RULES_OWN },
	{ true, false, false, RULES_ANOTHER, "EPERM", "EPERM" },
	{ false, false, true, RULES_ANOTHER, "EACCES", RULES_OWN },
	{ false, false, false, RULES_ANOTHER, "EACCES", "EPERM" },
	{ true, false, true, RULES_CONTAINER, RULES_OWN, RULES_OWN },
	{ true, false, false, RULES_CONTAINER, RULES_OWN, RULES_OWN },
	{ false, false, true, RULES_CONTAINER, "EACCES", RULES_OWN },
	{ false, false, false, RULES_CONTAINER, "EACCES", RULES_OWN },
	{ true, false, true, RULES_OTHER_USER, RULES_OWN, RULES_OWN },
	{ true, false, false, RULES_OTHER_USER, "EPERM", "EPERM" },
	{ false, false, true, RULES_OTHER_USER, "EACCES", RULES_OWN },
	{ false, false, false, RULES_OTHER_USER, "EACCES", "EPERM" },
	{ true, true, true, RULES_INITIAL, "EPERM", "EPERM" },
	{ true, true, false, RULES_INITIAL, "EPERM", "EPERM" },
	{ false, true, true, RULES_INITIAL, "EACCES", "EPERM" },
	{ false, true, false, RULES_INITIAL, "EACCES", "EPERM" },
	{ true, true, true, RULES_ANOTHER, "EPERM", "EPERM" },
	{ true, true, false, RULES_ANOTHER, "EPERM", "EPERM" },
	{ false, true, true, RULES_ANOTHER, "EACCES", "EPERM" },
	{ false, true, false, RULES_ANOTHER, "EACCES", "EPERM" },
	{ true, true, true, RULES_CONTAINER, RULES_OWN, RULES_OWN },
	{ true, true, false, RULES_CONTAINER, "EPERM", "EPERM" },
	{ false, true, true, RULES_CONTAINER, "EACCES", RULES_OWN },
	{ false, true, false, RULES_CONTAINER, "EACCES", "EPERM" },
	{ true, true, true, RULES_OTHER_USER, "EPERM", "EPERM" },
	{ true, true, false, RULES_OTHER_USER, "EPERM", "EPERM" },
	{ false, true, true, RULES_OTHER_USER, "EACCES", "EPERM" },
	{ false, true, false, RULES_OTHER_USER, "EACCES", "EPERM" },
};

const char *rules_netns_name(const struct rules_viewer *viewer)
{
	switch (viewer->netns) {
	case RULES_INITIAL:
		return "initial";
	case RULES_ANOTHER:
		return "another";
	case RULES_CONTAINER:
		return viewer->confined ? "own" : "own container's";
	case RULES_OTHER_USER:
		return "another user's";
	}
	return "";
}

const struct rules_operation rules_operations[RULES_OPERATIONS] = {
	[RULES_OPEN_FOR_WRITING] = { "open() for writing", "EACCES", "EACCES" },
	[RULES_READ] = { "read()", RULES_ALL, RULES_OWN },
	[RULES_POLL] = { "poll()", RULES_ALL, RULES_OWN },
	[RULES_LSEEK] = { "lseek()", RULES_YES, RULES_YES },
	[RULES_WRITE] = { "write()", "EBADF", "EBADF" },
	[RULES_MMAP] = { "mmap() to read", RULES_YES, "EPERM" },
	[RULES_MMAP_PRIVATE] = { "mmap() to write, private", "EPERM", "EPERM" },
	[RULES_MMAP_SHARED] = { "mmap() to write, shared", "EACCES", "EACCES" },
	[RULES_MPROTECT] = { "mprotect() to write", "EACCES", "EPERM" },
	[RULES_VERSION] = { "TCPCLOSE_IOC_VERSION", RULES_YES, RULES_YES },
	[RULES_GEOMETRY] = { "TCPCLOSE_IOC_GEOMETRY", RULES_ALL, RULES_OWN },
	[RULES_CURSOR] = { "TCPCLOSE_IOC_CURSOR", RULES_YES, RULES_YES },
	[RULES_WAKEUP_ASK] = { "TCPCLOSE_IOC_WAKEUP, get", RULES_YES, RULES_YES },
	[RULES_WAKEUP_WATERMARK] = { "TCPCLOSE_IOC_WAKEUP, records",
				     RULES_YES, "EPERM" },
	[RULES_WAKEUP_DELAY] = { "TCPCLOSE_IOC_WAKEUP, delay",
				 RULES_YES, "EPERM" },
	[RULES_STATS] = { "TCPCLOSE_IOC_STATS", RULES_YES, "EPERM" },
	[RULES_STATS_RESET] = { "TCPCLOSE_IOC_STATS_RESET", RULES_YES,
				"EPERM" },
	[RULES_HOOK] = { "TCPCLOSE_IOC_HOOK", RULES_YES, "EPERM" },
	[RULES_CONNS] = { "TCPCLOSE_IOC_CONNS", RULES_YES, "EPERM" },
	[RULES_UNKNOWN] = { "any other ioctl()", "ENOTTY", "ENOTTY" },
};
