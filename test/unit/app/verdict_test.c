/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * estab-bench's exit code: 0 only where nothing was lost that should not have been. Each case takes
 * a measurement without a fault and gives it one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench.h"

static struct bench_options options;

/* One connection made, and nothing else to tell. */
static int
make_clean(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench)); /* histograms make it large */

	options = (struct bench_options){ .loopback = true };
	*state = bench;
	if (bench == NULL)
		return -1;
	bench->options = &options;
	bench->end_count = 2;
	bench->done_in_time = 1;
	return 0;
}

static int
forget(void **state)
{
	free(*state);
	return 0;
}

static void
nothing_lost_is_clean(void **state)
{
	assert_true(bench_is_clean(*state));
}

static void
no_connection_is_not_clean(void **state)
{
	struct bench *bench = *state;

	bench->done_in_time = 0;
	assert_false(bench_is_clean(bench));
}

static void
standing_without_a_transaction_is_not_clean(void **state)
{
	struct bench *bench = *state;

	options.workload = WORKLOAD_RR;
	bench->at_begin.transactions = bench->at_end.transactions = 5;
	assert_false(bench_is_clean(bench));
	bench->at_end.transactions = 6;
	assert_true(bench_is_clean(bench));
}

static void
stream_without_a_byte_is_not_clean(void **state)
{
	struct bench *bench = *state;

	options.workload = WORKLOAD_STREAM;
	bench->at_begin.bytes_to_server = bench->at_end.bytes_to_server = 5;
	assert_false(bench_is_clean(bench));
	bench->at_end.bytes_from_server = 1;
	assert_true(bench_is_clean(bench));
}

static void
error_of_either_end_is_not_clean(void **state)
{
	struct bench *bench = *state;

	bench->client.errors[CLIENT_ERROR_reset] = 1;
	assert_false(bench_is_clean(bench));
	bench->client.errors[CLIENT_ERROR_reset] = 0;
	bench->endpoint.errors[ENDPOINT_ERROR_server_reset] = 1;
	assert_false(bench_is_clean(bench));
}

static void
as_many_errors_as_were_granted_are_clean(void **state)
{
	struct bench *bench = *state;

	options.max_errors = 3;
	bench->client.errors[CLIENT_ERROR_reset] = 2;
	bench->endpoint.errors[ENDPOINT_ERROR_server_reset] = 1;
	assert_int_equal(bench_judge(bench), 0);
	bench->client.errors[CLIENT_ERROR_timed_out] = 1;
	assert_int_equal(bench_judge(bench), 1);
}

/* Ten in two seconds. */
static void
rate_below_the_least_is_exit_code_1(void **state)
{
	struct bench *bench = *state;

	bench->end_ns = 2 * NS_PER_SECOND;
	bench->done_in_time = 10;
	options.min_rate = 5;
	assert_int_equal(bench_judge(bench), 0);
	options.min_rate = 6;
	assert_int_equal(bench_judge(bench), 1);
	options.workload = WORKLOAD_RR;
	bench->at_end.transactions = 12;
	assert_int_equal(bench_judge(bench), 0);
	bench->at_end.transactions = 11;
	assert_int_equal(bench_judge(bench), 1);
	options.workload = WORKLOAD_STREAM; /* 12 Mbit in all */
	bench->at_end.bytes_to_server = 1000000;
	bench->at_end.bytes_from_server = 500000;
	assert_int_equal(bench_judge(bench), 0);
	bench->at_end.bytes_from_server--;
	assert_int_equal(bench_judge(bench), 1);
}

static void
leak_is_not_clean(void **state)
{
	struct bench *bench = *state;

	bench->mbufs_leaked = 1;
	assert_false(bench_is_clean(bench));
	bench->mbufs_leaked = 0;
	bench->tcbs_leaked = 1;
	assert_false(bench_is_clean(bench));
}

static void
packet_without_fate_is_not_clean(void **state)
{
	struct bench *bench = *state;

	bench->last[END_SERVER].stats.rx_packets = 1;
	assert_false(bench_is_clean(bench));
}

/* Of either end, for whatever reason. */
static void
packet_not_sent_over_loopback_is_not_clean(void **state)
{
	struct bench *bench = *state;
	struct estab_stats *client = &bench->last[END_CLIENT].stats,
			   *server = &bench->last[END_SERVER].stats;

	client->tx_dropped_no_mbuf = 1;
	assert_false(bench_is_clean(bench));
	client->tx_dropped_no_mbuf = 0;
	client->tx_dropped_unresolved = 1;
	assert_false(bench_is_clean(bench));
	client->tx_dropped_unresolved = 0;
	assert_true(bench_is_clean(bench));
	server->tx_dropped_port_full = 1;
	assert_false(bench_is_clean(bench));
	assert_int_equal(bench_packets_lost(bench), 1);
}

