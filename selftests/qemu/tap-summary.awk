# SPDX-License-Identifier: GPL-2.0-only
#
# Turn the output of test programs into a summary for people.
#
# Input: for each program "@@ begin NAME", its TAP, "@@ end NAME STATUS SECONDS".
# Variables: where   printed before every name (a kernel, "host")
#            skips   file of expected skips: WHERE PROGRAM TEST REASON...
#            totals  file to append "PASSED FAILED SKIPPED WHERE" to
#            programs, space separated: those that must report

BEGIN {
	while ((getline line < skips) > 0) {
		sub(/#.*/, "", line)
		n = split(line, word, " ")
		if (n == 0)
			continue
		if (n < 4) {
			print "not ok  " skips ": a line without a reason: " line
			failed++
			continue
		}
		expected[++expected_n] = pattern(word[1]) SUBSEP pattern(word[2]) SUBSEP pattern(word[3])
	}
	n = split(programs, word, " ")
	for (i = 1; i <= n; i++)
		missing[word[i]] = 1
}

# The shell's * as a regular expression
function pattern(glob)
{
	gsub(/[][.+?(){}|^$\\]/, "\\\\&", glob)
	gsub(/\*/, ".*", glob)
	sub(/^VERSION/, "[0-9]+\\.[0-9]+([+]deb[0-9]+)?", glob)
	return "^" glob "$"
}

function skip_is_expected(test,    i, part)
{
	for (i = 1; i <= expected_n; i++) {
		split(expected[i], part, SUBSEP)
		if (where ~ part[1] && program ~ part[2] && test ~ part[3])
			return 1
	}
	return 0
}

function complain(what)
{
	complaints = complaints "not ok  " where " " program ": " what "\n" context
	context = ""
	bad++
}

function finish(status, seconds,    text)
{
	if (plan < 0)
		complain("no TAP plan" (status == "" ? "" : ", exit status " status))
	else if (seen != plan)
		complain("planned " plan " tests, reported " seen \
			 (status == "" ? "" : ", exit status " status))
	else if (status == "" && !crashed)
		complain("it did not come to its end")
	else if (status + 0 == 137)
		complain("killed: it took more than its time limit, or died of SIGKILL")
	else if (status + 0 != 0 && status + 0 != 4 && bad == 0)
		complain("exit status " status " although no test failed")
	text = good " passed"
	if (bad)
		text = text ", " bad " FAILED"
	if (skipped_here)
		text = text ", " skipped_here " skipped"
	printf "%-7s %s %s: %s%s\n", bad ? "not ok" : "ok", where, program, text,
	       seconds == "" ? "" : " (" seconds " s)"
	printf "%s", complaints
	passed += good
	failed += bad
	skipped += skipped_here
	program = ""
}

{ sub(/\r$/, "") }

/^@@ begin / {
	if (program != "")
		finish("", "")
	program = $3
	delete missing[program]
	plan = -1
	seen = good = bad = skipped_here = 0
	complaints = context = ""
	next
}

/^@@ end / {
	if (program != "")
		finish($4, $5)
	next
}

program == "" { next }

/^1\.\.[0-9]+/ {
	plan = substr($1, 4) + 0
	if (plan == 0) {
		# The whole program is skipped
		reason = $0
		sub(/^1\.\.0[ #]*(SKIP)?[ :]*/, "", reason)
		if (skip_is_expected("-"))
			skipped_here++
		else
			complain("skipped, but not listed in expected-skips: " reason)
	}
	next
}

/^(not )?ok( |$)/ {
	seen++
	test = $0
	sub(/^(not )?ok *[0-9]* *(- )?/, "", test)
	directive = ""
	if (match(test, /# *[A-Za-z]+/)) {
		directive = toupper(substr(test, RSTART, RLENGTH))
		gsub(/[# ]/, "", directive)
		reason = substr(test, RSTART + RLENGTH)
		sub(/^ */, "", reason)
		test = substr(test, 1, RSTART - 1)
		sub(/ +$/, "", test)
	}
	if (directive ~ /^SKIP/) {
		if (skip_is_expected(test))
			skipped_here++
		else
			complain(test " skipped, but not listed in expected-skips: " reason)
	} else if (/^not / && directive != "TODO" && directive != "XFAIL") {
		complain(test)
	} else {
		good++
	}
	context = ""
	next
}

# Kept for the case that their test fails
{
	context = context "        " $0 "\n"
	if (length(context) > 20000)
		context = substr(context, length(context) - 16000)
}

END {
	if (program != "")
		finish("", "")
	for (name in missing) {
		printf "not ok  %s %s: never ran\n", where, name
		failed++
	}
	printf "%d %d %d %s\n", passed, failed, skipped, where >>totals
}
