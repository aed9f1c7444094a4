/* SPDX-License-Identifier: BSD-3-Clause */
#include "pdump.h"

#include <stdbool.h>
#include <stddef.h>

#include <rte_eal.h>
#include <rte_pdump.h>

#include "eal.h"

static const char *why_not = "not begun"; /* a process has one EAL */

/* Its own words say only that nobody could ask: which arguments did that is known from them. */
static const char *
why_not_shared(const struct command_line *line)
{
	if (!rte_eal_has_hugepages())
		return "--no-huge";
	if (eal_has_argument(line, "--in-m"))
		return "--in-memory";
	return eal_has_argument(line, "--no-sh") ? "--no-shconf" : NULL;
}

void
pdump_begin(const struct command_line *line)
{
	why_not = why_not_shared(line);
	if (why_not != NULL)
		return;
	eal_hush(true);
	if (rte_pdump_init() != 0)
		why_not = "rte_pdump does not begin";
	eal_hush(false);
}

void
pdump_end(void)
{
	if (why_not == NULL)
		rte_pdump_uninit();
	why_not = "ended";
}

const char *
pdump_why_not(void)
{
	return why_not;
}

void
pdump_print(FILE *out)
{
	if (why_not == NULL)
		fprintf(out, "dpdk-dumpcap can capture here\n");
}
