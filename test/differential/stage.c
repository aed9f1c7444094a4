/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * estab's side of the differential tests: a stack in virtual time that is led by lines on stdin.
 * After each a millisecond passes. It is answered by the frames that left at once, "frame HEX" each, those
 * that left later, "late HEX", and by one line "= STATE RESULT":
 *
 *	begin FAMILY BUFFER   a new stack; BUFFER: bytes to receive, 0: the default
 *	frame HEX             arrives, and the stack has its turn
 *	wait MS               time passes
 *	accept, write, ...    the user calls (stage_calls.c)
 *
 * The policies in which Linux is known to differ are set as Linux has them, so that what is left to
 * differ is of interest.
 */
#include "stage.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <estab/event.h>

#include "eal.h"
#include "frame.h"
#include "malloc_mempool.h"

#define MS UINT64_C(1000000)

enum {
	STAGE_MBUFS = 4096,
	STAGE_LINE_MAX = 1 << 18,
	STAGE_TURNS_MAX = 10000, /* without time passing: more is a loop */
};

static const uint8_t stack_mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };
static const uint8_t peer_mac[6] = { 0x02, 0, 0, 0, 0, 0x64 };

static void
die(const char *why)
{
	fprintf(stderr, "stage: %s\n", why);
	exit(1);
}

/* As tcp_rmem, tcp_wmem and the constants of Linux have it; every segment is acknowledged at once,
 * and nothing is sent again soon, which the kernel's end does by its route (kernel.py). */
static void
set_policies(struct estab_tcp_config *tcp, uint32_t buffer)
{
	tcp->receive_buffer_bytes = buffer;
	tcp->receive_buffer_max_bytes = 1;
	tcp->quick_acks = UINT8_MAX;
	tcp->push_segments = 2;
	tcp->push_half_window = true;
	tcp->rto_min_ns = 5000 * MS;
	tcp->no_tail_probe = true;
	tcp->rst_with_ack = true;
}

static void
set_up_config(struct stage *stage, uint8_t family, uint32_t buffer)
{
	struct estab_stack_config *config = &stage->config;
	struct estab_local_address *local = config->interface.addresses;

	estab_stack_config_init(config);
	config->name = "stage";
	config->socket_id = -1;
	memset(config->secret, 0x5a, sizeof(config->secret));
	config->mbuf_pool = stage->pool;
	config->port = &stage->port.port;
	memcpy(config->interface.mac, stack_mac, 6);
	config->interface.address_count = 1;
	estab_address_parse(family == 4 ? "192.0.2.1" : "2001:db8::1", &local->address);
	local->prefix_length = family == 4 ? 24 : 64;
	set_policies(&config->tcp, buffer);
	config->limits = (struct estab_stack_limits){ .connections = 8,
		.syn_records = 8,
		.time_waits = 8,
		.listeners = 2,
		.neighbours = 8,
		.reassemblies = 8,
		.recoveries = 8,
		.receive_memory_bytes = UINT64_C(1) << 30,
		.send_memory_bytes = UINT64_C(1) << 30 };
}

static void
end(struct stage *stage)
{
	if (stage->stack == NULL)
		return;
	if (stage->conn != NULL)
		estab_conn_abort(stage->conn);
	estab_stack_destroy(stage->stack);
	memory_port_fini(&stage->port);
	if (rte_mempool_in_use_count(stage->pool) != 0)
		die("mbufs are left over");
	stage->stack = NULL;
	stage->conn = NULL;
	stage->listener = NULL;
}

static void
begin(struct stage *stage, const char *words)
{
	unsigned int family, buffer;
	const char *why = "";

	if (sscanf(words, "%u %u", &family, &buffer) != 2)
		die("begin what?");
	end(stage);
	memory_port_init(&stage->port);
	stage->family = (uint8_t)family;
	stage->now_ns = 5000 * MS;
	set_up_config(stage, stage->family, buffer);
	if (estab_stack_config_check(&stage->config, &why) != 0)
		die(why);
	stage->stack = estab_stack_create(&stage->config);
	if (stage->stack == NULL)
		die(rte_strerror(rte_errno));
}

