/* SPDX-License-Identifier: BSD-3-Clause */
#include "prompt_grammar.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_parse_string.h>
#include <cmdline_socket.h>

#include "parse.h"

_Static_assert((int)PROMPT_WORD_MAX == (int)STR_TOKEN_SIZE, "a word of ours holds one of theirs");

enum { FORM_MAX = 80 };

/* What rte_cmdline knows of a row; tokens are static there, here they live as long as the grammar. */
struct prompt_command {
	const struct prompt_row *row;
	prompt_call_t call;
	struct prompt *prompt;
	unsigned int word_count;
	char words[FORM_MAX]; /* the form, cut at its blanks; # between alternatives */
	cmdline_parse_token_string_t tokens[PROMPT_WORDS_MAX];
	cmdline_parse_inst_t *inst;
};

/*
 * What is no command, as one of a single word, so that rte_cmdline has no words of its own for it. It is never
 * completed.
 */
struct prompt_other {
	struct cmdline_token_hdr hdr; /* first: rte_cmdline knows it by that */
	const struct prompt_grammar *grammar;
	struct prompt *prompt;
	prompt_wrong_t wrong;
	cmdline_parse_inst_t *inst;
};

struct prompt_grammar {
	size_t count;
	struct prompt_command *commands;
	cmdline_parse_inst_t *
			*context; /* ends with NULL, behind which there is room for one more */
	struct prompt *prompt;
	struct prompt_other other;
};

/* The word at the beginning, where it fits. @return its length, or -1 */
static int
take_word(const char *buf, char word[PROMPT_WORD_MAX])
{
	int length = 0;

	while (!cmdline_isendoftoken(buf[length]) && length < PROMPT_WORD_MAX - 1) {
		word[length] = buf[length];
		length++;
	}
	word[length] = '\0';
	return length > 0 && cmdline_isendoftoken(buf[length]) ? length : -1;
}

static bool
is_number(const char *word)
{
	return strspn(word, "0123456789") == strlen(word);
}

/* Where it is what it is to be: into the place that rte_cmdline gives, or checked only, for NULL. */
static int
take_if(bool is, int length, const char *word, void *place, unsigned int size)
{
	if (length < 0 || !is || (place != NULL && size < PROMPT_WORD_MAX))
		return -1;
	if (place != NULL)
		memcpy(place, word, (size_t)length + 1);
	return length;
}

static int
parse_n(cmdline_parse_token_hdr_t *token, const char *buf, void *place, unsigned int size)
{
	char word[PROMPT_WORD_MAX];
	const int length = take_word(buf, word);

	(void)token;
	return take_if(is_number(word), length, word, place, size);
}

static int
parse_word(cmdline_parse_token_hdr_t *token, const char *buf, void *place, unsigned int size)
{
	char word[PROMPT_WORD_MAX];
	const int length = take_word(buf, word);

	(void)token;
	return take_if(!is_number(word), length, word, place, size);
}

static int
parse_rate(cmdline_parse_token_hdr_t *token, const char *buf, void *place, unsigned int size)
{
	char word[PROMPT_WORD_MAX];
	const int length = take_word(buf, word);
	uint64_t rate = 0;

	(void)token;
	return take_if(length > 0 && parse_number(word, &rate) == 0 && rate > 0 &&
					rate <= UINT32_MAX,
			length, word, place, size);
}

/* Where a line ends for rte_cmdline. */
static bool
is_end_of_line(char c)
{
	return c == '\0' || c == '\n' || c == '\r' || c == '#';
}

/* The rest of the line. */
static int
parse_filter(cmdline_parse_token_hdr_t *token, const char *buf, void *place, unsigned int size)
{
	char rest[PROMPT_WORD_MAX];
	int length = 0;

	(void)token;
	while (!is_end_of_line(buf[length]) && length < PROMPT_WORD_MAX - 1) {
		rest[length] = buf[length];
		length++;
	}
	rest[length] = '\0';
	return take_if(is_end_of_line(buf[length]), length > 0 ? length : -1, rest, place, size);
}

static int
help_n(cmdline_parse_token_hdr_t *token, char *buf, unsigned int size)
{
	(void)token;
	snprintf(buf, size, "N, a number");
	return 0;
}

