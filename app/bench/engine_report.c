/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_cycles.h>

#include "engine.h"
#include "report.h"

/* The stages as the ledger names them: what is outside of the stack's turn is the user's calls. */
static const char *
room_name(unsigned int room)
{
	static const char *const stages[ESTAB_STAGE_COUNT] = {
#define STAGE_TEXT(name, text) [ESTAB_STAGE_##name] = text,
		ESTAB_STAGES(STAGE_TEXT)
#undef STAGE_TEXT
	};

	return room == ESTAB_STAGE_OUTSIDE ? "calls" : stages[room];
}

static int
compare(const void *a, const void *b)
{
	const double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

struct engine_figure
engine_figure_make(double *values, unsigned int count)
{
	qsort(values, count, sizeof(*values), compare);
	return (struct engine_figure){
		.min = values[0],
		.q1 = values[count / 4],
		.median = values[count / 2],
		.q3 = values[count * 3 / 4],
	};
}

static double
per_packet(uint64_t amount, const struct engine_round *round)
{
	return round->received > 0 ? (double)amount / (double)round->received : 0;
}

static struct engine_figure
all_rooms(const struct engine_result *result)
{
	double values[ENGINE_ROUNDS_MAX];

	for (uint32_t i = 0; i < result->round_count; i++)
		values[i] = per_packet(result->plain[i].cycles, &result->plain[i]);
	return engine_figure_make(values, result->round_count);
}

static struct engine_figure
one_room(const struct engine_result *result, unsigned int room)
{
	double values[ENGINE_ROUNDS_MAX];

	for (uint32_t i = 0; i < result->round_count; i++)
		values[i] = per_packet(result->watched[i].by_stage[room], &result->watched[i]);
	return engine_figure_make(values, result->round_count);
}

void
engine_print_head(FILE *out)
{
	fprintf(out,
			"TSC cycles per received packet, with all that it causes; median of rounds, "
			"[quartiles], min\n%-13s%10s%8s%15s%7s%7s%8s |",
			"traffic", "standing", "cycles", "", "min", "Mpps", "conn");
	for (unsigned int room = 0; room < ESTAB_STAGE_COUNT; room++)
		fprintf(out, "%9s", room_name(room));
	fputc('\n', out);
}

void
engine_print(const struct engine_result *result, FILE *out)
{
	struct engine_figure all;

	fprintf(out, "%-13s%10" PRIu32, result->kind->name, result->connections);
	if (result->skipped != NULL) {
		fprintf(out, "  skipped: %s\n", result->skipped);
		return;
	}
	all = all_rooms(result);
	fprintf(out, "%8.1f [%6.1f,%6.1f]%7.1f%7.2f", all.median, all.q1, all.q3, all.min,
			(double)rte_get_tsc_hz() / all.median / 1e6);
	if (result->kind->packets_per_unit > 0)
		fprintf(out, "%8.0f |", all.median * result->kind->packets_per_unit);
	else
		fprintf(out, "%8s |", "");
	for (unsigned int room = 0; room < ESTAB_STAGE_COUNT; room++)
		fprintf(out, "%9.1f", one_room(result, room).median);
	fprintf(out, "%s\n", result->clean ? "" : "  NOT CLEAN: packets are missing");
	fflush(out);
}

json_t *
engine_print_sum(const struct engine_result *results, unsigned int count, FILE *out)
{
	double rate = 0;

	for (unsigned int i = 0; i < count; i++)
		rate += (double)rte_get_tsc_hz() / all_rooms(&results[i]).median;
	fprintf(out, "%-13s%10" PRIu32 "  sum of %u lcores: %.2f Mpps\n", results->kind->name,
			results->connections, count, rate / 1e6);
	return json_pack("{s:s,s:I,s:I,s:f}", "traffic", results->kind->name, "standing",
			(json_int_t)results->connections, "lcores", (json_int_t)count,
			"packets_per_second", rate);
}

static json_t *
figure_json(const struct engine_figure *figure, double scale)
{
	return json_pack("{s:f,s:f,s:f,s:f}", "median", scale * figure->median, "min",
			scale * figure->min, "q1", scale * figure->q1, "q3", scale * figure->q3);
}

static json_t *
rooms_json(const struct engine_result *result)
{
	json_t *object = json_object();

	for (unsigned int room = 0; room < ESTAB_STAGE_COUNT; room++) {
		const struct engine_figure figure = one_room(result, room);

		json_object_set_new(object, room_name(room), figure_json(&figure, 1));
	}
	return object;
}

/* Counts per packet, or why there are none. */
static void
set_counters(json_t *object, const struct engine_result *result)
{
	json_t *counters;

	if (result->counters_missing != NULL) {
		json_object_set_new(object, "counters_missing",
				json_string(result->counters_missing));
		return;
	}
	counters = json_object();
	for (unsigned int i = 0; i < ENGINE_COUNTER_COUNT; i++)
		json_object_set_new(counters, engine_counter_names[i],
				json_real(per_packet(result->counted.counts[i], &result->counted)));
	json_object_set_new(object, "counters_per_packet", counters);
}

static uint64_t
sum_of(const struct engine_result *result, size_t offset)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < result->round_count; i++)
		sum += *(const uint64_t *)(const void *)((const uint8_t *)&result->plain[i] +
				offset);
	return sum;
}

json_t *
engine_json(const struct engine_result *result)
{
	json_t *object = json_object();
	struct engine_figure all;

	json_object_set_new(object, "traffic", json_string(result->kind->name));
	json_object_set_new(object, "lcore", json_integer(result->lcore));
	json_object_set_new(object, "standing", json_integer(result->connections));
	if (result->skipped != NULL) {
		json_object_set_new(object, "skipped", json_string(result->skipped));
		return object;
	}
	all = all_rooms(result);
	json_object_set_new(object, "rounds", json_integer(result->round_count));
	json_object_set_new(object, "received",
			json_integer((json_int_t)sum_of(result,
					offsetof(struct engine_round, received))));
	json_object_set_new(object, "sent",
			json_integer((json_int_t)sum_of(result,
					offsetof(struct engine_round, sent))));
	json_object_set_new(object, "cycles_per_packet", figure_json(&all, 1));
	if (result->kind->packets_per_unit > 0)
		json_object_set_new(object, "cycles_per_connection",
				figure_json(&all, result->kind->packets_per_unit));
	json_object_set_new(object, "rooms", rooms_json(result));
	set_counters(object, result);
	json_object_set_new(object, "offered", json_integer((json_int_t)result->offered));
	json_object_set_new(object, "heard", json_integer((json_int_t)result->heard));
	json_object_set_new(object, "mbufs_leaked", json_integer(result->mbufs_leaked));
	json_object_set_new(object, "stack", report_json_stack(&result->stats));
	return object;
}
