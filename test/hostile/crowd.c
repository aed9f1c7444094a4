/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stack among strangers: its turns, what is said to it and what it says.
 */
#include "crowd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "malloc_mempool.h"
#include "seal.h"

enum {
	TURNS_MAX = 10000, /* without time passing: more is a loop */
	REQUEST = 100,     /* bytes of a visitor */
};

static const uint8_t stack_mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };
static const uint8_t crowd_mac[6] = { 0x02, 0, 0, 0, 0, 0x64 };

static unsigned int
address_at(const struct crowd *c)
{
	return c->family == ESTAB_FAMILY_IPV6 ? 12 : 0;
}

void
crowd_address(const struct crowd *c, uint32_t address, uint8_t bytes[16])
{
	memset(bytes, 0, 16);
	if (c->family == ESTAB_FAMILY_IPV6)
		memcpy(bytes, (uint8_t[]){ 0x20, 0x01, 0x0d, 0xb8 }, 4);
	for (unsigned int i = 0; i < 4; i++)
		bytes[address_at(c) + i] = (uint8_t)(address >> (24 - 8 * i));
}

static uint32_t
get_address(const struct crowd *c, const uint8_t bytes[16])
{
	const uint8_t *at = bytes + address_at(c);

	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

int
crowd_setup(void **state)
{
	struct crowd *c = calloc(1, sizeof(*c));
	static unsigned int serial;

	if (c == NULL)
		return -1;
	c->family = *state != NULL ? (uint8_t)(uintptr_t)*state : ESTAB_FAMILY_IPV4;
	snprintf(c->name, sizeof(c->name), "crowd%u", serial++);
	c->now_ns = UINT64_C(1000000000000);
	c->mbufs = CROWD_MBUFS;
	memory_port_init(&c->port);
	estab_stack_config_init(&c->config);
	c->config.name = c->name;
	c->config.socket_id = -1;
	memset(c->config.secret, 0x6b, sizeof(c->config.secret));
	c->config.port = &c->port.port;
	memcpy(c->config.interface.mac, stack_mac, 6);
	c->config.interface.addresses[0].address.family = c->family;
	crowd_address(c, CROWD_STACK, c->config.interface.addresses[0].address.bytes);
	c->config.interface.addresses[0].prefix_length = c->family == ESTAB_FAMILY_IPV6 ? 64 : 8;
	c->config.interface.address_count = 1;
	c->config.limits.connections = 1024;
	c->config.limits.time_waits = 1024;
	c->config.limits.syn_records = 256;
	*state = c;
	return 0;
}

int
crowd_teardown(void **state)
{
	struct crowd *c = *state;
	unsigned int in_use = 0;

	estab_stack_destroy(c->stack);
	memory_port_fini(&c->port);
	if (c->pool != NULL) {
		in_use = rte_mempool_in_use_count(c->pool);
		if (!c->pool_is_given)
			malloc_mempool_destroy(c->pool);
	}
	free(c);
	if (in_use > 0)
		print_error("%u mbufs are not in their pool\n", in_use);
	return in_use == 0 ? 0 : -1;
}

void
crowd_start(struct crowd *c)
{
	const char *why = "";

	c->pool_is_given = c->pool != NULL;
	if (!c->pool_is_given)
		c->pool = malloc_mempool_create(c->name, c->mbufs, RTE_MBUF_DEFAULT_BUF_SIZE);
	assert_non_null(c->pool);
	c->config.mbuf_pool = c->pool;
	if (estab_stack_config_check(&c->config, &why) != 0)
		fail_msg("the crowd's configuration: %s", why);
	c->stack = estab_stack_create(&c->config);
	if (c->stack == NULL)
		fail_msg("estab_stack_create: %s", rte_strerror(rte_errno));
	assert_int_equal(estab_listen(c->stack,
					 &(struct estab_listen_config){ .local.port = CROWD_PORT,
							 .backlog = c->backlog },
					 &c->listener),
			0);
	estab_stack_memory(c->stack, &c->before);
}

struct stranger
crowd_stranger(uint32_t n)
{
	return (struct stranger){
		.address = UINT32_C(0x0a100000) + n * UINT32_C(2654435761) % 0xe00000,
		.port = (uint16_t)(1024 + n % 60000),
		.to_port = CROWD_PORT,
		.iss = n * UINT32_C(2246822519),
	};
}

struct estab_stats
crowd_stats(const struct crowd *c)
{
	struct estab_stats stats;

	estab_stack_stats(c->stack, &stats);
	return stats;
}

static void
check_accounts(const struct crowd *c)
{
	const struct estab_stats stats = crowd_stats(c);

	if (stats.rx_packets != stats.rx_delivered + estab_stats_drops(&stats))
		fail_msg("received %" PRIu64 " != delivered %" PRIu64 " + dropped %" PRIu64,
				stats.rx_packets, stats.rx_delivered, estab_stats_drops(&stats));
}

static size_t __attribute__((format(printf, 4, 0)))
vframe(const struct crowd *c, const struct stranger *s, uint8_t frame[FRAME_MAX],
		const char *notation, va_list args)
{
	struct frame_ends ends = { .family = c->family,
		.source_port = s->port,
		.target_port = s->to_port };
	char text[PACKET_NOTATION_MAX];
	struct packet_pattern pattern;
	const char *error;

	vsnprintf(text, sizeof(text), notation, args);
	error = packet_parse(text, &pattern);
	if (error != NULL)
		fail_msg("\"%s\": %s", text, error);
	if (!pattern.has_win)
		pattern.packet.win = UINT16_MAX;
	if (pattern.any_ts_ecr)
		pattern.packet.ts_ecr = s->ts_ecr;
	pattern.packet.seq += s->iss;
	pattern.packet.ack += s->stack_iss;
	for (unsigned int i = 0; i < pattern.packet.sack_count; i++) {
		pattern.packet.sack[i].left += s->stack_iss;
		pattern.packet.sack[i].right += s->stack_iss;
	}
	memcpy(ends.source_mac, crowd_mac, 6);
	memcpy(ends.target_mac, stack_mac, 6);
	crowd_address(c, s->address, ends.source);
	crowd_address(c, CROWD_STACK, ends.target);
	return frame_build(&ends, &pattern.packet, frame);
}

size_t
crowd_frame(const struct crowd *c, const struct stranger *s, uint8_t frame[FRAME_MAX],
		const char *notation, ...)
{
	va_list args;
	size_t size;

	va_start(args, notation);
	size = vframe(c, s, frame, notation, args);
	va_end(args);
	return size;
}

void
crowd_put(struct crowd *c, const uint8_t *frame, size_t size)
{
	if (memory_port_put(&c->port, c->pool, frame, size) != 0)
		return; /* no mbuf: the NIC loses it */
	c->frames_in++;
	c->bytes_in += size;
	if (++c->queued == CROWD_BURST)
		crowd_turn(c);
}

void
crowd_say(struct crowd *c, const struct stranger *s, const char *notation, ...)
{
	uint8_t frame[FRAME_MAX];
	va_list args;
	size_t size;

	va_start(args, notation);
	size = vframe(c, s, frame, notation, args);
	va_end(args);
	crowd_put(c, frame, size);
}

static void
hear(struct crowd *c, const uint8_t *frame, size_t size)
{
	struct heard *heard = &c->heard[c->heard_count % CROWD_HEARD];
	struct frame_ends ends;
	const char *error;

	error = frame_parse(frame, size, &ends, &heard->packet);
	if (error != NULL)
		fail_msg("the stack has sent a malformed segment: %s", error);
	heard->address = get_address(c, ends.target);
	heard->port = ends.target_port;
	c->heard_count++;
}

static void
collect(struct crowd *c)
{
	uint8_t frame[FRAME_MAX];
	size_t size;

	while ((size = memory_port_take(&c->port, frame, sizeof(frame))) > 0) {
		c->frames_out++;
		c->bytes_out += size;
		if (!c->quiet && frame_classify(frame, size) == FRAME_TCP_SEGMENT)
			hear(c, frame, size);
	}
}

/* Nobody looks at what is told: connections are asked. */
static void
forget_events(struct crowd *c)
{
	struct estab_event events[64];

	while (estab_event_burst(c->stack, events, 64) > 0)
		;
}

void
crowd_turn(struct crowd *c)
{
	unsigned int n = 0;

	c->queued = 0;
	c->heard_count = 0;
	do {
		estab_stack_poll(c->stack, c->now_ns);
		collect(c);
		check_accounts(c);
		forget_events(c);
		if (++n > TURNS_MAX)
			fail_msg("the stack wants turn after turn");
	} while (memory_queue_count(&c->port.to) > 0 ||
			estab_stack_deadline(c->stack) <= c->now_ns);
}

void
crowd_advance(struct crowd *c, uint64_t ms)
{
	const uint64_t target_ns = c->now_ns + ms * MS;

	while (c->now_ns < target_ns && estab_stack_deadline(c->stack) <= target_ns) {
		c->now_ns = RTE_MAX(c->now_ns, estab_stack_deadline(c->stack));
		crowd_turn(c);
	}
	c->now_ns = target_ns;
	crowd_turn(c);
}

const struct packet *
crowd_heard(const struct crowd *c, const struct stranger *s)
{
	const unsigned int count = RTE_MIN(c->heard_count, (unsigned int)CROWD_HEARD);

	for (unsigned int i = 1; i <= count; i++) {
		const struct heard *heard = &c->heard[(c->heard_count - i) % CROWD_HEARD];

		if (heard->address == s->address && heard->port == s->port)
			return &heard->packet;
	}
	return NULL;
}

/* The segment that ends the handshake, and the user takes the connection. */
static bool
enter(struct crowd *c, struct stranger *s, bool timestamps)
{
	if (timestamps)
		crowd_say(c, s, ". 1:1(0) ack 1 <TS val 1000 ecr *>");
	else
		crowd_say(c, s, ". 1:1(0) ack 1");
	crowd_turn(c);
	return c->accepts_not || estab_accept_burst(c->listener, &s->conn, 1) == 1;
}

bool
crowd_open(struct crowd *c, struct stranger *s, const char *options)
{
	const struct packet *answer;
	bool timestamps;

	crowd_say(c, s, "S 0:0(0) <%s>", options);
	crowd_turn(c);
	answer = crowd_heard(c, s);
	if (answer == NULL || (answer->flags & (PACKET_SYN | PACKET_RST)) != PACKET_SYN)
		return false;
	s->stack_iss = answer->seq;
	s->ts_ecr = answer->ts_val;
	timestamps = (answer->options & PACKET_TS) != 0;
	if (enter(c, s, timestamps))
		return true;
	crowd_advance(c, 1000); /* it is retransmitted, once */
	return enter(c, s, timestamps);
}

uint32_t
crowd_write(struct stranger *s, uint32_t bytes)
{
	static const uint8_t text[16384];
	uint32_t done = 0;

	while (done < bytes) {
		const ssize_t n = estab_conn_write(s->conn, text,
				RTE_MIN((size_t)(bytes - done), sizeof(text)));

		if (n <= 0)
			break;
		done += (uint32_t)n;
	}
	return done;
}

struct stranger
crowd_opened(struct crowd *c, uint32_t n)
{
	struct stranger s = crowd_stranger(n);

	assert_true(crowd_open(c, &s, "mss 1460"));
	return s;
}

uint32_t
crowd_close_window(struct crowd *c, struct stranger *s, uint32_t bytes)
{
	uint32_t taken;

	crowd_say(c, s, ". 1:1(0) ack 1 win 0");
	crowd_turn(c);
	taken = crowd_write(s, bytes);
	crowd_turn(c);
	return taken;
}

void
crowd_keep_closed(struct crowd *c, const struct stranger *s, uint32_t n, unsigned int seconds)
{
	while (seconds-- > 0) {
		crowd_advance(c, 1000);
		for (uint32_t i = 0; i < n; i++)
			crowd_say(c, &s[i], ". 1:1(0) ack 1 win 0");
		crowd_turn(c);
	}
}

/* The server: what was sent comes back, and where the peer has ended it ends too. */
static bool
serve(struct crowd *c, struct stranger *s)
{
	uint8_t text[REQUEST];

	if (estab_conn_read(s->conn, text, sizeof(text)) != REQUEST)
		return false;
	if (estab_conn_write(s->conn, text, sizeof(text)) != REQUEST)
		return false;
	crowd_turn(c);
	return true;
}

static bool
visit(struct crowd *c, struct stranger *s)
{
	const struct packet *answer;
	bool pleased = false;

	if (!crowd_open(c, s, "mss 1460"))
		return false;
	crowd_say(c, s, "P. 1:%d(%d) ack 1", 1 + REQUEST, REQUEST);
	crowd_turn(c);
	if (serve(c, s)) {
		answer = crowd_heard(c, s);
		pleased = answer != NULL && answer->text_len == REQUEST;
	}
	crowd_say(c, s, "F. %d:%d(0) ack %d", 1 + REQUEST, 1 + REQUEST, 1 + REQUEST);
	crowd_turn(c);
	estab_conn_close(s->conn);
	crowd_turn(c);
	answer = crowd_heard(c, s);
	pleased = pleased && answer != NULL && (answer->flags & PACKET_FIN) != 0;
	crowd_say(c, s, ". %d:%d(0) ack %d", 2 + REQUEST, 2 + REQUEST, 2 + REQUEST);
	crowd_turn(c);
	return pleased;
}

unsigned int
crowd_visits(struct crowd *c, uint32_t first, unsigned int n)
{
	unsigned int pleased = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct stranger visitor = crowd_stranger(UINT32_C(0x40000000) + first + i);

		if (c->visit_port != 0)
			visitor.to_port = c->visit_port;
		pleased += visit(c, &visitor);
	}
	return pleased;
}

