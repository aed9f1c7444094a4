/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture at two queues in memory: what libpcap reads in the file is what came and went, octet by octet, in
 * order of time; and what is not in it is counted.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "capture.h"
#include "memory_port.h"
#include "runtime.h"

enum { QUEUES = 2, POOL = 8191, FRAME = 60, FILE_HEADER = 24, EXIT_OF_ENVIRONMENT = 1 };
enum { PIPE_PACKETS = 100, PIPE_FRAME = 900 }; /* more than the 64 KB of a pipe */

struct scene {
	char path[64];
	struct capture_options options;
	struct capture capture;
	struct memory_port below[QUEUES];
	struct estab_port ports[QUEUES];
};

static struct rte_mempool *pool;
static struct scene scene; /* large */

static int
start(void **state)
{
	if (runtime_start(state) != 0)
		return -1;
	pool = rte_pktmbuf_pool_create("packets", POOL, 0, 0, 2176, SOCKET_ID_ANY);
	return pool == NULL ? -1 : 0;
}

/* Queues that are covered, and nothing captured yet. */
static int
begin(void **state)
{
	int file;

	memset(&scene, 0, sizeof(scene));
	snprintf(scene.path, sizeof(scene.path), "/tmp/estab_capture_test_XXXXXX");
	file = mkstemp(scene.path);
	if (file < 0)
		return -1;
	close(file);
	capture_init(&scene.capture, &scene.options, true);
	for (uint16_t i = 0; i < QUEUES; i++) {
		memory_port_init(&scene.below[i]);
		scene.ports[i] = scene.below[i].port;
		if (capture_tap(&scene.capture, 0, i, false, &scene.ports[i]) != 0)
			return -1;
	}
	*state = &scene;
	return 0;
}

static int
end(void **state)
{
	struct scene *s = *state;
	capture_destroy(&s->capture);
	for (unsigned int i = 0; i < QUEUES; i++)
		memory_port_fini(&s->below[i]);
	unlink(s->path);
	return rte_mempool_in_use_count(pool) == 0 ? 0 : -1;
}

/* A packet of so many octets, each of which is its own number and the seed, in mbufs of so many. */
static struct rte_mbuf *
packet_of(uint32_t length, uint32_t in_each, uint8_t seed)
{
	struct rte_mbuf *packet = NULL;

	for (uint32_t at = 0; at < length; at += in_each) {
		struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
		const uint32_t here = length - at < in_each ? length - at : in_each;
		uint8_t *octets;

		assert_non_null(mbuf);
		octets = (uint8_t *)rte_pktmbuf_append(mbuf, (uint16_t)here);
		for (uint32_t i = 0; i < here; i++)
			octets[i] = (uint8_t)(at + i + seed);
		if (packet == NULL)
			packet = mbuf;
		else
			assert_int_equal(rte_pktmbuf_chain(packet, mbuf), 0);
	}
	return packet;
}

static void
packet_goes(struct scene *s, unsigned int queue, struct rte_mbuf *packet, uint16_t taken)
{
	assert_int_equal(s->ports[queue].tx_burst(s->ports[queue].context, &packet, 1), taken);
	if (taken == 0)
		rte_pktmbuf_free(packet);
}

static void
packet_comes(struct scene *s, unsigned int queue, struct rte_mbuf *packet)
{
	struct memory_queue *to = &s->below[queue].to;
	struct rte_mbuf *got;

	to->frames[to->put++ % MEMORY_QUEUE_SIZE] = packet;
	assert_int_equal(s->ports[queue].rx_burst(s->ports[queue].context, &got, 1), 1);
	assert_ptr_equal(got, packet);
	rte_pktmbuf_free(got);
}

static void
start_capture(struct scene *s, const char *filter)
{
	char why[CAPTURE_WHY_MAX];

	assert_int_equal(capture_start(&s->capture, s->path, filter, why, sizeof(why)), 0);
}

static void
finish(struct scene *s, int code)
{
	FILE *nowhere = fopen("/dev/null", "w");

	assert_non_null(nowhere);
	assert_int_equal(capture_finish(&s->capture, nowhere, 0), code);
	fclose(nowhere);
}

