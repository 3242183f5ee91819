# SPDX-License-Identifier: GPL-2.0-only
#
# From lines that tests have run (the output of "lines") to the map.
#
# The first tests of a source are those that "make check TESTS=@SOURCE" runs. They take
# a minute at most. A line that few tests run counts more than one that most tests run
# on their way to something else, a second test of the same line counts less, and so
# does a test that runs such lines of many sources: the first tests are those that were
# written for this source. Storms and claims run much code, but look at little of it.
#
# Variable: scale   multiply times by this: less than 1 if the machine was busy

BEGIN {
	FS = "\t"
	budget = 50
	boot = 7
	width = 90
	if (scale == "")
		scale = 1
}

# A script is called by its file name in the guest
function program(name) {
	sub(/\.sh$/, "", name)
	return name
}

$1 == "all" {
	lines[$2]++
	exists[$2, $3] = 1
}

$1 == "ran" {
	test = program($2)
	ran[test, $3, $4] = 1
	runners[$3, $4]++
	if (!((test, $3) in count))
		others_of[$3]++
	count[test, $3]++
	total[test]++
	tests[test] = 1
	numbers[$3] = numbers[$3] == "" ? $4 : numbers[$3] SUBSEP $4
}

$1 == "seconds" { seconds[program($2)] = $3 }

$1 == "machine" {
	machine[$2] = $3
	in_guest[$2] = 1
}

function cost_of(test) {
	return seconds[test] * scale + (in_guest[test] && !((machine[test]) in booted) ? boot : 0)
}

# How much of what only few tests run, and this one does, is in the source
function find_focus(    key, part) {
	for (key in ran) {
		split(key, part, SUBSEP)
		rare[part[1], part[2]] += 1 / runners[part[2], part[3]]
		rare_all[part[1]] += 1 / runners[part[2], part[3]]
	}
}

# What the test adds to those that are chosen, for its time
function worth(test, source,    i, gain) {
	for (i = 1; i <= n; i++)
		if ((test, source, number[i]) in ran)
			gain += 0.4 ^ chosen[number[i]] / runners[source, number[i]]
	gain *= 0.03 + rare[test, source] / rare_all[test]
	if (test ~ /^(storm|claims)_/)
		gain *= 0.2
	return gain / (4 + cost_of(test))
}

# List of names, by count of lines in the source, falling
function print_names(names, how_many, prefix,    i, line) {
	line = prefix
	for (i = 1; i <= how_many; i++) {
		if (length(line) + length(names[i]) >= width) {
			print line
			line = prefix
		}
		line = line " " names[i]
	}
	if (how_many)
		print line
}

function choose(source,    test, best, value, spent, i, names, how_many, seen, covered, rest, others) {
	n = split(numbers[source], list, SUBSEP)
	delete number
	delete chosen
	delete booted
	delete taken
	covered = n
	n = 0
	for (i = 1; i <= covered; i++)
		if (!(list[i] in seen)) {
			seen[list[i]] = 1
			number[++n] = list[i]
		}
	while (1) {
		best = ""
		for (test in tests) {
			if (test in taken || !((test, source) in count))
				continue
			# A slow one only if there is no other
			if (how_many && spent + cost_of(test) > budget)
				continue
			if (!how_many && others_of[source] > 1 && cost_of(test) > budget * 0.8)
				continue
			value = worth(test, source)
			if (best == "" || value > most) {
				best = test
				most = value
			}
		}
		if (best == "")
			break
		spent += cost_of(best)
		taken[best] = 1
		if (in_guest[best])
			booted[machine[best]] = 1
		names[++how_many] = best
		for (i = 1; i <= n; i++)
			if ((best, source, number[i]) in ran)
				chosen[number[i]]++
	}
	printf "%s %d of %d lines, %.0f s\n", source, n, lines[source], spent
	print_names(names, how_many, "  @")
	# The others: those that run the most of it first
	while (1) {
		best = ""
		for (test in tests)
			if (!(test in taken) && (test, source) in count &&
			    (best == "" || count[test, source] > count[best, source] ||
			     (count[test, source] == count[best, source] && test < best)))
				best = test
		if (best == "")
			break
		taken[best] = 1
		others[++rest] = best
	}
	print_names(others, rest, "   ")
}

END {
	find_focus()
	for (source in lines)
		sorted[++sources] = source
	for (i = 2; i <= sources; i++) {
		source = sorted[i]
		for (j = i - 1; j >= 1 && sorted[j] > source; j--)
			sorted[j + 1] = sorted[j]
		sorted[j + 1] = source
	}
	for (i = 1; i <= sources; i++)
		choose(sorted[i])
}
