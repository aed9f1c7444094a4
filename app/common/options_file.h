/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Options from a file, as rte_cfgfile reads it: a section for each table of options, named as in --help,
 * whose entries are options without their dashes; [eal] has EAL's arguments. What the command line says
 * too, it overrides.
 *
 *	[eal]
 *	l = 0,1
 *	no-huge = yes
 *	[load]
 *	rate = 50k        # a comment
 *
 * rte_cfgfile passes over lines that it does not understand, and cuts long values: the file is looked
 * through for such before.
 */
#ifndef APP_COMMON_OPTIONS_FILE_H
#define APP_COMMON_OPTIONS_FILE_H

#include <stdio.h>

#include "options.h"

/*
 * Read the file, where the command line names one by --config-file, and then the command line.
 *
 * @return -1 to go on, with the file's EAL arguments in line; else the exit code
 */
int options_file_read(struct command_line *line, const struct option_table *tables,
		unsigned int count);

/* What is wrong with a line of the file, or NULL; for tests. in_section: one has begun before it */
const char *options_file_line_fault(const char *text, bool *in_section);

#endif