static pcap_t *
reader(const struct scene *s)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *file = pcap_open_offline_with_tstamp_precision(s->path, PCAP_TSTAMP_PRECISION_NANO,
			why);

	assert_non_null(file);
	assert_int_equal(pcap_datalink(file), DLT_EN10MB);
	return file;
}

/* The next in the file: a packet of that length, of which that much was kept. */
static void
expect(pcap_t *file, uint32_t length, uint32_t kept, uint8_t seed)
{
	struct pcap_pkthdr header;
	const u_char *octets = pcap_next(file, &header);

	assert_non_null(octets);
	assert_int_equal(header.len, length);
	assert_int_equal(header.caplen, kept);
	for (uint32_t i = 0; i < kept; i++)
		assert_int_equal(octets[i], (uint8_t)(i + seed));
}

static void
expect_end(pcap_t *file)
{
	struct pcap_pkthdr *header;
	const u_char *octets;

	assert_int_equal(pcap_next_ex(file, &header, &octets), PCAP_ERROR_BREAK);
	pcap_close(file);
}

static uint64_t
packets_of(const struct scene *s)
{
	struct capture_state state;

	capture_state(&s->capture, &state);
	return state.packets;
}

static uint64_t
dropped_by(const struct scene *s)
{
	struct capture_state state;

	capture_state(&s->capture, &state);
	return state.dropped;
}

static uint64_t
bytes_of(const struct scene *s)
{
	struct capture_state state;

	capture_state(&s->capture, &state);
	return state.bytes;
}

static void
packets_of_both_ways_are_in_the_file_octet_by_octet(void **state)
{
	struct scene *s = *state;
	pcap_t *file;

	packet_comes(s, 0, packet_of(FRAME, FRAME, 99)); /* before it */
	start_capture(s, NULL);
	packet_comes(s, 0, packet_of(60, 60, 1));
	packet_goes(s, 0, packet_of(1514, 1514, 2), 1);
	packet_comes(s, 0, packet_of(1, 1, 3));
	assert_true(capture_stop(&s->capture));
	assert_false(capture_stop(&s->capture));
	packet_goes(s, 0, packet_of(FRAME, FRAME, 98), 1); /* after it */
	file = reader(s);
	expect(file, 60, 60, 1);
	expect(file, 1514, 1514, 2);
	expect(file, 1, 1, 3);
	expect_end(file);
	assert_int_equal(packets_of(s), 3);
	assert_int_equal(dropped_by(s), 0);
}

static void
chain_is_whole_whichever_way_it_goes(void **state)
{
	struct scene *s = *state;
	pcap_t *file;

	start_capture(s, NULL);
	packet_goes(s, 0, packet_of(64000, 1448, 4), 1);
	packet_comes(s, 0, packet_of(9014, 2000, 5));
	finish(s, 0);
	file = reader(s);
	expect(file, 64000, 64000, 4);
	expect(file, 9014, 9014, 5);
	expect_end(file);
}

static void
packet_that_the_port_does_not_take_is_there_once_it_is_taken(void **state)
{
	struct scene *s = *state;
	pcap_t *file;

	start_capture(s, NULL);
	s->below[0].tx_room = 0;
	packet_goes(s, 0, packet_of(FRAME, FRAME, 6), 0);
	s->below[0].tx_room = UINT32_MAX;
	packet_goes(s, 0, packet_of(FRAME, FRAME, 7), 1);
	finish(s, 0);
	file = reader(s);
	expect(file, FRAME, FRAME, 7);
	expect_end(file);
}

static void
large_burst_of_which_the_port_takes_a_part_is_there_as_far_as_it_was_taken(void **state)
{
	enum { BURST = 150, TAKEN = 100 };
	struct scene *s = *state;
	struct rte_mbuf *burst[BURST];
	pcap_t *file;

	start_capture(s, NULL);
	for (unsigned int i = 0; i < BURST; i++)
		burst[i] = packet_of(FRAME, FRAME, (uint8_t)i);
	s->below[1].tx_room = TAKEN;
	assert_int_equal(s->ports[1].tx_burst(s->ports[1].context, burst, BURST), TAKEN);
	rte_pktmbuf_free_bulk(burst + TAKEN, BURST - TAKEN);
	finish(s, 0);
	file = reader(s);
	for (unsigned int i = 0; i < TAKEN; i++)
		expect(file, FRAME, FRAME, (uint8_t)i);
	expect_end(file);
}

