/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines from a file, a pipe or a terminal, one after another. What a command says is shown when it is done,
 * all at once, so that no other line of the program gets between.
 */
#include "prompt.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmdline.h>
#include <cmdline_socket.h>

#include "../../lib/compat.h"
#include "complain.h"
#include "prompt_parts.h"
#include "signals.h"
#include "telemetry_ask.h"

enum { LOOK_UP_MS = 50 }; /* from the terminal, whether the program has ended */

static struct prompt prompt; /* a process has one stdin */
static compat_ctrl_thread_t thread;
static bool has_begun;
static FILE *file; /* opened when it is checked: who runs later may not have access to it */

static int
take_path(const char *text, void *value)
{
	if (text[0] == '\0')
		return -EINVAL;
	*(const char **)value = text;
	return 0;
}

const struct option_row prompt_option_rows[] = {
	{ .name = "interactive",
			.letter = 'i',
			.kind = OPTION_FLAG,
			.offset = offsetof(struct prompt_options, interactive),
			.help = "read commands from stdin, see help there; its end is the program's" },
	{ .name = "cmdline-file",
			.argument = "FILE",
			.kind = OPTION_TAKE,
			.take = take_path,
			.offset = offsetof(struct prompt_options, file),
			.expected = "a file",
			.help = "carry out its lines first, which are such commands" },
};
const unsigned int prompt_option_count = sizeof(prompt_option_rows) / sizeof(prompt_option_rows[0]);

bool
prompt_is_wanted(const struct prompt_options *options)
{
	return options->interactive || options->file != NULL;
}

/* One command; while lines are only checked there is no program. */
static void
on_command(struct prompt *to, const struct prompt_row *row, const struct prompt_words *words)
{
	char *text = NULL;
	size_t size;

	if (to->program == NULL)
		return;
	to->out = open_memstream(&text, &size);
	if (to->out == NULL)
		return;
	telemetry_ask_begin();
	row->run(to, words);
	telemetry_ask_end();
	if (fclose(to->out) == 0)
		fputs(text, to->program->out);
	fflush(to->program->out);
	free(text);
}

/* @return false: no memory */
static bool
make_reader(struct prompt *to)
{
	to->grammar = prompt_grammar_create(prompt_rows, prompt_row_count, on_command, to);
	if (to->grammar != NULL)
		to->reader = prompt_grammar_reader(to->grammar);
	return to->reader != NULL;
}

static void
forget_reader(struct prompt *to)
{
	if (to->reader != NULL)
		cmdline_free(to->reader);
	prompt_grammar_destroy(to->grammar);
	to->reader = NULL;
	to->grammar = NULL;
}

/* @return -1 to go on, else the exit code */
static int
check_line(struct prompt *to, const char *path, unsigned int number, char *line)
{
	char why[PROMPT_LINE_MAX];

	line[strcspn(line, "\r\n")] = '\0';
	if (prompt_grammar_line(to->grammar, to->reader, line, why, sizeof(why)) == 0)
		return -1;
	return complain(EXIT_USAGE, "--cmdline-file %s: line %u: %.80s: %s", path, number, line,
			why);
}

static int
check_file(struct prompt *to, const char *path)
{
	char *line = NULL;
	size_t size = 0;
	int ret = -1;

	file = fopen(path, "r");
	for (unsigned int n = 1; file != NULL && ret < 0 && getline(&line, &size, file) >= 0; n++)
		ret = check_line(to, path, n, line);
	free(line);
	if (file == NULL || (ret < 0 && (ferror(file) || fseek(file, 0, SEEK_SET) != 0)))
		return complain(EXIT_ENVIRONMENT, "--cmdline-file %s: cannot be read: %s", path,
				strerror(errno));
	return ret;
}

int
prompt_check(const struct prompt_options *options)
{
	struct prompt check = { .options = options };
	int ret = EXIT_ENVIRONMENT;

	if (options->file == NULL)
		return -1;
	if (make_reader(&check))
		ret = check_file(&check, options->file);
	forget_reader(&check);
	return ret;
}

static void
on_wrong(struct prompt *to, const char *line, const char *why)
{
	fprintf(to->program->out, "%.80s: %s\n", line, why);
	fflush(to->program->out);
}