static void
packet_not_sent_before_the_measurement_is_clean(void **state)
{
	struct bench *bench = *state;

	bench->first[END_CLIENT].stats.tx_dropped_unresolved = 1;
	bench->last[END_CLIENT].stats.tx_dropped_unresolved = 1;
	assert_true(bench_is_clean(bench));
}

/* A device may be slower than we are. */
static void
packet_not_sent_over_a_device_is_clean(void **state)
{
	struct bench *bench = *state;

	options.loopback = false;
	bench->end_count = 1;
	bench->last[END_CLIENT].stats.tx_dropped_port_full = 1;
	assert_true(bench_is_clean(bench));
}

/* A flood that was sent and answered, beside 1000 connections. */
static void
flood_a_little(struct bench *bench)
{
	options.workload = WORKLOAD_FLOOD;
	bench->at_end.flood.sent = bench->flood.count.sent = 7;
	bench->flood.count.answers[FLOOD_ANSWER_syn_ack] = 6;
	bench->client.planned = bench->client.connect_ns.count = 1000;
	bench->last[END_CLIENT].stats = (struct estab_stats){ .tx_packets = 3000,
		.rx_packets = 2000,
		.rx_delivered = 2000 };
	bench->last[END_SERVER].stats = (struct estab_stats){ .tx_packets = 2006,
		.rx_packets = 3007,
		.rx_delivered = 3007 };
}

static void
flood_is_clean_with_one_in_a_thousand_failed(void **state)
{
	struct bench *bench = *state;

	flood_a_little(bench);
	bench->client.connect_ns.count = 999;
	bench->client.errors[CLIENT_ERROR_connect_timed_out] = 1;
	assert_true(bench_is_clean(bench));
	bench->client.connect_ns.count = 998;
	assert_false(bench_is_clean(bench));
}

static void
flood_that_was_not_sent_is_not_clean(void **state)
{
	struct bench *bench = *state;

	flood_a_little(bench);
	bench->at_begin.flood.sent = 7;
	assert_false(bench_is_clean(bench));
	bench->at_begin.flood.sent = 6;
	assert_true(bench_is_clean(bench));
	bench->client.planned = bench->client.connect_ns.count = 0;
	assert_false(bench_is_clean(bench));
}

/* Either way. What the server had no room to send was never on the wire. */
static void
flood_with_a_packet_missing_is_not_clean(void **state)
{
	struct bench *bench = *state;

	flood_a_little(bench);
	bench->last[END_SERVER].stats.tx_dropped_port_full = 1;
	assert_true(bench_is_clean(bench));
	bench->flood.count.sent++;
	assert_false(bench_is_clean(bench));
	bench->flood.count.sent--;
	bench->flood.count.answers[FLOOD_ANSWER_rst] = 1;
	assert_false(bench_is_clean(bench));
}

static void
flood_with_a_leak_or_a_packet_without_fate_is_not_clean(void **state)
{
	struct bench *bench = *state;

	flood_a_little(bench);
	bench->mbufs_leaked = 1;
	assert_false(bench_is_clean(bench));
	bench->mbufs_leaked = 0;
	bench->last[END_SERVER].stats.rx_delivered--;
	assert_false(bench_is_clean(bench));
}

#define VERDICT(name) cmocka_unit_test_setup_teardown(name, make_clean, forget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		VERDICT(nothing_lost_is_clean),
		VERDICT(no_connection_is_not_clean),
		VERDICT(standing_without_a_transaction_is_not_clean),
		VERDICT(stream_without_a_byte_is_not_clean),
		VERDICT(error_of_either_end_is_not_clean),
		VERDICT(as_many_errors_as_were_granted_are_clean),
		VERDICT(rate_below_the_least_is_exit_code_1),
		VERDICT(leak_is_not_clean),
		VERDICT(packet_without_fate_is_not_clean),
		VERDICT(packet_not_sent_over_loopback_is_not_clean),
		VERDICT(packet_not_sent_before_the_measurement_is_clean),
		VERDICT(packet_not_sent_over_a_device_is_clean),
		VERDICT(flood_is_clean_with_one_in_a_thousand_failed),
		VERDICT(flood_that_was_not_sent_is_not_clean),
		VERDICT(flood_with_a_packet_missing_is_not_clean),
		VERDICT(flood_with_a_leak_or_a_packet_without_fate_is_not_clean),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