static void
packets_of_two_queues_are_in_order_of_time(void **state)
{
	enum { ROUNDS = 100 };
	struct scene *s = *state;
	pcap_t *file;

	start_capture(s, NULL);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		packet_comes(s, i % 2, packet_of(FRAME, FRAME, (uint8_t)(2 * i)));
		packet_goes(s, 1 - i % 2, packet_of(FRAME, FRAME, (uint8_t)(2 * i + 1)), 1);
	}
	finish(s, 0);
	file = reader(s);
	for (unsigned int i = 0; i < 2 * ROUNDS; i++)
		expect(file, FRAME, FRAME, (uint8_t)i);
	expect_end(file);
}

static void
filter_looks_into_chains_and_knows_their_length(void **state)
{
	struct scene *s = *state;
	pcap_t *file;

	start_capture(s, "ether[100] = 108 and greater 200"); /* 100 + 8, in the second mbuf */
	packet_goes(s, 0, packet_of(300, 64, 8), 1);
	packet_goes(s, 0, packet_of(300, 64, 9), 1);
	packet_comes(s, 1, packet_of(150, 64, 8));
	packet_comes(s, 1, packet_of(200, 200, 8));
	finish(s, 0);
	file = reader(s);
	expect(file, 300, 300, 8);
	expect(file, 200, 200, 8);
	expect_end(file);
}

static void
snaplen_cuts_packets_and_tells_their_length(void **state)
{
	struct scene *s = *state;
	pcap_t *file;

	s->options.snaplen = 70;
	start_capture(s, NULL);
	packet_goes(s, 0, packet_of(300, 64, 10), 1);
	packet_goes(s, 0, packet_of(69, 69, 11), 1);
	finish(s, 0);
	file = reader(s);
	expect(file, 300, 70, 10);
	expect(file, 69, 69, 11);
	expect_end(file);
}

static void
file_ends_after_so_many_packets_and_another_may_begin(void **state)
{
	struct scene *s = *state;
	struct capture_state now;
	char why[CAPTURE_WHY_MAX];
	pcap_t *file;

	s->options.count = 2;
	start_capture(s, NULL);
	assert_int_equal(capture_start(&s->capture, s->path, NULL, why, sizeof(why)), -1);
	for (uint8_t i = 0; i < 5; i++)
		packet_goes(s, 0, packet_of(FRAME, FRAME, i), 1);
	for (unsigned int i = 0; i < 5000 && capture_is_on(&s->capture); i++)
		usleep(1000);
	capture_state(&s->capture, &now);
	assert_string_equal(now.ended, "--capture-count");
	file = reader(s);
	expect(file, FRAME, FRAME, 0);
	expect(file, FRAME, FRAME, 1);
	expect_end(file);
	start_capture(s, NULL);
	packet_goes(s, 1, packet_of(FRAME, FRAME, 12), 1);
	finish(s, 0);
	file = reader(s);
	expect(file, FRAME, FRAME, 12);
	expect_end(file);
}

static void
file_is_no_larger_than_it_may_be_by_more_than_a_packet(void **state)
{
	struct scene *s = *state;
	pcap_t *file;

	s->options.size =
			1000; /* 24, and 16 with each packet of 300: three of them and the fourth */
	start_capture(s, NULL);
	for (uint8_t i = 0; i < 10; i++)
		packet_goes(s, 0, packet_of(300, 300, i), 1);
	finish(s, 0);
	file = reader(s);
	for (uint8_t i = 0; i < 4; i++)
		expect(file, 300, 300, i);
	expect_end(file);
}

