/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands while a program runs, as in testpmd: typed at a prompt with completion and history, from a pipe,
 * or from a file. They are read by a thread that is no lcore; what they want of an lcore it does itself, at
 * its desk. End of file, as Ctrl-D, ends the program.
 *
 *	prompt.c           where lines come from, and what becomes of one
 *	prompt_grammar.c   a table of commands for rte_cmdline
 *	prompt_commands.c  the table
 *	prompt_ports.c     show port, clear port
 *	prompt_conns.c     show conn
 *	prompt_text.c      answers as lines of text
 */
#ifndef APP_COMMON_PROMPT_H
#define APP_COMMON_PROMPT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "options.h"

struct device;
struct telemetry_source;

struct prompt_options {
	bool interactive;
	const char *file; /* NULL: none */
};

/* The rows for --interactive and --cmdline-file. */
extern const struct option_row prompt_option_rows[];
extern const unsigned int prompt_option_count;

/* Whether there will be commands. */
bool prompt_is_wanted(const struct prompt_options *options);

/* What a program can be told. Must live until prompt_end. */
struct prompt_program {
	const struct telemetry_source *source;
	FILE *out; /* for people */
	unsigned int device_count;
	const struct device *(*device)(const void *program, unsigned int number);

	/* Papers are the caller's. @return NULL, or why not: static words */
	const char *(*start)(void *program);
	const char *(*stop)(void *program);
	const char *(*set_rate)(void *program, uint64_t rate); /* per second; NULL: there is none */
	void *program;
};

/*
 * Whether --cmdline-file can be read, and every line of it is a command. Complains of the first that is not.
 *
 * @return -1 to go on, else the exit code
 */
int prompt_check(const struct prompt_options *options);

/* Begin to read, where that is wanted. @return -1 to go on, else the exit code; complains */
int prompt_begin(const struct prompt_options *options, const struct prompt_program *program);

/* Returns when no command is carried out any more, and gives the terminal back as it was. */
void prompt_end(void);

#endif