/* A line without its end. */
static void
run_line(const char *line)
{
	char why[PROMPT_LINE_MAX];

	if (prompt_grammar_line(prompt.grammar, prompt.reader, line, why, sizeof(why)) != 0)
		on_wrong(&prompt, line, why);
}

static bool
is_over(void)
{
	return atomic_load(&prompt.over);
}

static void
run_file(void)
{
	char *line = NULL;
	size_t size = 0;

	while (file != NULL && !is_over() && getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\r\n")] = '\0';
		run_line(line);
	}
	free(line);
}

/* Of stdin, as soon as there is something. @return how much; 0: its end, or the program's */
static size_t
read_some(char *buf, size_t size)
{
	struct pollfd from = { .fd = STDIN_FILENO, .events = POLLIN };

	while (!is_over()) {
		ssize_t length;

		if (poll(&from, 1, LOOK_UP_MS) <= 0)
			continue;
		length = read(STDIN_FILENO, buf, size);
		if (length >= 0 || (errno != EINTR && errno != EAGAIN))
			return length > 0 ? (size_t)length : 0;
	}
	return 0;
}

/* Carry out the whole lines, and keep the rest. @return how long that is */
static size_t
run_lines(char *buf, size_t length)
{
	char *line = buf, *end;

	while (!is_over() && (end = memchr(line, '\n', length)) != NULL) {
		*end = '\0';
		line[strcspn(line, "\r")] = '\0';
		run_line(line);
		length -= (size_t)(end + 1 - line);
		line = end + 1;
	}
	memmove(buf, line, length);
	return length;
}

/* What is left of a line that was too long. @return how much there is behind it */
static size_t
drop_line(char *buf, size_t length, bool *drops)
{
	const char *end = memchr(buf, '\n', length);

	*drops = end == NULL;
	if (end == NULL)
		return 0;
	length -= (size_t)(end + 1 - buf);
	memmove(buf, end + 1, length);
	return length;
}

/* A line that is too long is refused by its beginning; no part of it is a command. */
static void
read_pipe(void)
{
	char buf[PROMPT_LINE_MAX];
	size_t length = 0, more;
	bool drops = false;

	while ((more = read_some(buf + length, sizeof(buf) - 1 - length)) > 0) {
		length += more;
		if (drops)
			length = drop_line(buf, length, &drops);
		length = run_lines(buf, length);
		if (length == sizeof(buf) - 1) {
			buf[length] = '\0';
			run_line(buf);
			length = 0;
			drops = true;
		}
	}
	buf[length] = '\0';
	if (!is_over())
		run_line(buf);
}

static void
read_terminal(void)
{
	char buf[PROMPT_LINE_MAX];
	size_t length;

	while ((length = read_some(buf, sizeof(buf))) > 0) {
		if (cmdline_in(prompt.terminal, buf, (int)length) < 0)
			return;
	}
}

static COMPAT_CTRL_THREAD_RETURN
run(void *argument)
{
	(void)argument;
	if (prompt.options->file != NULL)
		run_file();
	if (!prompt.options->interactive)
		return COMPAT_CTRL_THREAD_DONE;
	if (prompt.terminal != NULL)
		read_terminal();
	else
		read_pipe();
	signals_stop();
	return COMPAT_CTRL_THREAD_DONE;
}

int
prompt_begin(const struct prompt_options *options, const struct prompt_program *program)
{
	if (!prompt_is_wanted(options))
		return -1;
	prompt = (struct prompt){ .options = options, .program = program };
	if (!make_reader(&prompt))
		return complain(EXIT_ENVIRONMENT, "no memory for a prompt");
	if (options->interactive && isatty(STDIN_FILENO) && isatty(fileno(program->out)))
		prompt.terminal = prompt_grammar_terminal(prompt.grammar, on_wrong);
	has_begun = compat_ctrl_thread_create(&thread, "prompt", run, NULL) == 0;
	return has_begun ? -1 : complain(EXIT_ENVIRONMENT, "no thread for a prompt");
}

void
prompt_end(void)
{
	atomic_store(&prompt.over, true);
	if (has_begun)
		compat_ctrl_thread_join(thread);
	has_begun = false;
	if (prompt.terminal != NULL)
		cmdline_stdin_exit(prompt.terminal); /* frees it, too */
	prompt.terminal = NULL;
	forget_reader(&prompt);
	free(prompt.since);
	prompt.since = NULL;
}