static int
help_word(cmdline_parse_token_hdr_t *token, char *buf, unsigned int size)
{
	(void)token;
	snprintf(buf, size, "WORD");
	return 0;
}

static int
help_filter(cmdline_parse_token_hdr_t *token, char *buf, unsigned int size)
{
	(void)token;
	snprintf(buf, size, "FILTER, such as host 192.0.2.1 and port 80");
	return 0;
}

static int
help_rate(cmdline_parse_token_hdr_t *token, char *buf, unsigned int size)
{
	(void)token;
	snprintf(buf, size, "RATE per second, such as 10k");
	return 0;
}

/* rte_cmdline does not write to them, though it does not say so. */
static struct value_kind {
	const char *name;
	struct cmdline_token_ops ops;
} value_kinds[] = {
	{ "N", { .parse = parse_n, .get_help = help_n } },
	{ "WORD", { .parse = parse_word, .get_help = help_word } },
	{ "FILTER", { .parse = parse_filter, .get_help = help_filter } },
	{ "RATE", { .parse = parse_rate, .get_help = help_rate } },
};

static struct cmdline_token_ops *
ops_of(const char *word)
{
	for (size_t i = 0; i < sizeof(value_kinds) / sizeof(value_kinds[0]); i++) {
		if (strcmp(word, value_kinds[i].name) == 0)
			return &value_kinds[i].ops;
	}
	return &cmdline_token_string_ops;
}

static void
add_token(struct prompt_command *command, const char *word)
{
	const unsigned int i = command->word_count++;

	command->tokens[i] = (cmdline_parse_token_string_t){
		.hdr = { ops_of(word), i * PROMPT_WORD_MAX },
		.string_data.str = word,
	};
	command->inst->tokens[i] = &command->tokens[i].hdr;
}

static void
on_command(void *parsed, struct cmdline *reader, void *data)
{
	const struct prompt_command *command = data;

	(void)reader;
	command->call(command->prompt, command->row, parsed);
}

/* @return false: no memory */
static bool
make_command(struct prompt_command *command, const struct prompt_row *row)
{
	char *rest = command->words, *word;

	command->row = row;
	command->inst = calloc(1, sizeof(*command->inst) + (PROMPT_WORDS_MAX + 1) * sizeof(void *));
	if (command->inst == NULL)
		return false;
	command->inst->f = on_command;
	command->inst->data = command;
	command->inst->help_str = row->help;
	snprintf(command->words, sizeof(command->words), "%s", row->form);
	for (char *c = command->words; *c != '\0'; c++)
		*c = *c == '|' ? '#' : *c;
	while (command->word_count < PROMPT_WORDS_MAX && (word = strsep(&rest, " ")) != NULL)
		add_token(command, word);
	return true;
}

struct prompt_grammar *
prompt_grammar_create(const struct prompt_row *rows, size_t count, prompt_call_t call,
		struct prompt *prompt)
{
	struct prompt_grammar *grammar = calloc(1, sizeof(*grammar));

	if (grammar == NULL)
		return NULL;
	grammar->commands = calloc(count, sizeof(*grammar->commands));
	grammar->context = calloc(count + 2, sizeof(void *));
	grammar->prompt = prompt;
	for (size_t i = 0; grammar->commands != NULL && grammar->context != NULL && i < count;
			i++) {
		struct prompt_command *command = &grammar->commands[i];

		command->call = call;
		command->prompt = prompt;
		if (!make_command(command, &rows[i]))
			break;
		grammar->context[grammar->count++] = command->inst;
	}
	if (grammar->count == count)
		return grammar;
	prompt_grammar_destroy(grammar);
	return NULL;
}

void
prompt_grammar_destroy(struct prompt_grammar *grammar)
{
	if (grammar == NULL)
		return;
	for (size_t i = 0; i < grammar->count; i++)
		free(grammar->commands[i].inst);
	free(grammar->other.inst);
	free(grammar->commands);
	free(grammar->context);
	free(grammar);
}

struct cmdline *
prompt_grammar_reader(struct prompt_grammar *grammar)
{
	return cmdline_new(grammar->context, "", -1, -1);
}

