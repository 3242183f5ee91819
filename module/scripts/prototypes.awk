# SPDX-License-Identifier: GPL-2.0-only
#
# Part of "prototypes": compares. "file" is set before each: the list; headers, as "gcc
# -aux-info" writes them; btf, as "bpftool btf dump" does. Types are compared as text,
# without "const" and spaces.

function plain(type)
{
	gsub(/(^|[^a-zA-Z0-9_])(const|volatile|restrict)( |$)/, " ", type)
	gsub(/(^|[^a-zA-Z0-9_])(const|volatile|restrict)( |$)/, " ", type)
	gsub(/_Bool/, "bool", type)
	gsub(/ *\*/, "*", type)
	gsub(/^ +| +$/, "", type)
	return type
}

# The arguments of a list between parentheses, each followed by a comma
function arguments(text,    i, depth, c, one, all)
{
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		depth += c == "(" ? 1 : c == ")" ? -1 : 0
		if (c == "," && !depth) {
			all = all plain(one) ","
			one = ""
		} else {
			one = one c
		}
	}
	one = plain(one)
	return all (one == "void" || one == "" ? "" : one ",")
}

# A function, or a tracepoint's probe, in a source: "headers" or "BTF"
function found(source, name, args, returned)
{
	if ((source, name) in takes && takes[source, name] != args)
		args = "?,"
	known[name] = 1
	takes[source, name] = args
	returns[source, name] = returned
}

function fits(source, name, line)
{
	if (!((source, name) in takes))
		return 1
	if (index(takes[source, name], wanted[line]) != 1)
		return 0
	if (name ~ /^trace_/ && takes[source, name] != wanted[line])
		return 0
	return wanted_return[line] == "" || returns[source, name] == wanted_return[line]
}

# ---- the list

file == "list" && (/^#/ || /^$/) { next }

file == "list" && $1 == "kernels" {
	split(version, v, ".")
	for (i = 2; i <= NF; i++) {
		split($i, ends, "-")
		split(ends[1], from, ".")
		split(ends[2], to, ".")
		if (v[1] == from[1] && v[2] == from[2] && v[3] + 0 >= from[3] + 0 && v[3] + 0 <= to[3] + 0)
			series = v[1] "." v[2]
	}
	next
}

file == "list" {
	split($0, part, "\t")
	slash = index(part[1], "/")
	name = slash ? substr(part[1], 1, slash - 1) : part[1]
	if (!(name in lines))
		names[++name_count] = name
	lines[name]++
	line_count++
	line = name SUBSEP lines[name]
	form[line] = slash ? substr(part[1], slash + 1) : ""
	seen[line] = " " part[2] " "
	arrow = index(part[3], " -> ")
	wanted_return[line] = arrow ? plain(substr(part[3], arrow + 4)) : ""
	wanted[line] = arguments(arrow ? substr(part[3], 1, arrow - 1) : part[3])
	next
}

# ---- headers: comment "extern" TYPE NAME "(" ARGUMENTS ");"

file == "headers" && match($0, /[a-zA-Z_0-9]+ \(/) {
	text = $0
	sub(/^\/\*[^*]*\*\/ (extern|static) /, "", text)
	sub(/;( \/\*.*)?$/, "", text)
	open = index(text, " (")
	name = substr(text, 1, open - 1)
	type = name
	sub(/.*[^a-zA-Z_0-9]/, "", name)
	if (sub(/^check_trace_callback_type_/, "trace_", name)) {
		# The probe, which gets its own argument first
		if (!(name in lines))
			next
		sub(/.*\(\*[a-z]*\) \(void \*,? ?/, "", text)
		sub(/\)\)$/, "", text)
		found("headers", name, arguments(text), "")
	} else if (name in lines && name !~ /^trace_/) {
		type = substr(type, 1, length(type) - length(name))
		text = substr(text, open + 2)
		sub(/\)$/, "", text)
		found("headers", name, arguments(text), plain(type))
	}
	next
}

# ---- BTF: [ID] KIND 'NAME' type_id=ID, and the members of some kinds

file == "btf" && /^\[/ {
	id = substr($1, 2, length($1) - 2)
	kind[id] = $2
	called[id] = substr($3, 2, length($3) - 2)
	if (match($0, /(ret_)?type_id=[0-9]+/)) {
		refers[id] = substr($0, RSTART, RLENGTH)
		sub(/.*=/, "", refers[id])
	}
	if ($2 == "FUNC" && called[id] in lines ||
	    $2 == "TYPEDEF" && called[id] ~ /^btf_trace_/ && "trace_" substr(called[id], 11) in lines)
		of_interest[++interest_count] = id
	if ($2 == "FWD")
		fwd_kind[id] = $4 ~ /union/ ? "union" : "struct"
	in_prototype = $2 == "FUNC_PROTO"
	next
}

file == "btf" && in_prototype && match($0, /type_id=[0-9]+/) {
	members[id] = members[id] " " substr($0, RSTART + 8, RLENGTH - 8)
}

function type_text(id,    k)
{
	if (id + 0 == 0)
		return "void"
	k = kind[id]
	if (k == "CONST" || k == "VOLATILE" || k == "RESTRICT" || k == "TYPE_TAG")
		return type_text(refers[id])
	if (k == "PTR")
		return type_text(refers[id]) "*"
	if (k == "STRUCT" || k == "UNION")
		return tolower(k) " " called[id]
	if (k == "FWD")
		return fwd_kind[id] " " called[id]
	if (k == "ENUM" || k == "ENUM64")
		return "enum " called[id]
	if (k == "FUNC_PROTO")
		return "function"
	return called[id]
}

function may_be(name, line)
{
	if (name in known)
		return fits("headers", name, line) && fits("BTF", name, line)
	return series != "" && index(seen[line], " " series " ")
}

function read_btf(    i, j, id, name, proto, n, member, args, traced)
{
	for (i = 1; i <= interest_count; i++) {
		id = of_interest[i]
		traced = kind[id] == "TYPEDEF"
		name = traced ? "trace_" substr(called[id], 11) : called[id]
		proto = refers[id]
		while (traced && kind[proto] == "PTR")
			proto = refers[proto]
		args = ""
		n = split(members[proto], member, " ")
		for (j = traced ? 2 : 1; j <= n; j++)
			args = args plain(type_text(member[j])) ","
		found("BTF", name, args, traced ? "" : plain(type_text(refers[proto])))
	}
}

# ----

function define(name, value)
{
	printf "#define TCPCLOSE_%s\t%s\n", name, value
}

END {
	read_btf()
	print "/* Made by scripts/prototypes from module/prototypes, the kernel's headers and its BTF. */"
	print "/* BTF: " btf " */"
	for (i = 1; i <= name_count; i++) {
		name = names[i]
		chosen = 0
		for (j = 1; j <= lines[name] && !chosen; j++)
			if (may_be(name, name SUBSEP j))
				chosen = j
		define("PROTOTYPE_" name, chosen ? 0 : name in known ? "EPROTOTYPE" : "ENODATA")
		for (j = 1; j <= lines[name]; j++)
			if (form[name, j] != "")
				define("FORM_" name "_" form[name, j], chosen == j ? 1 : 0)
		if (!chosen && name in known)
			printf "tcpclose: %s takes other arguments in this kernel, and is not hooked: %s\n", name,
				takes[("BTF", name) in takes ? "BTF" : "headers", name] >"/dev/stderr"
	}
}
