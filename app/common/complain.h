/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How an application speaks of what stops it: one line on stderr that says what is wrong and how
 * to mend it, and an exit code that tells a script whose fault it was.
 */
#ifndef APP_COMMON_COMPLAIN_H
#define APP_COMMON_COMPLAIN_H

enum exit_code {
	EXIT_FINE = 0,
	EXIT_ENVIRONMENT = 1, /* the machine did not offer what is needed, or the run had errors */
	EXIT_USAGE = 2,       /* the command line is wrong */
};

/* Write "<program>: <text>" as a line to stderr, control characters in it as "?". @return the code, for `return complain(...)` */
__attribute__((format(printf, 2, 3))) int complain(enum exit_code code, const char *format, ...);

/*
 * The end of main: has standard output taken all of it? Where it has not, for the disk is full or the reader
 * has gone, what was measured is lost, and that is said, unless something else was. @return the code, or
 * EXIT_ENVIRONMENT
 */
int complain_of_output(int code);

#endif