/* A segment's frame with another protocol in it: an echo request (RFC 792, RFC 4443 4.1). */
bool
crowd_ping(struct crowd *c, const struct stranger *s)
{
	const bool ipv6 = c->family == ESTAB_FAMILY_IPV6;
	const size_t header = FRAME_ETHERNET + (ipv6 ? FRAME_IPV6 : FRAME_IPV4);
	const uint64_t answered = crowd_stats(c).icmp_echo_answered;
	uint8_t frame[FRAME_MAX];
	const size_t size = crowd_frame(c, s, frame, "S 0:0(0)");

	memset(frame + header, 0, size - header);
	frame[header] = ipv6 ? 128 : 8;
	frame[FRAME_ETHERNET + (ipv6 ? 6 : 9)] = ipv6 ? 58 : 1;
	if (!ipv6)
		seal_ipv4(frame + FRAME_ETHERNET);
	seal_payload(frame, size);
	crowd_put(c, frame, size);
	crowd_turn(c);
	return crowd_stats(c).icmp_echo_answered == answered + 1;
}

void
crowd_assert_memory(const struct crowd *c)
{
	struct estab_memory now;

	estab_stack_memory(c->stack, &now);
#define ASSERT_PART(name, text)                                                                    \
	assert_int_equal(now.name.reserved, c->before.name.reserved);                              \
	assert_true(now.name.used <= now.name.reserved);
	ESTAB_MEMORY_PARTS(ASSERT_PART)
#undef ASSERT_PART
}
