/* SPDX-License-Identifier: BSD-3-Clause */
#include "complain.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int
complain(enum exit_code code, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	for (int i = 0; i < length; i++) {
		if (iscntrl((unsigned char)text[i]))
			text[i] = '?';
	}
	fprintf(stderr, "%s: %s\n", program_invocation_short_name,
			length >= 0 ? text : "no memory to say what is wrong");
	if (length >= 0)
		free(text);
	return (int)code;
}

int
complain_of_output(int code)
{
	if (code != EXIT_FINE || (fflush(stdout) == 0 && ferror(stdout) == 0))
		return code;
	return complain(EXIT_ENVIRONMENT, "standard output could not be written");
}
