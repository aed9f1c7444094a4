/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands as rows of a table. A form is words with blanks between them: "show port stats|info all". A word of
 * several, with | between them, is any of them; one of these stands for what the user says:
 *
 *	N       digits only
 *	RATE    a number as on the command line, such as 10k
 *	WORD    anything that is not digits only
 *	FILTER  the rest of the line
 */
#ifndef APP_COMMON_PROMPT_GRAMMAR_H
#define APP_COMMON_PROMPT_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum prompt_limits {
	PROMPT_WORDS_MAX = 6,
	PROMPT_WORD_MAX = 128, /* as of rte_cmdline's strings */
	PROMPT_LINE_MAX = 512, /* likewise of its lines, with their end */
};

struct cmdline;
struct prompt;
struct prompt_grammar;

/* What was said, by the places of the words. */
struct prompt_words {
	char word[PROMPT_WORDS_MAX][PROMPT_WORD_MAX];
};

struct prompt_row {
	const char *form;
	void (*run)(struct prompt *prompt, const struct prompt_words *words);
	const char *help;
};

/*
 * Whoever is called for a command: it may run the row, or only note that there was one.
 */
typedef void (*prompt_call_t)(struct prompt *prompt, const struct prompt_row *row,
		const struct prompt_words *words);

/* Whoever is told of a line at the terminal that is no command. */
typedef void (*prompt_wrong_t)(struct prompt *prompt, const char *line, const char *why);

/* @return NULL: no memory */
struct prompt_grammar *prompt_grammar_create(const struct prompt_row *rows, size_t count,
		prompt_call_t call, struct prompt *prompt);

void prompt_grammar_destroy(struct prompt_grammar *grammar);

/* A reader of this grammar that writes nothing. @return NULL: no memory */
struct cmdline *prompt_grammar_reader(struct prompt_grammar *grammar);

/* That of the terminal at stdin and stdout, with completion and history. @return NULL: no memory */
struct cmdline *prompt_grammar_terminal(struct prompt_grammar *grammar, prompt_wrong_t wrong);

/*
 * Carry out one line. @return 0; -EINVAL: it is no command, and why says which was meant, as far as that can
 * be told
 */
int prompt_grammar_line(const struct prompt_grammar *grammar, struct cmdline *reader,
		const char *line, char *why, size_t size);

#endif
