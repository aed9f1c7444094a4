/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines against a table of commands: what is carried out with which words, and what is said of the others. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <cmdline.h>

#include "prompt_grammar.h"

static const struct prompt_row rows[] = {
	{ "show port stats|info N", NULL, "" },
	{ "show conn", NULL, "" },
	{ "show conn WORD", NULL, "" },
	{ "show conn N", NULL, "" },
	{ "set rate RATE", NULL, "" },
};

static const struct prompt_row *called; /* by the last line */
static struct prompt_words said;
static unsigned int calls;

static void
note(struct prompt *prompt, const struct prompt_row *row, const struct prompt_words *words)
{
	(void)prompt;
	called = row;
	said = *words;
	calls++;
}

struct scene {
	struct prompt_grammar *grammar;
	struct cmdline *reader;
	char why[PROMPT_LINE_MAX];
};

static int
begin(void **state)
{
	static struct scene scene;

	scene.grammar = prompt_grammar_create(rows, sizeof(rows) / sizeof(rows[0]), note, NULL);
	assert_non_null(scene.grammar);
	scene.reader = prompt_grammar_reader(scene.grammar);
	assert_non_null(scene.reader);
	called = NULL;
	calls = 0;
	*state = &scene;
	return 0;
}

static int
end(void **state)
{
	struct scene *scene = *state;

	cmdline_free(scene->reader);
	prompt_grammar_destroy(scene->grammar);
	return 0;
}

static int
say(struct scene *scene, const char *line)
{
	return prompt_grammar_line(scene->grammar, scene->reader, line, scene->why,
			sizeof(scene->why));
}

static void
expect_call(struct scene *scene, const char *line, const char *form)
{
	const unsigned int before = calls;

	assert_int_equal(say(scene, line), 0);
	assert_int_equal(calls, before + 1);
	assert_string_equal(called->form, form);
}

static void
expect_none(struct scene *scene, const char *line, const char *why)
{
	const unsigned int before = calls;

	assert_int_equal(say(scene, line), -EINVAL);
	assert_int_equal(calls, before);
	assert_string_equal(scene->why, why);
}

static void
line_of_a_row_is_carried_out_with_its_words(void **state)
{
	expect_call(*state, "show port info 3", "show port stats|info N");
	assert_string_equal(said.word[2], "info");
	assert_string_equal(said.word[3], "3");
	expect_call(*state, "  set \t rate 10k # as on the command line", "set rate RATE");
	assert_string_equal(said.word[2], "10k");
}

static void
number_and_word_are_told_apart(void **state)
{
	expect_call(*state, "show conn", "show conn");
	assert_string_equal(said.word[2], "");
	expect_call(*state, "show conn 4294967296", "show conn N");
	expect_call(*state, "show conn 192.0.2.1:7", "show conn WORD");
	assert_string_equal(said.word[2], "192.0.2.1:7");
	expect_call(*state, "show conn -1", "show conn WORD");
}

static void
empty_line_or_comment_is_nothing(void **state)
{
	assert_int_equal(say(*state, ""), 0);
	assert_int_equal(say(*state, "   "), 0);
	assert_int_equal(say(*state, "# show conn"), 0);
	assert_int_equal(calls, 0);
}

static void
wrong_line_is_answered_by_the_closest_form(void **state)
{
	expect_none(*state, "foo", "no such command: see help");
	expect_none(*state, "shows conn", "no such command: see help");
	expect_none(*state, "show port stats", "expected \"show port stats|info N\", or see help");
	expect_none(*state, "show port links 1",
			"expected \"show port stats|info N\", or see help");
	expect_none(*state, "set rate fast", "expected \"set rate RATE\", or see help");
	expect_none(*state, "set rate 0", "expected \"set rate RATE\", or see help");
	expect_none(*state, "set rate 5g", "expected \"set rate RATE\", or see help");
	expect_none(*state, "show conn 1 2", "expected \"show conn N\", or see help");
}

static void
line_or_word_that_is_too_long_is_refused(void **state)
{
	struct scene *scene = *state;
	char line[2 * PROMPT_LINE_MAX];

	memset(line, 'a', sizeof(line));
	memcpy(line, "show conn ", 10);
	line[10 + PROMPT_WORD_MAX - 1] = '\0';
	expect_call(scene, line, "show conn WORD");
	line[10 + PROMPT_WORD_MAX - 1] = 'a';
	line[10 + PROMPT_WORD_MAX] = '\0';
	assert_int_equal(say(scene, line), -EINVAL);
	line[10 + PROMPT_WORD_MAX] = 'a';
	line[PROMPT_LINE_MAX - 1] = '\0';
	expect_none(scene, line, "longer than 510 characters");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(line_of_a_row_is_carried_out_with_its_words, begin,
				end),
		cmocka_unit_test_setup_teardown(number_and_word_are_told_apart, begin, end),
		cmocka_unit_test_setup_teardown(empty_line_or_comment_is_nothing, begin, end),
		cmocka_unit_test_setup_teardown(wrong_line_is_answered_by_the_closest_form, begin,
				end),
		cmocka_unit_test_setup_teardown(line_or_word_that_is_too_long_is_refused, begin,
				end),
	};

	return cmocka_run_group_tests_name("prompt_grammar", tests, NULL, NULL);
}
