/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the path of a cgroup says: container, pod and systemd unit.
 */
#ifndef TCPCLOSE_SYS_CGROUP_NAMES_H
#define TCPCLOSE_SYS_CGROUP_NAMES_H

#include <stdbool.h>

/* With the NUL; a longer name is left out. */
#define CGROUP_NAME_SIZE 96

/**
 * enum cgroup_name - kinds of names
 * @CGROUP_CONTAINER: id of a container, 64 hexadecimal digits; or the name of one of
 *	LXC's
 * @CGROUP_POD: uid of a pod of Kubernetes
 * @CGROUP_UNIT: unit of systemd
 * @CGROUP_NAMES: number of kinds
 */
enum cgroup_name {
	CGROUP_CONTAINER,
	CGROUP_POD,
	CGROUP_UNIT,
	CGROUP_NAMES,
};

/**
 * struct cgroup_names - names of a cgroup
 * @text: by &enum cgroup_name; empty: none
 */
struct cgroup_names {
	char text[CGROUP_NAMES][CGROUP_NAME_SIZE];
};

/**
 * cgroup_names_place() - the container, or else the unit
 * @n: names; NULL: none are known
 *
 * Return: its name; empty: there is none
 */
static inline const char *cgroup_names_place(const struct cgroup_names *n)
{
	if (!n)
		return "";
	return *n->text[CGROUP_CONTAINER] ? n->text[CGROUP_CONTAINER] : n->text[CGROUP_UNIT];
}

void cgroup_names_read(struct cgroup_names *n, const char *path);

#endif /* TCPCLOSE_SYS_CGROUP_NAMES_H */
