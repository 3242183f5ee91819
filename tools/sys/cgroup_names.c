// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the path of a cgroup says: container, pod and systemd unit.
 *
 * Knows how container engines, Kubernetes and systemd name cgroups; reads nothing.
 *
 * A name is taken from the outermost part of the path that has one. Whoever may make
 * cgroups inside of a container or a user's session could otherwise give them the
 * name of another container.
 */
#include <stddef.h>
#include <string.h>

#include "base/compiler.h"
#include "sys/cgroup_names.h"

#define ID_DIGITS 64

/**
 * struct part - part of a path, between slashes
 * @text: it
 * @len: bytes
 */
struct part {
	const char *text;
	size_t len;
};

/* Return: whether there is another one */
static bool next_part(struct part *p)
{
	p->text += p->len;
	p->text += strspn(p->text, "/");
	p->len = strcspn(p->text, "/");
	return p->len;
}

static bool is(struct part p, const char *text)
{
	return p.len == strlen(text) && !memcmp(p.text, text, p.len);
}

/* Cut a beginning that it has. */
static bool cut_prefix(struct part *p, const char *prefix)
{
	size_t len = strlen(prefix);

	if (p->len < len || memcmp(p->text, prefix, len))
		return false;
	p->text += len;
	p->len -= len;
	return true;
}

/* Likewise its end. */
static bool cut_suffix(struct part *p, const char *suffix)
{
	size_t len = strlen(suffix);

	if (p->len < len || memcmp(p->text + p->len - len, suffix, len))
		return false;
	p->len -= len;
	return true;
}

static void set(char name[CGROUP_NAME_SIZE], struct part p)
{
	if (name[0] || p.len >= CGROUP_NAME_SIZE)
		return;
	memcpy(name, p.text, p.len);
	name[p.len] = '\0';
}

static bool is_id(struct part p)
{
	return p.len == ID_DIGITS && strspn(p.text, "0123456789abcdef") >= ID_DIGITS;
}

/*
 * ID, docker-ID.scope, libpod-ID and the like. containerd without systemd has
 * SLICE:cri-containerd:ID. A monitor (crio-conmon-ID) is not in the container.
 */
static bool cut_to_id(struct part *p)
{
	static const char *const engines[] = {
		"docker-", "crio-", "cri-containerd-", "libpod-", "nerdctl-",
	};
	const char *colon;
	size_t i;

	cut_suffix(p, ".scope");
	colon = p->len > ID_DIGITS ? p->text + p->len - ID_DIGITS - 1 : NULL;
	if (colon && *colon == ':') {
		p->len = (size_t)(colon - p->text);
		if (!cut_suffix(p, ":cri-containerd") && !cut_suffix(p, ":docker"))
			return false;
		*p = (struct part){ colon + 1, ID_DIGITS };
		return is_id(*p);
	}
	for (i = 0; i < ARRAY_SIZE(engines); i++)
		if (cut_prefix(p, engines[i]))
			break;
	return is_id(*p);
}

static void read_container(struct cgroup_names *n, struct part before, struct part p)
{
	if (is(before, "lxc") || cut_prefix(&p, "lxc.payload.") || cut_to_id(&p))
		set(n->text[CGROUP_CONTAINER], p);
}

/* Only below kubepods: podUID, or kubepods-...-podUID.slice, where _ stands for -. */
static void read_pod(struct cgroup_names *n, struct part p)
{
	char *pod = n->text[CGROUP_POD];
	size_t i;

	if (pod[0])
		return;
	if (cut_suffix(&p, ".slice")) {
		if (!cut_prefix(&p, "kubepods-"))
			return;
		if (!cut_prefix(&p, "burstable-"))
			cut_prefix(&p, "besteffort-");
	}
	if (!cut_prefix(&p, "pod") || !p.len ||
	    strspn(p.text, "0123456789abcdef_-") < p.len)
		return;
	set(pod, p);
	for (i = 0; pod[i]; i++)
		if (pod[i] == '_')
			pod[i] = '-';
}

static bool is_unit(struct part p)
{
	static const char *const types[] = {
		".service", ".scope", ".socket", ".mount", ".swap",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (p.len > strlen(types[i]) && cut_suffix(&p, types[i]))
			return true;
	return false;
}

/* The first part that is no slice, as systemd has it, or there is none. */
static void read_unit(struct cgroup_names *n, struct part p)
{
	/* Where a name might be one of the kernel's files, systemd puts this before it. */
	cut_prefix(&p, "_");
	if (is_unit(p))
		set(n->text[CGROUP_UNIT], p);
}

static bool is_slice(struct part p)
{
	return cut_suffix(&p, ".slice");
}

/**
 * cgroup_names_read() - find the names in the path of a cgroup
 * @n: result
 * @path: the path from the root of the hierarchy on, of anybody's making; names may
 *	hold control characters
 */
void cgroup_names_read(struct cgroup_names *n, const char *path)
{
	struct part p = { path, 0 }, before = { "", 0 };
	bool in_slices = true, in_pods = false;

	memset(n, 0, sizeof(*n));
	for (; next_part(&p); before = p) {
		read_container(n, before, p);
		if (in_pods)
			read_pod(n, p);
		if (is(p, "kubepods") || is(p, "kubepods.slice"))
			in_pods = true;
		if (in_slices && !is_slice(p)) {
			in_slices = false;
			read_unit(n, p);
		}
	}
}
