/* SPDX-License-Identifier: BSD-3-Clause */
#include "steps_options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_string_fns.h>

#include "bench_options.h"
#include "complain.h"
#include "parse.h"

enum { PPM_OF_PERCENT = 10000 };

/* "1k:50k:10" */
static int
take_ramp(const char *text, void *value)
{
	uint64_t numbers[3];
	char copy[64], *rest = copy, *word;
	unsigned int n = 0;

	if (rte_strscpy(copy, text, sizeof(copy)) < 0)
		return -EINVAL;
	while ((word = strsep(&rest, ":")) != NULL)
		if (n == RTE_DIM(numbers) || parse_number(word, &numbers[n++]) != 0)
			return -EINVAL;
	if (n != RTE_DIM(numbers) || numbers[0] == 0 || numbers[0] > UINT32_MAX ||
			numbers[1] == 0 || numbers[1] > UINT32_MAX || numbers[2] < 2 ||
			numbers[2] > STEPS_MAX)
		return -ERANGE;
	*(struct ramp *)value = (struct ramp){ .from = (uint32_t)numbers[0],
		.to = (uint32_t)numbers[1],
		.count = (uint32_t)numbers[2] };
	return 0;
}

static int
take_loss(const char *text, void *value)
{
	char *end;
	double percent;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	percent = strtod(text, &end);
	if (*end == '%')
		end++;
	if (*end != '\0' || percent > 100)
		return -EINVAL;
	*(uint32_t *)value = (uint32_t)(percent * PPM_OF_PERCENT + 0.5);
	return 0;
}

const struct option_row steps_option_rows[] = {
	{ .name = "ramp",
			.argument = "FROM:TO:STEPS",
			.kind = OPTION_TAKE,
			.take = take_ramp,
			.offset = offsetof(struct bench_options, ramp),
			.expected = "two rates and a number of steps from 2 to 100, such as 1k:50k:10",
			.help = "measure at each rate from FROM to TO, --duration long each; the\n"
				"table is of the last" },
	{ .name = "find-max",
			.kind = OPTION_FLAG,
			.offset = offsetof(struct bench_options, find_max),
			.help = "search the highest rate without loss: doubled from --rate (1000)\n"
				"on, then by bisection, to 1 %; the table is of one more run at it" },
	{ .name = "loss",
			.argument = "PERCENT",
			.kind = OPTION_TAKE,
			.take = take_loss,
			.offset = offsetof(struct bench_options, loss_ppm),
			.expected = "a percentage from 0 to 100, such as 0.1",
			.help = "of a step: what may be lost of its connections: failed, overdue,\n"
				"or a segment of them sent again (0)" },
};
const unsigned int steps_option_count = RTE_DIM(steps_option_rows);

int
steps_options_check(const struct bench_options *options)
{
	const bool ramps = options->ramp.count > 0;
	const bool comes_and_goes =
			options->workload == WORKLOAD_OPEN || options->workload == WORKLOAD_CRR;

	if (!ramps && !options->find_max && options->loss_ppm != 0)
		return complain(EXIT_USAGE, "--loss: goes with --find-max or --ramp");
	if (!ramps && !options->find_max)
		return -1;
	if (!comes_and_goes)
		return complain(EXIT_USAGE, "--%s: goes with --workload open or crr",
				ramps ? "ramp" : "find-max");
	if (ramps && options->find_max)
		return complain(EXIT_USAGE, "--ramp: does not go with --find-max");
	if (ramps && options->rate != 0)
		return complain(EXIT_USAGE, "--ramp: does not go with --rate, it has its own");
	if (options->closed)
		return complain(EXIT_USAGE, "--closed: does not go with --%s, an open loop",
				ramps ? "ramp" : "find-max");
	return -1;
}
