/* SPDX-License-Identifier: BSD-3-Clause */
/* A line of progress on a terminal, which is a pseudo-terminal of 20 columns here, and elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "live_line.h"

struct terminal {
	int master;
	FILE *slave;
};

static struct terminal
open_terminal(void)
{
	const struct winsize size = { .ws_row = 5, .ws_col = 20 };
	struct terminal terminal = { .master = posix_openpt(O_RDWR | O_NOCTTY) };
	struct termios raw;

	assert_true(terminal.master >= 0);
	assert_int_equal(grantpt(terminal.master), 0);
	assert_int_equal(unlockpt(terminal.master), 0);
	terminal.slave = fopen(ptsname(terminal.master), "w");
	assert_non_null(terminal.slave);
	assert_int_equal(tcgetattr(fileno(terminal.slave), &raw), 0);
	raw.c_oflag &= ~(tcflag_t)OPOST; /* a newline stays one */
	assert_int_equal(tcsetattr(fileno(terminal.slave), TCSANOW, &raw), 0);
	assert_int_equal(ioctl(terminal.master, TIOCSWINSZ, &size), 0);
	return terminal;
}

/* All that was written to it, and close it. */
static void
expect(struct terminal *terminal, const char *expected)
{
	char text[256] = "";
	size_t length = 0;

	fflush(terminal->slave);
	while (length < strlen(expected)) {
		const ssize_t got =
				read(terminal->master, text + length, sizeof(text) - 1 - length);

		assert_true(got > 0);
		length += (size_t)got;
	}
	assert_string_equal(text, expected);
	fclose(terminal->slave);
	close(terminal->master);
}

static void
show(struct live_line *line, const char *text, bool keep)
{
	FILE *out = live_line_begin(line);

	assert_non_null(out);
	fputs(text, out);
	live_line_end(line, keep);
}

static void
terminal_each_line_takes_the_place_of_the_last(void **state)
{
	struct terminal terminal = open_terminal();
	struct live_line line;

	(void)state;
	live_line_init(&line, terminal.slave);
	show(&line, "one", false);
	show(&line, "two", false);
	live_line_leave(&line);
	fputs("result\n", terminal.slave);
	expect(&terminal, "\rone\033[K\rtwo\033[K\nresult\n");
}

static void
terminal_line_to_keep_is_not_replaced(void **state)
{
	struct terminal terminal = open_terminal();
	struct live_line line;

	(void)state;
	live_line_init(&line, terminal.slave);
	show(&line, "bad, and longer than the terminal is wide", true);
	show(&line, "good", false);
	live_line_leave(&line);
	live_line_leave(&line);
	expect(&terminal, "\rbad, and longer than the terminal is wide\033[K\n\rgood\033[K\n");
}

static void
terminal_line_does_not_wrap(void **state)
{
	struct terminal terminal = open_terminal();
	struct live_line line;

	(void)state;
	live_line_init(&line, terminal.slave);
	show(&line, "1234567890123456789012345", false);
	expect(&terminal, "\r1234567890123456789\033[K");
}

static void
dumb_terminal_gets_plain_lines(void **state)
{
	struct terminal terminal = open_terminal();
	struct live_line line;

	(void)state;
	setenv("TERM", "dumb", 1);
	live_line_init(&line, terminal.slave);
	setenv("TERM", "xterm", 1);
	show(&line, "1234567890123456789012345", false);
	live_line_leave(&line);
	expect(&terminal, "1234567890123456789012345\n");
}

static void
file_gets_plain_lines(void **state)
{
	char text[64];
	FILE *file = tmpfile();
	struct live_line line;
	size_t length;

	(void)state;
	assert_non_null(file);
	live_line_init(&line, file);
	show(&line, "one", false);
	show(&line, "two", true);
	live_line_leave(&line);
	rewind(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	assert_string_equal(text, "one\ntwo\n");
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminal_each_line_takes_the_place_of_the_last),
		cmocka_unit_test(terminal_line_to_keep_is_not_replaced),
		cmocka_unit_test(terminal_line_does_not_wrap),
		cmocka_unit_test(dumb_terminal_gets_plain_lines),
		cmocka_unit_test(file_gets_plain_lines),
	};

	setenv("TERM", "xterm", 1);
	return cmocka_run_group_tests_name("live_line", tests, NULL, NULL);
}