static void
packets_for_which_there_is_no_copy_go_all_the_same_and_are_counted(void **state)
{
	static void *taken[POOL];
	struct scene *s = *state;
	unsigned int n = 0;
	pcap_t *file;

	start_capture(s, NULL);
	packet_goes(s, 0, packet_of(FRAME, FRAME, 14), 1);
	while (bytes_of(s) <= FILE_HEADER) /* then the writer holds none */
		usleep(1000);
	while (rte_mempool_get(s->capture.pool, &taken[n]) == 0)
		n++;
	packet_goes(s, 0, packet_of(FRAME, FRAME, 15), 1);
	packet_comes(s, 1, packet_of(FRAME, FRAME, 16));
	rte_mempool_put_bulk(s->capture.pool, taken, n);
	packet_goes(s, 0, packet_of(FRAME, FRAME, 17), 1);
	finish(s, 0);
	assert_int_equal(dropped_by(s), 2);
	file = reader(s);
	expect(file, FRAME, FRAME, 14);
	expect(file, FRAME, FRAME, 17);
	expect_end(file);
}

static void
more_packets_than_there_are_copies_are_written_or_counted(void **state)
{
	enum { MANY = 8000 };
	static struct rte_mbuf *burst[MANY];
	struct scene *s = *state;

	start_capture(s, NULL);
	for (unsigned int i = 0; i < MANY; i++)
		burst[i] = packet_of(FRAME, FRAME, 0);
	assert_int_equal(s->ports[0].tx_burst(s->ports[0].context, burst, MANY), MANY);
	finish(s, 0);
	assert_int_equal(packets_of(s) + dropped_by(s), MANY);
}

/* In place of the file. @return its reader, who does not wait for a writer */
static int
pipe_in_place(struct scene *s)
{
	int there;

	unlink(s->path);
	assert_int_equal(mkfifo(s->path, 0600), 0);
	there = open(s->path, O_RDONLY | O_NONBLOCK);
	assert_true(there >= 0);
	return there;
}

static void
reader_of_a_pipe_who_goes_ends_the_capture_only(void **state)
{
	struct scene *s = *state;
	struct capture_state now;
	const int there = pipe_in_place(s);

	start_capture(s, NULL);
	close(there);
	packet_goes(s, 0, packet_of(FRAME, FRAME, 13), 1);
	finish(s, EXIT_OF_ENVIRONMENT);
	capture_state(&s->capture, &now);
	assert_string_equal(now.ended, "Broken pipe");
	assert_int_equal(memory_queue_count(&s->below[0].from), 1);
}

static void
more_goes_than_a_pipe_holds(struct scene *s)
{
	for (unsigned int i = 0; i < PIPE_PACKETS; i++)
		packet_goes(s, 0, packet_of(PIPE_FRAME, PIPE_FRAME, 0), 1);
}

static void
reader_of_a_pipe_who_pauses_gets_all_in_the_end(void **state)
{
	static char octets[4096];
	const size_t whole = FILE_HEADER + PIPE_PACKETS * (16 + PIPE_FRAME);
	struct scene *s = *state;
	const int there = pipe_in_place(s);
	size_t got = 0;

	start_capture(s, NULL);
	more_goes_than_a_pipe_holds(s);
	usleep(200000); /* now it is full */
	for (unsigned int i = 0; i < 5000 && got < whole; i++) {
		const ssize_t n = read(there, octets, sizeof(octets));

		got += n > 0 ? (size_t)n : 0;
		if (n <= 0)
			usleep(1000);
	}
	assert_int_equal(got, whole);
	finish(s, 0);
	close(there);
}

static void
reader_of_a_pipe_who_reads_no_more_does_not_hold_up_the_end(void **state)
{
	struct scene *s = *state;
	const int there = pipe_in_place(s);
	struct capture_state now;

	start_capture(s, NULL);
	more_goes_than_a_pipe_holds(s);
	finish(s, EXIT_OF_ENVIRONMENT);
	capture_state(&s->capture, &now);
	assert_string_equal(now.ended, "its reader reads no more");
	assert_int_equal(memory_queue_count(&s->below[0].from), PIPE_PACKETS);
	close(there);
}