/* How many words of the line this command has at its beginning, and what comes behind them. */
static unsigned int
count_right(const struct prompt_command *command, const char *line, const char **rest)
{
	unsigned int i;

	for (i = 0; i < command->word_count; i++) {
		struct cmdline_token_hdr *token = command->inst->tokens[i];
		int length;

		line += strspn(line, " \t");
		if (cmdline_isendoftoken(*line)) /* the line has no more words */
			break;
		length = token->ops->parse(token, line, NULL, 0);
		if (length < 0)
			break;
		line += length;
	}
	*rest = line + strspn(line, " \t");
	return i;
}

/* The first of those commands that have most of the line. */
static const struct prompt_command *
find_closest(const struct prompt_grammar *grammar, const char *line)
{
	const struct prompt_command *closest = NULL;
	unsigned int most = 0;

	for (size_t i = 0; i < grammar->count; i++) {
		const char *rest;
		const unsigned int right = count_right(&grammar->commands[i], line, &rest);

		if (right > most) {
			most = right;
			closest = &grammar->commands[i];
		}
	}
	return closest;
}

/* Which command was meant, as far as that can be told. */
static void
say_why(const struct prompt_grammar *grammar, const char *line, char *why, size_t size)
{
	const struct prompt_command *closest = find_closest(grammar, line);

	if (closest != NULL)
		snprintf(why, size, "expected \"%s\", or see help", closest->row->form);
	else
		snprintf(why, size, "no such command: see help");
}

int
prompt_grammar_line(const struct prompt_grammar *grammar, struct cmdline *reader, const char *line,
		char *why, size_t size)
{
	char ended[PROMPT_LINE_MAX + 1];

	if (strlen(line) > PROMPT_LINE_MAX - 2) {
		snprintf(why, size, "longer than %d characters", PROMPT_LINE_MAX - 2);
		return -EINVAL;
	}
	snprintf(ended, sizeof(ended), "%s\n", line);
	if (cmdline_parse(reader, ended) >= 0)
		return 0;
	say_why(grammar, ended, why, size);
	return -EINVAL;
}

static bool
is_command(const struct prompt_grammar *grammar, const char *line)
{
	for (size_t i = 0; i < grammar->count; i++) {
		const struct prompt_command *command = &grammar->commands[i];
		const char *rest;

		if (count_right(command, line, &rest) == command->word_count &&
				is_end_of_line(*rest))
			return true;
	}
	return false;
}

static int
parse_other(cmdline_parse_token_hdr_t *token, const char *buf, void *place, unsigned int size)
{
	const struct prompt_other *other = (const struct prompt_other *)token;
	const size_t length = strcspn(buf, "\r\n#");

	if (place == NULL || length >= size || is_command(other->grammar, buf))
		return -1;
	snprintf(place, size, "%.*s", (int)length, buf);
	return (int)length;
}

static int
count_completions_of_other(cmdline_parse_token_hdr_t *token)
{
	(void)token;
	return 1;
}

static int
complete_other(cmdline_parse_token_hdr_t *token, int i, char *buf, unsigned int size)
{
	(void)token;
	(void)i;
	(void)buf;
	(void)size;
	return -1;
}

static void
on_other(void *parsed, struct cmdline *reader, void *data)
{
	const struct prompt_other *other = data;
	char *line = parsed, why[PROMPT_LINE_MAX];

	(void)reader;
	for (size_t length = strlen(line); length > 0 && isblank((unsigned char)line[length - 1]);
			length--)
		line[length - 1] = '\0';
	say_why(other->grammar, line, why, sizeof(why));
	other->wrong(other->prompt, line, why);
}

struct cmdline *
prompt_grammar_terminal(struct prompt_grammar *grammar, prompt_wrong_t wrong)
{
	static struct cmdline_token_ops ops = {
		.parse = parse_other,
		.complete_get_nb = count_completions_of_other,
		.complete_get_elt = complete_other,
	};
	struct prompt_other *other = &grammar->other;

	*other = (struct prompt_other){
		.hdr = { &ops, 0 },
		.grammar = grammar,
		.prompt = grammar->prompt,
		.wrong = wrong,
		.inst = calloc(1, sizeof(*other->inst) + 2 * sizeof(void *)),
	};
	if (other->inst == NULL)
		return NULL;
	other->inst->f = on_other;
	other->inst->data = other;
	other->inst->tokens[0] = &other->hdr;
	grammar->context[grammar->count] = other->inst;
	return cmdline_stdin_new(grammar->context, "estab> ");
}
