// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers and names of the states in the running kernel: its type information
 * (BTF) has the enumerations of net/tcp_states.h and of BPF.
 */
#include <errno.h>
#include <string.h>

#include <bpf/btf.h>

#include <tcpclose.h>

#include "lib/names.h"
#include "witness/btf.h"

/**
 * struct names - an enumeration in the kernel
 * @what: name of the comparison
 * @prefix: begin of its names
 * @others: names that are no state of a connection: the size of tables, and a
 *	pseudo-state in which inet_diag lists sockets that are only bound
 */
static const struct names {
	const char *what;
	const char *prefix;
	const char *others[2];
} enumerations[] = {
	{ "numbers of TCP_*, net/tcp_states.h", "TCP_",
	  { "MAX_STATES", "BOUND_INACTIVE" } },
	{ "numbers of BPF_TCP_*, linux/bpf.h", "BPF_TCP_", { "MAX_STATES", "BOUND_INACTIVE" } },
};

static const char *without_prefix(const struct names *n, const char *name)
{
	size_t len = strlen(n->prefix);

	return strncmp(name, n->prefix, len) ? NULL : name + len;
}

/* The enumeration that has ESTABLISHED. */
static const struct btf_type *find(const struct btf *btf,
				   const struct names *n)
{
	__u32 id, i;

	for (id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const struct btf_enum *e;

		if (!btf_is_enum(type))
			continue;
		e = btf_enum(type);
		for (i = 0; i < btf_vlen(type); i++) {
			const char *name = without_prefix(
				n, btf__name_by_offset(btf, e[i].name_off));

			if (name && !strcmp(name, "ESTABLISHED"))
				return type;
		}
	}
	return NULL;
}

static bool is_other(const struct names *n, const char *name)
{
	return !strcmp(name, n->others[0]) || !strcmp(name, n->others[1]);
}

static void compare(const struct btf *btf, const struct names *n,
		    struct comparison *c)
{
	const struct btf_type *type = find(btf, n);
	struct comparison_row row = { .what = n->what };
	bool known[TCPCLOSE_STATES] = { false };
	unsigned int state;
	__u32 i;

	for (i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_enum *e = &btf_enum(type)[i];
		const char *name = without_prefix(
			n, btf__name_by_offset(btf, e->name_off));
		const char *ours = names_state((unsigned int)e->val);

		if (!name || is_other(n, name))
			continue;
		row.kernel++;
		if (ours && !strcmp(ours, name)) {
			known[e->val] = true;
			continue;
		}
		row.difference++;
		comparison_add_detail(c, "%s%s is %d, which tcpclose calls %s",
				      n->prefix, name, e->val,
				      ours ? ours : "nothing");
	}
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		const char *ours = names_state(state);

		if (!ours)
			continue;
		row.tcpclose++;
		if (known[state])
			continue;
		row.difference++;
		comparison_add_detail(c, "state %u (%s): the kernel has no %s%s",
				      state, ours, n->prefix, ours);
	}
	comparison_add_row(c, &row);
}

/**
 * btf_compare() - compare the numbers and names of all states
 * @c: result
 */
void btf_compare(struct comparison *c)
{
	struct btf *btf = btf__load_vmlinux_btf();
	unsigned int i;

	if (!btf) {
		error_set(&c->missing, -errno,
			  "no type information of the kernel: %s: it needs CONFIG_DEBUG_INFO_BTF",
			  strerror(errno));
		return;
	}
	for (i = 0; i < ARRAY_SIZE(enumerations); i++)
		compare(btf, &enumerations[i], c);
	btf__free(btf);
}
