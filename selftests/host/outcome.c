// SPDX-License-Identifier: GPL-2.0-only
/*
 * The result when witnesses agree, differ, are missing or have lost events, in text
 * and in JSON.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "view/witness.h"

FIXTURE(outcome)
{
	struct outcome outcome;
	struct comparison *trace;
	struct comparison *bpf;
	struct buffer buffer;
};

static void agree(struct comparison *t, const char *what, uint64_t count)
{
	comparison_add_row(t, &(struct comparison_row){
				      .what = what,
				      .kernel = count,
				      .tcpclose = count,
			      });
}

static void differ(struct comparison *t)
{
	comparison_add_row(t, &(struct comparison_row){
				      .what = "deaths",
				      .kernel = 7,
				      .tcpclose = 5,
				      .difference = 2,
				      .moving = 1,
			      });
	comparison_add_detail(t, "deaths: cookie %x", 0xabc);
}

FIXTURE_SETUP(outcome)
{
	outcome_init(&self->outcome);
	self->trace = &self->outcome.witnesses[WITNESS_TRACE];
	self->bpf = &self->outcome.witnesses[WITNESS_BPF];
	agree(self->trace, "transitions", 41);
	/* The file receives nothing: all output stays in the buffer */
	buffer_init(&self->buffer, -1);
}

FIXTURE_TEARDOWN(outcome)
{
}

static const char *text_of(const struct outcome *h, struct buffer *to)
{
	to->len = 0;
	witness_text(&(struct view){ 0 }, to, h);
	to->data[to->len] = '\0';
	return to->data;
}

static const char *json_of(const struct outcome *h, struct buffer *to)
{
	to->len = 0;
	witness_json(&(struct view){ .json = true }, to, h);
	to->data[to->len] = '\0';
	return to->data;
}

#define TEXT() text_of(&self->outcome, &self->buffer)
#define JSON() json_of(&self->outcome, &self->buffer)

TEST_F(outcome, of_witnesses_that_agree)
{
	EXPECT_EQ(OUTCOME_AGREE, outcome_result(&self->outcome));
	EXPECT_NE(NULL, strstr(TEXT(), "tcpclose and the kernel agree: "));
	EXPECT_NE(NULL, strstr(TEXT(), ": 1 comparison, 0 differences, "));
	EXPECT_NE(NULL, strstr(JSON(), "{\"verdict\":\"agree\","));
}

TEST_F(outcome, of_one_that_differs)
{
	differ(self->bpf);
	EXPECT_EQ(OUTCOME_DIFFER, outcome_result(&self->outcome));
	EXPECT_NE(NULL, strstr(TEXT(), "DIFFER"));
	EXPECT_NE(NULL, strstr(TEXT(), "1 in motion"));
	EXPECT_NE(NULL, strstr(TEXT(), "cookie abc"));
	EXPECT_NE(NULL, strstr(JSON(), "\"status\":\"differs\""));
	EXPECT_NE(NULL, strstr(JSON(),
			       "\"kernel\":7,\"tcpclose\":5,\"difference\":2,\"in_motion\":1}"));
}

TEST_F(outcome, of_one_that_is_missing_says_so)
{
	error_set(&self->bpf->missing, 0, "no %s", "BTF");
	EXPECT_EQ(OUTCOME_AGREE, outcome_result(&self->outcome));
	EXPECT_NE(NULL, strstr(TEXT(), "bpf       MISSING: no BTF"));
	EXPECT_NE(NULL, strstr(TEXT(), "1 witness missing"));
	EXPECT_NE(NULL, strstr(JSON(),
			       "\"status\":\"missing\",\"missing\":\"no BTF\""));
}

TEST_F(outcome, without_a_witness_is_inconclusive)
{
	self->trace->row_count = 0;
	error_set(&self->trace->missing, 0, "no tracefs");
	EXPECT_EQ(OUTCOME_NO_WITNESS, outcome_result(&self->outcome));
	EXPECT_NE(NULL, strstr(TEXT(), "INCONCLUSIVE: no witness: "));
}