static void
print_hex(const char *word, const uint8_t *bytes, size_t size)
{
	fputs(word, stdout);
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

/* What left is told; who the stack asks for is found. */
static void
tell_frames(struct stage *stage, const char *word)
{
	uint8_t frame[FRAME_MAX], answer[FRAME_MAX];
	size_t size;

	while ((size = memory_port_take(&stage->port, frame, sizeof(frame))) > 0) {
		if (frame_classify(frame, size) == FRAME_NEIGHBOUR_QUESTION) {
			size = frame_answer_neighbour(frame, size, peer_mac, answer);
			memory_port_put(&stage->port, stage->pool, answer, size);
		} else {
			print_hex(word, frame, size);
		}
	}
}

/* The user of the stage asks, it is not told. */
static void
forget_events(struct stage *stage)
{
	struct estab_event event;

	while (estab_event_burst(stage->stack, &event, 1) == 1)
		;
}

static void
turn(struct stage *stage, const char *word)
{
	unsigned int n = 0;

	do {
		estab_stack_poll(stage->stack, stage->now_ns);
		forget_events(stage);
		tell_frames(stage, word);
		if (++n > STAGE_TURNS_MAX)
			die("the stack wants turn after turn");
	} while (memory_queue_count(&stage->port.to) > 0 ||
			estab_stack_deadline(stage->stack) <= stage->now_ns);
}

static void
pass(struct stage *stage, uint64_t ms)
{
	const uint64_t target_ns = stage->now_ns + ms * MS;

	while (estab_stack_deadline(stage->stack) <= target_ns) {
		stage->now_ns = RTE_MAX(stage->now_ns + 1, estab_stack_deadline(stage->stack));
		turn(stage, "late ");
	}
	stage->now_ns = target_ns;
	turn(stage, "late ");
}

size_t
stage_read_hex(const char *text, uint8_t *bytes, size_t room)
{
	size_t n = 0;
	unsigned int value;

	for (; n < room && isxdigit((unsigned char)text[2 * n]); n++) {
		if (sscanf(text + 2 * n, "%2x", &value) != 1)
			die("half an octet");
		bytes[n] = (uint8_t)value;
	}
	return n;
}

static void
arrive(struct stage *stage, const char *words)
{
	uint8_t frame[FRAME_MAX];
	const size_t size = stage_read_hex(words, frame, sizeof(frame));

	if (memory_port_put(&stage->port, stage->pool, frame, size) != 0)
		die("no room for a frame");
}

static void
obey(struct stage *stage, char *line)
{
	static struct stage_answer answer;
	char *words = strchr(line, ' ');

	answer.size = 0;
	answer.text[0] = '\0';
	if (words == NULL)
		words = line + strlen(line);
	else
		*words++ = '\0';
	if (strcmp(line, "begin") == 0)
		begin(stage, words);
	else if (strcmp(line, "frame") == 0)
		arrive(stage, words);
	else if (strcmp(line, "wait") == 0)
		pass(stage, strtoull(words, NULL, 10));
	else if (!stage_call(stage, line, words, &answer))
		die(line);
	turn(stage, "frame ");
	pass(stage, 1);
	printf("= %s ", stage_state(stage));
	if (answer.size > 0)
		print_hex("", answer.bytes, answer.size);
	else
		printf("%s\n", answer.text[0] != '\0' ? answer.text : "ok");
	fflush(stdout);
}

int
main(void)
{
	static struct stage stage;
	static char line[STAGE_LINE_MAX];

	if (eal_start(NULL) != 0)
		return 1;
	stage.pool = malloc_mempool_create("stage", STAGE_MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
	if (stage.pool == NULL)
		die("no mempool");
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		obey(&stage, line);
	}
	end(&stage);
	malloc_mempool_destroy(stage.pool);
	return eal_stop(NULL) < 0;
}
