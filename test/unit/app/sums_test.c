/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several clients and servers, each of which counts for itself: the result is their sum, whichever of
 * them had it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

enum { PAIRS = 3 };

static struct bench_options options;
static struct party parties[2 * PAIRS];
static struct client clients[PAIRS];
static struct flood floods[PAIRS];
static struct endpoint endpoints[PAIRS];

/* Three clients and three servers that have counted nothing. */
static struct bench *
make_bench(void)
{
	struct bench *bench = calloc(1, sizeof(*bench)); /* histograms make it large */

	assert_non_null(bench);
	options = (struct bench_options){ .loopback = true, .workload = WORKLOAD_CRR };
	memset(parties, 0, sizeof(parties));
	memset(clients, 0, sizeof(clients));
	memset(floods, 0, sizeof(floods));
	memset(endpoints, 0, sizeof(endpoints));
	bench->options = &options;
	bench->end_count = ENDS_MAX;
	bench->party_count = 2 * PAIRS;
	bench->clients = clients;
	bench->floods = floods;
	bench->endpoints = endpoints;
	for (unsigned int i = 0; i < ENDS_MAX; i++) {
		bench->ends[i].map.count = PAIRS;
		bench->ends[i].parties = &parties[i * PAIRS];
	}
	return bench;
}

static void
numbers_of_an_end_add_up_at_the_latest_time(void **state)
{
	struct bench *bench = make_bench();
	struct party_numbers sum;

	(void)state;
	for (unsigned int i = 0; i < PAIRS; i++) {
		parties[i].now = (struct party_numbers){ .now_ns = 100 - i,
			.done = 1,
			.errors = 2,
			.open = 3,
			.transactions = 4,
			.bytes_to_server = 5,
			.bytes_from_server = 6,
			.flood.sent = 7,
			.stats.rx_packets = 8 };
		parties[i].now.flood.answers[FLOOD_ANSWER_rst] = 9;
		parties[PAIRS + i].now.done = 1000;
	}
	bench_add_up(bench, END_CLIENT, offsetof(struct party, now), &sum);
	assert_int_equal(sum.now_ns, 100);
	assert_int_equal(sum.done, 3);
	assert_int_equal(sum.errors, 6);
	assert_int_equal(sum.open, 9);
	assert_int_equal(sum.transactions, 12);
	assert_int_equal(sum.bytes_to_server, 15);
	assert_int_equal(sum.bytes_from_server, 18);
	assert_int_equal(sum.flood.sent, 21);
	assert_int_equal(sum.stats.rx_packets, 24);
	assert_int_equal(sum.flood.answers[FLOOD_ANSWER_rst], 27);
	bench_add_up(bench, END_SERVER, offsetof(struct party, now), &sum);
	assert_int_equal(sum.done, 3000);
	free(bench);
}

static void
result_is_what_all_clients_have_counted(void **state)
{
	struct bench *bench = make_bench();

	(void)state;
	for (unsigned int i = 0; i < PAIRS; i++) {
		clients[i].tally.planned = 20;
		clients[i].tally.done = 10;
		clients[i].tally.errors[CLIENT_ERROR_reset] = 1;
		clients[i].tally.retries[CLIENT_RETRY_no_free_port] = 2;
		histogram_record(&clients[i].tally.connect_ns, 1);
		histogram_record(&clients[i].tally.response_ns, 2);
		histogram_record(&clients[i].tally.transaction_ns, 3);
		floods[i].tally = (struct flood_tally){ .overdue = 4, .pool_empty = 5 };
		parties[i].at_end.done = 9;
		parties[i].overdue = 6;
	}
	bench_sum_up(bench);
	assert_int_equal(bench->client.planned, 60);
	assert_int_equal(bench->client.done, 30);
	assert_int_equal(client_error_sum(&bench->client), 3);
	assert_int_equal(bench->client.retries[CLIENT_RETRY_no_free_port], 6);
	assert_int_equal(bench->client.connect_ns.count, 3);
	assert_int_equal(bench->client.response_ns.max, 2);
	assert_int_equal(bench->client.transaction_ns.max, 3);
	assert_int_equal(bench->flood.overdue, 12);
	assert_int_equal(bench->flood.pool_empty, 15);
	assert_int_equal(bench->done_in_time, 27);
	assert_int_equal(bench->overdue, 18);
	free(bench);
}

/* One that was lost is seen, whichever server has lost it. */
static void
fault_of_any_party_is_not_clean(void **state)
{
	for (unsigned int i = 0; i < PAIRS; i++) {
		struct bench *bench = make_bench();

		(void)state;
		parties[i].at_end.done = 1;
		endpoints[i].tally.errors[ENDPOINT_ERROR_server_reset] = 1;
		bench_sum_up(bench);
		assert_int_equal(endpoint_error_sum(&bench->endpoint), 1);
		assert_false(bench_is_clean(bench));
		free(bench);
		bench = make_bench();
		parties[i].at_end.done = 1;
		parties[PAIRS + i].last.stats.connections_open = 1;
		bench_sum_up(bench);
		assert_int_equal(bench->tcbs_leaked, 1);
		assert_false(bench_is_clean(bench));
		parties[PAIRS + i].last.stats.connections_open = 0;
		free(bench);
		bench = make_bench();
		parties[i].at_end.done = 1;
		bench_sum_up(bench);
		assert_true(bench_is_clean(bench));
		free(bench);
	}
}

/* What stands at the end of the time is counted, not what has ended by then. */
static void
standing_connections_of_all_clients_are_the_result(void **state)
{
	struct bench *bench = make_bench();

	(void)state;
	options.workload = WORKLOAD_STREAM;
	for (unsigned int i = 0; i < PAIRS; i++)
		parties[i].at_end = (struct party_numbers){ .open = 2, .done = 1 };
	bench_sum_up(bench);
	assert_int_equal(bench->done_in_time, 6);
	free(bench);
}

static void
busy_time_adds_up_by_end(void **state)
{
	struct bench *bench = make_bench();

	(void)state;
	for (unsigned int i = 0; i < 2 * PAIRS; i++) {
		parties[i].cycles_begin = 100;
		parties[i].cycles_end = 300;
		parties[i].cycles_busy = i < PAIRS ? 50 : 100;
	}
	bench_sum_up(bench);
	assert_int_equal(bench->cycles[END_CLIENT], 600);
	assert_int_equal(bench->cycles_busy[END_CLIENT], 150);
	assert_int_equal(bench->cycles[END_SERVER], 600);
	assert_int_equal(bench->cycles_busy[END_SERVER], 300);
	free(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_an_end_add_up_at_the_latest_time),
		cmocka_unit_test(result_is_what_all_clients_have_counted),
		cmocka_unit_test(fault_of_any_party_is_not_clean),
		cmocka_unit_test(standing_connections_of_all_clients_are_the_result),
		cmocka_unit_test(busy_time_adds_up_by_end),
	};

	return cmocka_run_group_tests_name("sums", tests, NULL, NULL);
}
