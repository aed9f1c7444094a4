/* SPDX-License-Identifier: BSD-3-Clause */
#include "complain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int
complain(enum exit_code code, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return (int)code;
}

int
complain_of_output(int code)
{
	if (code != EXIT_FINE || (fflush(stdout) == 0 && ferror(stdout) == 0))
		return code;
	return complain(EXIT_ENVIRONMENT, "standard output could not be written");
}