/* The kernel's types do not change, whatever was recorded */
TEST_F(outcome, with_types_as_the_only_witness_is_inconclusive)
{
	self->trace->row_count = 0;
	error_set(&self->trace->missing, 0, "no tracefs");
	agree(&self->outcome.witnesses[WITNESS_BTF], "states", 13);
	EXPECT_EQ(OUTCOME_NO_WITNESS, outcome_result(&self->outcome));
	EXPECT_NE(NULL, strstr(TEXT(), "INCONCLUSIVE: no witness: "));
	EXPECT_NE(NULL, strstr(JSON(), "\"verdict\":\"no witness\""));
	differ(&self->outcome.witnesses[WITNESS_BTF]);
	EXPECT_EQ(OUTCOME_DIFFER, outcome_result(&self->outcome));
}

/* It shows neither agreement nor a difference */
TEST_F(outcome, of_one_that_lost_something_is_inconclusive)
{
	differ(self->bpf);
	error_set(&self->bpf->incomplete, 0, "full");
	EXPECT_EQ(OUTCOME_INCOMPLETE, outcome_result(&self->outcome));
	EXPECT_NE(NULL, strstr(TEXT(), "INCONCLUSIVE: a witness is incomplete: "));
	EXPECT_NE(NULL, strstr(TEXT(), ", 0 differences, "));
	EXPECT_EQ(NULL, strstr(TEXT(), "cookie abc"));
	EXPECT_EQ(NULL, strstr(JSON(), "cookie abc"));
	self->bpf->row_count = 0;
	EXPECT_EQ(OUTCOME_INCOMPLETE, outcome_result(&self->outcome));
	/* Another witness is complete, and finds a difference */
	differ(self->trace);
	EXPECT_EQ(OUTCOME_DIFFER, outcome_result(&self->outcome));
}

TEST_F(outcome, with_records_lost_is_inconclusive)
{
	differ(self->bpf);
	error_set(&self->outcome.incomplete, 0, "lost");
	EXPECT_EQ(OUTCOME_INCOMPLETE, outcome_result(&self->outcome));
	/* Differences that prove nothing are neither listed nor counted */
	EXPECT_NE(NULL, strstr(TEXT(), ", 0 differences, "));
	EXPECT_EQ(NULL, strstr(TEXT(), "cookie abc"));
	EXPECT_NE(NULL, strstr(JSON(), "{\"verdict\":\"incomplete\",\"differences\":0,"));
	EXPECT_EQ(NULL, strstr(JSON(), "\"status\":\"differs\""));
	EXPECT_EQ(NULL, strstr(JSON(), "cookie abc"));
	EXPECT_NE(NULL, strstr(JSON(), "\"details\":[],\"details_in_all\":0"));
	/* But the comparison of state names and numbers needs no records */
	differ(&self->outcome.witnesses[WITNESS_BTF]);
	EXPECT_EQ(OUTCOME_DIFFER, outcome_result(&self->outcome));
	EXPECT_NE(NULL, strstr(JSON(), "{\"verdict\":\"differ\",\"differences\":2,"));
}

/* Names of network namespaces and commands are chosen by other users */
TEST_F(outcome, escapes_names_from_elsewhere)
{
	char name[] = "/run/netns/\033[2J\"\\", word[5000];
	char *command[3] = { name, word };
	int i;

	memset(word, '\1', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	self->outcome.command = command;
	for (i = 0; i < 100; i++)
		comparison_add_detail(self->bpf, "%s %d", name, i);
	error_set(&self->bpf->remarks, 0, "%s", name);
	EXPECT_EQ(NULL, strchr(TEXT(), '\033'));
	EXPECT_NE(NULL, strstr(TEXT(), "and 88 more"));
	EXPECT_EQ(NULL, strchr(JSON(), '\033'));
	EXPECT_NE(NULL, strstr(JSON(), "[2J\\\"\\\\"));
	EXPECT_NE(NULL, strstr(JSON(), "\"details_in_all\":100"));
}

TEST_HARNESS_MAIN
