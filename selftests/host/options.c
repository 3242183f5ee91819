// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options: they are found by exact names, set their variables, and report the
 * expected argument.
 */
#include <stdbool.h>
#include <string.h>

#include "kselftest_harness.h"

#include "cli/options.h"

#define ARGUMENTS 8

struct settings {
	bool verbose;
	bool hidden;
	const char *file;
	uint64_t count;
	uint64_t few;
	uint64_t time_ns;
	unsigned int colour;
};

static const char *const colours[] = { "red", "green", "blue", NULL };

static const struct option_spec own[] = {
	OPTION("count", "N", "own count", option_count, struct settings, count),
	OPTION("colour", "COLOUR", "own colour", option_choice,
	       struct settings, colour, .choices = colours),
	OPTION("file", "FILE", "own file", option_string, struct settings, file),
	OPTION_FLAG("verbose", "own flag", struct settings, verbose),
	OPTION_END,
};

static const struct option_spec common[] = {
	OPTION("few", "N", "a few", option_count, struct settings, few,
	       .max = 64),
	{ .name = "help", .letter = 'h', .help = "show this help" },
	OPTION("time", "SECONDS", "a time", option_seconds,
	       struct settings, time_ns),
	OPTION_FLAG("verbose", "hidden by the own one", struct settings,
		    hidden),
	OPTION_END,
};

FIXTURE(options)
{
	struct options o;
	struct settings settings;
	char *argv[ARGUMENTS + 1];
	int argc;
};

FIXTURE_SETUP(options)
{
}

FIXTURE_TEARDOWN(options)
{
}

static void given(FIXTURE_DATA(options) * self, const char *const *arguments)
{
	self->argc = 0;
	while (self->argc < ARGUMENTS && arguments[self->argc]) {
		self->argv[self->argc] = (char *)arguments[self->argc];
		self->argc++;
	}
	options_init(&self->o, self->argc, self->argv);
	options_add(&self->o, own, &self->settings);
	options_add(&self->o, common, &self->settings);
}

#define GIVEN(...) given(self, (const char *const[]){ __VA_ARGS__, NULL })

TEST_F(options, set_their_variables)
{
	GIVEN("--count", "7", "--colour=blue", "--file", "-", "--verbose",
	      "--time=0.5");
	while (options_next(&self->o) == OPTIONS_SET)
		;
	EXPECT_EQ(0, self->o.argc);
	EXPECT_EQ(7, self->settings.count);
	EXPECT_EQ(2, self->settings.colour);
	EXPECT_STREQ("-", self->settings.file);
	EXPECT_TRUE(self->settings.verbose);
	EXPECT_EQ(500000000, self->settings.time_ns);
}

TEST_F(options, of_a_command_hide_common_ones)
{
	const struct option_spec *list[OPTIONS_MAX];
	unsigned int i, count;

	GIVEN("--verbose");
	EXPECT_EQ(OPTIONS_SET, options_next(&self->o));
	EXPECT_TRUE(self->settings.verbose);
	EXPECT_FALSE(self->settings.hidden);
	count = options_list(&self->o, list);
	EXPECT_EQ(7, count);
	for (i = 1; i < count; i++)
		EXPECT_LT(strcmp(list[i - 1]->name, list[i]->name), 0);
	EXPECT_STREQ("own flag", list[count - 1]->help);
}

TEST_F(options, take_any_text_as_their_argument)
{
	GIVEN("--file", "--verbose", "--file=", "--file=a=b");
	EXPECT_EQ(OPTIONS_SET, options_next(&self->o));
	EXPECT_STREQ("--verbose", self->settings.file);
	EXPECT_EQ(OPTIONS_SET, options_next(&self->o));
	EXPECT_STREQ("", self->settings.file);
	EXPECT_EQ(OPTIONS_SET, options_next(&self->o));
	EXPECT_STREQ("a=b", self->settings.file);
	EXPECT_FALSE(self->settings.verbose);
	EXPECT_EQ(OPTIONS_END, options_next(&self->o));
}

TEST_F(options, end_at_two_dashes)
{
	GIVEN("-", "--", "--verbose", "--");
	EXPECT_EQ(OPTIONS_OPERAND, options_next(&self->o));
	EXPECT_STREQ("-", self->o.operand);
	EXPECT_EQ(OPTIONS_OPERAND, options_next(&self->o));
	EXPECT_STREQ("--verbose", self->o.operand);
	EXPECT_EQ(OPTIONS_OPERAND, options_next(&self->o));
	EXPECT_STREQ("--", self->o.operand);
	EXPECT_EQ(OPTIONS_END, options_next(&self->o));
	EXPECT_FALSE(self->settings.verbose);
}

TEST_F(options, leave_the_rest_behind_an_operand)
{
	GIVEN("--verbose", "command", "--count");
	EXPECT_EQ(OPTIONS_SET, options_next(&self->o));
	EXPECT_EQ(OPTIONS_OPERAND, options_next(&self->o));
	EXPECT_EQ(1, self->o.argc);
	EXPECT_EQ(self->argv + 2, self->o.argv);
}

TEST_F(options, ask_for_help_by_name_and_letter)
{
	GIVEN("--help", "-h");
	EXPECT_EQ(OPTIONS_HELP, options_next(&self->o));
	EXPECT_EQ(OPTIONS_HELP, options_next(&self->o));
}

#define EXPECT_WRONG(what, ...)                                     \
	do {                                                        \
		GIVEN(__VA_ARGS__);                                 \
		EXPECT_EQ(OPTIONS_ERROR, options_next(&self->o));   \
		EXPECT_STREQ(what, self->o.error.text);             \
	} while (0)

TEST_F(options, are_found_by_exact_names_only)
{
	EXPECT_WRONG("unknown option --verb", "--verb");
	EXPECT_WRONG("unknown option --verbosely", "--verbosely");
	EXPECT_WRONG("unknown option --Verbose", "--Verbose");
	EXPECT_WRONG("unknown option -v", "-v");
	EXPECT_WRONG("unknown option -hh", "-hh");
	EXPECT_WRONG("unknown option --=x", "--=x");
	EXPECT_WRONG("unknown option --coun=1", "--coun=1");
}

TEST_F(options, say_what_is_wrong)
{
	EXPECT_WRONG("option --count needs an argument", "--count");
	EXPECT_WRONG("option --verbose takes no argument", "--verbose=1");
	EXPECT_WRONG("option --help takes no argument", "--help=");
	EXPECT_WRONG("--count 0: expected a whole number above 0", "--count=0");
	EXPECT_WRONG("--few 65: expected a number from 1 to 64", "--few", "65");
	EXPECT_WRONG("--colour pink: expected red, green or blue", "--colour",
		     "pink");
	EXPECT_WRONG("--time 0: expected seconds above 0, such as 10 or 0.5",
		     "--time", "0");
	EXPECT_EQ(0, self->settings.count);
	EXPECT_EQ(0, self->settings.few);
}

TEST_HARNESS_MAIN
