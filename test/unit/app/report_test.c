/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers on their way to people and to JSON: formatting, sums and differences of counters, the
 * interval object, and the line that explains why EAL did not start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eal.h"
#include "format.h"
#include "report.h"
#include "stats_print.h"

static struct latencies latencies; /* large */

static void
count_is_grouped_by_thousands(void **state)
{
	char buf[FORMAT_MAX];

	(void)state;
	assert_string_equal(format_count(0, buf), "0");
	assert_string_equal(format_count(999, buf), "999");
	assert_string_equal(format_count(1000, buf), "1,000");
	assert_string_equal(format_count(1234567, buf), "1,234,567");
	assert_string_equal(format_count(UINT64_MAX, buf), "18,446,744,073,709,551,615");
}

static void
rate_has_three_digits(void **state)
{
	char buf[FORMAT_MAX];

	(void)state;
	assert_string_equal(format_rate(0, buf), "0");
	assert_string_equal(format_rate(999, buf), "999");
	assert_string_equal(format_rate(999.7, buf), "1.00k");
	assert_string_equal(format_rate(12345, buf), "12.3k");
	assert_string_equal(format_rate(999400, buf), "999k");
	assert_string_equal(format_rate(1.5e9, buf), "1.50G");
}

static void
since_subtracts_counters_and_keeps_gauges(void **state)
{
	struct estab_stats before = { .rx_packets = 10, .connections_open = 5 }, now = before,
			   since;

	(void)state;
	before.drops[ESTAB_DROP_TCP_PAWS] = 1;
	now.rx_packets = 17;
	now.connections_open = 3;
	now.drops[ESTAB_DROP_TCP_PAWS] = 4;
	stats_since(&since, &now, &before);
	assert_int_equal(since.rx_packets, 7);
	assert_int_equal(since.connections_open, 3);
	assert_int_equal(since.drops[ESTAB_DROP_TCP_PAWS], 3);
	stats_add(&since, &now);
	assert_int_equal(since.rx_packets, 24);
}

static void
packet_without_fate_is_unaccounted(void **state)
{
	struct estab_stats stats = { .rx_packets = 10, .rx_delivered = 7 };

	(void)state;
	stats.drops[ESTAB_DROP_TCP_CHECKSUM] = 2;
	assert_int_equal(stats_unaccounted(&stats), 1);
	stats.drops[ESTAB_DROP_ARP_NOT_OURS] = 1;
	assert_int_equal(stats_unaccounted(&stats), 0);
}

static void
drops_are_named_only_where_there_are_any(void **state)
{
	struct estab_stats stats = { .rx_packets = 1 };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	stats_print_drops(&stats, out);
	fflush(out);
	assert_string_equal(text, "");
	stats.drops[ESTAB_DROP_TCP_CHECKSUM] = 1200;
	stats.drops[ESTAB_DROP_TCP_PAWS] = 1;
	stats_print_drops(&stats, out);
	fclose(out);
	assert_string_equal(text, ", drops: tcp_checksum 1,200, tcp_paws 1");
	free(text);
}

static void
interval_object_has_rate_and_both_stacks(void **state)
{
	const struct interval interval = { .second = 2.0,
		.seconds = 0.5,
		.connections = 100,
		.errors = 1,
		.open = 64,
		.stats = { { .rx_packets = 7, .segments_retransmitted = 2 }, { .tx_packets = 9 } },
		.busy_ratio = { 0.25, 0.75 },
		.latencies = &latencies };
	json_t *object = report_json_interval(&interval, WORKLOAD_CRR, 2);

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(object, "connections")), 100);
	assert_int_equal((int)json_real_value(json_object_get(object, "connections_per_second")),
			200);
	assert_int_equal(json_integer_value(json_object_get(object, "errors")), 1);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(object, "client"),
					 "rx_packets")),
			7);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(object, "client"),
					 "segments_retransmitted")),
			2);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(object, "server"),
					 "tx_packets")),
			9);
	assert_true(json_real_value(json_object_get(json_object_get(object, "busy_ratio"),
				    "server")) == 0.75);
	json_decref(object);
	object = report_json_interval(&interval, WORKLOAD_CRR, 1);
	assert_null(json_object_get(object, "server"));
	json_decref(object);
}

static json_t *
latency_of_interval(const json_t *object, const char *name)
{
	return json_object_get(json_object_get(object, "latency_us"), name);
}

/* The latencies that the workload counts, and no others; of an empty interval all is 0. */
static void
interval_object_has_the_latencies_of_its_workload(void **state)
{
	const struct interval interval = { .seconds = 1, .latencies = &latencies };
	json_t *object;

	(void)state;
	for (unsigned int i = 0; i < 10000; i++)
		histogram_record(&latencies.of[LATENCY_transaction], i == 0 ? 900000 : 50);
	object = report_json_interval(&interval, WORKLOAD_CRR, 1);
	assert_int_equal(json_integer_value(
					 json_object_get(latency_of_interval(object, "transaction"),
							 "count")),
			10000);
	assert_true(json_real_value(json_object_get(latency_of_interval(object, "transaction"),
				    "p9999")) == 0.05);
	assert_true(json_real_value(json_object_get(latency_of_interval(object, "transaction"),
				    "max")) == 900);
	assert_int_equal(json_integer_value(json_object_get(latency_of_interval(object, "connect"),
					 "count")),
			0);
	json_decref(object);
	object = report_json_interval(&interval, WORKLOAD_RR, 1);
	assert_non_null(latency_of_interval(object, "response"));
	assert_null(latency_of_interval(object, "connect"));
	assert_null(latency_of_interval(object, "transaction"));
	json_decref(object);
	object = report_json_interval(&interval, WORKLOAD_STREAM, 1);
	assert_null(json_object_get(object, "latency_us"));
	json_decref(object);
}

static void
eal_line_names_the_mend_and_the_reason(void **state)
{
	char text[512];

	(void)state;
	eal_explain("EAL: x\nEAL: FATAL: Cannot get hugepage information.\nEAL: y\n", text,
			sizeof(text));
	assert_non_null(strstr(text, "--no-huge"));
	assert_non_null(strstr(text, "(EAL: FATAL: Cannot get hugepage information.)"));
	assert_null(strchr(text, '\n'));
	eal_explain("EAL: Option --legacy-mem is not compatible with --in-memory\n", text,
			sizeof(text));
	assert_non_null(strstr(text, "do not go together"));
	eal_explain("estab-echo: unrecognized option '--bogus'\nEAL: FATAL: z\n", text,
			sizeof(text));
	assert_non_null(strstr(text, "--bogus"));
}

static void
unknown_eal_failure_keeps_its_own_words(void **state)
{
	char text[512];

	(void)state;
	eal_explain("EAL: the moon is full\n", text, sizeof(text));
	assert_non_null(strstr(text, "the moon is full"));
	eal_explain("", text, sizeof(text));
	assert_non_null(strstr(text, "EAL did not start"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(count_is_grouped_by_thousands),
		cmocka_unit_test(rate_has_three_digits),
		cmocka_unit_test(since_subtracts_counters_and_keeps_gauges),
		cmocka_unit_test(packet_without_fate_is_unaccounted),
		cmocka_unit_test(drops_are_named_only_where_there_are_any),
		cmocka_unit_test(interval_object_has_rate_and_both_stacks),
		cmocka_unit_test(interval_object_has_the_latencies_of_its_workload),
		cmocka_unit_test(eal_line_names_the_mend_and_the_reason),
		cmocka_unit_test(unknown_eal_failure_keeps_its_own_words),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