static void
reader_of_a_pipe_who_reads_no_more_holds_up_neither_stop_nor_start(void **state)
{
	struct scene *s = *state;
	const int there = pipe_in_place(s);
	char why[CAPTURE_WHY_MAX];
	int also;

	start_capture(s, NULL);
	more_goes_than_a_pipe_holds(s);
	assert_true(capture_stop(&s->capture));
	assert_false(capture_is_on(&s->capture));
	also = open(s->path, O_WRONLY | O_NONBLOCK);
	while (write(also, "", 1) > 0)
		;
	assert_int_equal(capture_start(&s->capture, s->path, NULL, why, sizeof(why)), -1);
	assert_string_equal(why, "cannot be written: its reader reads no more");
	finish(s, EXIT_OF_ENVIRONMENT);
	close(also);
	close(there);
}

static void
pipe_that_nobody_reads_is_refused_at_once(void **state)
{
	struct scene *s = *state;
	char why[CAPTURE_WHY_MAX];

	close(pipe_in_place(s));
	assert_int_equal(capture_start(&s->capture, s->path, NULL, why, sizeof(why)), -1);
	assert_string_equal(why, "cannot be written: nobody reads it");
}

static void
filter_of_several_lines_is_told_as_one(void **state)
{
	struct scene *s = *state;
	struct capture_state now;

	start_capture(s, "ether[0] = 1\n\tand greater 60");
	capture_state(&s->capture, &now);
	assert_string_equal(now.filter, "ether[0] = 1  and greater 60");
	finish(s, 0);
}

static void
what_cannot_be_begun_says_why(void **state)
{
	struct scene *s = *state;
	char why[CAPTURE_WHY_MAX];

	assert_int_equal(capture_start(&s->capture, "/nonexistent/x", NULL, why, sizeof(why)), -1);
	assert_string_equal(why, "cannot be written: No such file or directory");
	assert_int_equal(capture_start(&s->capture, s->path, "prt 5", why, sizeof(why)), -1);
	assert_non_null(strstr(why, "syntax error"));
	assert_int_equal(capture_start(&s->capture, "/dev/full", NULL, why, sizeof(why)), -1);
	assert_string_equal(why, "cannot be written: No space left on device");
	assert_false(capture_stop(&s->capture));
}

int
main(void)
{
#define CAPTURE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		CAPTURE_TEST(packets_of_both_ways_are_in_the_file_octet_by_octet),
		CAPTURE_TEST(chain_is_whole_whichever_way_it_goes),
		CAPTURE_TEST(packet_that_the_port_does_not_take_is_there_once_it_is_taken),
		CAPTURE_TEST(large_burst_of_which_the_port_takes_a_part_is_there_as_far_as_it_was_taken),
		CAPTURE_TEST(packets_of_two_queues_are_in_order_of_time),
		CAPTURE_TEST(filter_looks_into_chains_and_knows_their_length),
		CAPTURE_TEST(snaplen_cuts_packets_and_tells_their_length),
		CAPTURE_TEST(file_ends_after_so_many_packets_and_another_may_begin),
		CAPTURE_TEST(file_is_no_larger_than_it_may_be_by_more_than_a_packet),
		CAPTURE_TEST(packets_for_which_there_is_no_copy_go_all_the_same_and_are_counted),
		CAPTURE_TEST(more_packets_than_there_are_copies_are_written_or_counted),
		CAPTURE_TEST(reader_of_a_pipe_who_goes_ends_the_capture_only),
		CAPTURE_TEST(reader_of_a_pipe_who_pauses_gets_all_in_the_end),
		CAPTURE_TEST(reader_of_a_pipe_who_reads_no_more_does_not_hold_up_the_end),
		CAPTURE_TEST(reader_of_a_pipe_who_reads_no_more_holds_up_neither_stop_nor_start),
		CAPTURE_TEST(pipe_that_nobody_reads_is_refused_at_once),
		CAPTURE_TEST(filter_of_several_lines_is_told_as_one),
		CAPTURE_TEST(what_cannot_be_begun_says_why),
	};

	signal(SIGPIPE, SIG_IGN); /* as both programs do */
	return cmocka_run_group_tests(tests, start, runtime_stop);
}
