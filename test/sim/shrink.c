/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes a failing simulation small: leaves out troubles, conversations and single events, one after
 * the other, for as long as it still fails in the same way. Each try is a process of its own, since
 * a failure may be a crash.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <rte_common.h>

#include "order.h"

enum { KIND_MAX = 256, PROBES_MAX = 300 };

struct shrinker {
	const char *program;
	struct sim_order best;
	char kind[KIND_MAX]; /* how it fails */
	unsigned int tries;
};

/* What a failure says, without the numbers in it. */
static void
take_kind(const char *line, char kind[KIND_MAX])
{
	const char *from = strstr(line, " s: ");
	size_t n = 0;

	for (from = from != NULL ? from : line; *from != '\0' && n + 1 < KIND_MAX; from++) {
		if (!isdigit((unsigned char)*from) && *from != '\n')
			kind[n++] = *from;
	}
	kind[n] = '\0';
}

static bool
is_telling(const char *line)
{
	return strncmp(line, "seed ", 5) == 0 || strstr(line, "Assertion") != NULL ||
			strstr(line, "ERROR: AddressSanitizer") != NULL ||
			strstr(line, "runtime error") != NULL ||
			strncmp(line, "the simulation", 14) == 0;
}

/* Run it. @return true where it fails; kind says how */
static bool
fails(struct shrinker *shrinker, const struct sim_order *order, char kind[KIND_MAX])
{
	char arguments[ORDER_TEXT_MAX], command[ORDER_TEXT_MAX + 256], line[1024];
	FILE *output;

	order_print(order, arguments, sizeof(arguments));
	snprintf(command, sizeof(command), "%s %s --quiet 2>&1", shrinker->program, arguments);
	shrinker->tries++;
	kind[0] = '\0';
	output = popen(command, "r");
	if (output == NULL)
		return false;
	while (fgets(line, sizeof(line), output) != NULL) {
		if (kind[0] == '\0' && is_telling(line))
			take_kind(line, kind);
	}
	return pclose(output) != 0;
}

/* Keep the smaller order where it fails as the whole did. */
static bool
try(struct shrinker *shrinker, const struct sim_order *order)
{
	char kind[KIND_MAX];

	if (!fails(shrinker, order, kind) || strcmp(kind, shrinker->kind) != 0)
		return false;
	shrinker->best = *order;
	return true;
}

static void
drop_troubles(struct shrinker *shrinker)
{
	for (unsigned int i = 0; i < SIM_TROUBLE_COUNT; i++) {
		struct sim_order order = shrinker->best;

		order.without |= UINT64_C(1) << i;
		if (order.without != shrinker->best.without)
			try(shrinker, &order);
	}
}

static void
drop_conversations(struct shrinker *shrinker)
{
	for (unsigned int i = 0; i < SIM_CONVERSATIONS; i++) {
		struct sim_order order = shrinker->best;

		order.conversations &=
				~(UINT32_C(1) << i) & ((UINT32_C(1) << SIM_CONVERSATIONS) - 1);
		if (order.conversations != 0)
			try(shrinker, &order);
	}
}

/* The last event that is needed. */
static void
drop_late_events(struct shrinker *shrinker)
{
	uint32_t low = 0, high = RTE_MIN(shrinker->best.until, (uint32_t)ORDER_EVENTS_MAX);

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		struct sim_order order = shrinker->best;

		order.until = middle;
		if (try(shrinker, &order))
			high = middle;
		else
			low = middle + 1;
	}
}

static bool
skip_some(struct shrinker *shrinker, uint32_t from, uint32_t n)
{
	struct sim_order order = shrinker->best;

	for (uint32_t i = from; i < RTE_MIN(from + n, order.until); i++)
		order.skipped[i / 64] |= UINT64_C(1) << i % 64;
	return memcmp(order.skipped, shrinker->best.skipped, sizeof(order.skipped)) != 0 &&
			try(shrinker, &order);
}

/* Those before it that are not, in pieces that become smaller. */
static void
drop_early_events(struct shrinker *shrinker)
{
	if (shrinker->best.until > ORDER_EVENTS_MAX)
		return;
	for (uint32_t n = (shrinker->best.until + 1) / 2; n > 0; n /= 2) {
		for (uint32_t i = 0; i < shrinker->best.until && shrinker->tries < PROBES_MAX;
				i += n)
			skip_some(shrinker, i, n);
	}
}

int
shrink(const char *program, const struct sim_order *order)
{
	static struct shrinker shrinker;
	char text[ORDER_TEXT_MAX];

	shrinker.program = program;
	shrinker.best = *order;
	if (!fails(&shrinker, order, shrinker.kind)) {
		printf("it does not fail\n");
		return 2;
	}
	printf("it fails with: %s\n", shrinker.kind);
	drop_troubles(&shrinker);
	drop_conversations(&shrinker);
	drop_late_events(&shrinker);
	drop_early_events(&shrinker);
	drop_troubles(&shrinker);
	order_print(&shrinker.best, text, sizeof(text));
	printf("after %u tries: %s %s\n", shrinker.tries, program, text);
	return 1;
}
