/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bench of kit.h.
 */
#include "kit.h"

#include <ctype.h>
#include <stdlib.h>

#include <rte_malloc.h>

#include "eal.h"
#include "malloc_mempool.h"

enum { KIT_MBUFS = 128 };

int
kit_group_setup(void **state)
{
	return eal_start(state);
}

int
kit_group_teardown(void **state)
{
	return eal_stop(state);
}

static void
kit_address(struct estab_local_address *local, const char *text, uint8_t prefix_length)
{
	assert_int_equal(estab_address_parse(text, &local->address), 0);
	local->prefix_length = prefix_length;
}

static void
kit_configure(struct kit *kit)
{
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 1 };
	struct estab_interface *interface = &kit->config.interface;

	kit->config.name = "net";
	kit->config.socket_id = -1;
	kit->config.mbuf_pool = kit->pool;
	memcpy(interface->mac, mac, sizeof(mac));
	interface->address_count = 2;
	kit_address(&interface->addresses[0], "192.0.2.1", 24);
	kit_address(&interface->addresses[1], "2001:db8::1", 64);
	assert_int_equal(estab_address_parse("192.0.2.254", &interface->gateway_ipv4), 0);
	assert_int_equal(estab_address_parse("2001:db8::fe", &interface->gateway_ipv6), 0);
}

int
kit_setup(void **state)
{
	struct kit *kit = calloc(1, sizeof(*kit));

	assert_non_null(kit);
	kit->burst = calloc(1, sizeof(*kit->burst));
	assert_non_null(kit->burst);
	kit->pool = malloc_mempool_create("net", KIT_MBUFS, 2048 + RTE_PKTMBUF_HEADROOM);
	assert_non_null(kit->pool);
	kit->now_ns = 1000;
	kit_configure(kit);
	assert_int_equal(net_init(&kit->net, &kit->config, &kit->stats), 0);
	*state = kit;
	return 0;
}

void
kit_reconfigure(struct kit *kit)
{
	net_fini(&kit->net);
	assert_int_equal(net_init(&kit->net, &kit->config, &kit->stats), 0);
}

void
kit_clear(struct kit *kit)
{
	struct burst *burst = kit->burst;

	for (uint16_t i = 0; i < burst->tx_count; i++)
		rte_pktmbuf_free(burst->tx[i]);
	for (uint16_t i = 0; i < burst->arrived_count; i++)
		rte_pktmbuf_free(burst->arrived[i].mbuf);
	burst->tx_count = 0;
	burst->arrived_count = 0;
}

int
kit_teardown(void **state)
{
	struct kit *kit = *state;

	kit_clear(kit);
	net_fini(&kit->net);
	assert_int_equal(rte_mempool_in_use_count(kit->pool), 0);
	malloc_mempool_destroy(kit->pool);
	free(kit->burst);
	free(kit);
	return 0;
}

void
frame_add(struct frame *frame, const char *hex)
{
	while (*hex != '\0') {
		char pair[3] = { 0 };

		if (isspace((unsigned char)*hex)) {
			hex++;
			continue;
		}
		pair[0] = *hex++;
		pair[1] = *hex++;
		assert_true(isxdigit((unsigned char)pair[0]) && isxdigit((unsigned char)pair[1]));
		assert_true(frame->size < sizeof(frame->bytes));
		frame->bytes[frame->size++] = (uint8_t)strtoul(pair, NULL, 16);
	}
}

void
frame_ip(struct frame *frame, const char *hex)
{
	frame->ip = frame->size;
	frame_add(frame, hex);
}

void
frame_l4(struct frame *frame, uint8_t protocol, const char *hex)
{
	frame->l4 = frame->size;
	frame->protocol = protocol;
	frame_add(frame, hex);
}

uint16_t
bytes_sum(const uint8_t *bytes, size_t size, uint32_t sum)
{
	for (size_t i = 0; i < size; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

uint16_t
bytes_transport_sum(const uint8_t *bytes, size_t size, size_t ip, size_t l4, uint8_t protocol)
{
	const bool ipv4 = bytes[ip] >> 4 == 4;
	uint32_t sum = (uint32_t)(size - l4) + protocol;

	if (protocol == 1)
		sum = 0; /* ICMP of IPv4 knows no pseudo-header */
	else if (ipv4)
		sum = bytes_sum(bytes + ip + 12, 8, sum);
	else
		sum = bytes_sum(bytes + ip + 8, 32, sum);
	return bytes_sum(bytes + l4, size - l4, sum);
}

static void
put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void
seal_transport(struct frame *frame)
{
	const size_t at = frame->l4 + (frame->protocol == 6 ? 16 : 2);

	put16(frame->bytes + at, 0);
	put16(frame->bytes + at,
			(uint16_t)~bytes_transport_sum(frame->bytes, frame->size, frame->ip,
					frame->l4, frame->protocol));
}

void
frame_seal(struct frame *frame)
{
	uint8_t *ip = frame->bytes + frame->ip;

	if (ip[0] >> 4 == 4) {
		const size_t length = (size_t)(ip[0] & 15) * 4;

		put16(ip + 2, frame->size - frame->ip);
		put16(ip + 10, 0);
		put16(ip + 10, (uint16_t)~bytes_sum(ip, length, 0));
	} else {
		put16(ip + 4, frame->size - frame->ip - 40);
	}
	if (frame->l4 != 0)
		seal_transport(frame);
}

static struct frame
frame_tcp(const char *ether, const char *ip, const char *offset, const char *flags,
		const char *rest)
{
	struct frame frame = { .size = 0 };
	char header[80];

	frame_add(&frame, ether);
	frame_ip(&frame, ip);
	snprintf(header, sizeof(header), "1234 0050 01020304 05060708 %s0 %s 1000 0000 0000",
			offset, flags);
	frame_l4(&frame, 6, header);
	frame_add(&frame, rest);
	frame_seal(&frame);
	return frame;
}

struct frame
frame_tcp4(const char *offset, const char *flags, const char *rest)
{
	return frame_tcp(ETHER4, IP4("06"), offset, flags, rest);
}

struct frame
frame_tcp6(const char *offset, const char *flags, const char *rest)
{
	return frame_tcp(ETHER6, IP6("06"), offset, flags, rest);
}

static struct rte_mbuf *
one_mbuf(struct kit *kit, const uint8_t *bytes, size_t size)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(kit->pool);

	assert_non_null(mbuf);
	if (kit->rx_data_off != 0)
		mbuf->data_off = kit->rx_data_off;
	assert_true(size <= rte_pktmbuf_tailroom(mbuf));
	/* What lies behind a packet must not matter: here it looks like options without end. */
	memset(rte_pktmbuf_mtod(mbuf, void *), 2, rte_pktmbuf_tailroom(mbuf));
	if (size > 0)
		memcpy(rte_pktmbuf_append(mbuf, (uint16_t)size), bytes, size);
	return mbuf;
}

struct rte_mbuf *
kit_mbuf(struct kit *kit, const struct frame *frame)
{
	const size_t step = kit->split != 0 ? kit->split : frame->size;
	struct rte_mbuf *head = NULL;

	for (size_t at = 0; head == NULL || at < frame->size; at += step) {
		const size_t here = RTE_MIN(step, frame->size - at);
		struct rte_mbuf *mbuf = one_mbuf(kit, frame->bytes + at, here);

		if (head == NULL)
			head = mbuf;
		else
			assert_int_equal(rte_pktmbuf_chain(head, mbuf), 0);
		if (step == 0)
			break;
	}
	head->ol_flags |= kit->rx_ol_flags;
	head->vlan_tci = kit->rx_vlan_tci;
	return head;
}

static uint64_t
sum_of_drops(const struct estab_stats *stats)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++)
		sum += stats->drops[i];
	return sum;
}

void
kit_receive(struct kit *kit, const struct frame *frame)
{
	const struct estab_stats before = kit->stats;
	const struct estab_stats *after = &kit->stats;

	kit_clear(kit);
	kit->burst->rx[0] = kit_mbuf(kit, frame);
	kit->burst->rx_count = 1;
	net_parse(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->burst->rx_count, 0);
	assert_int_equal(after->rx_packets, before.rx_packets + 1);
	assert_int_equal(after->rx_bytes, before.rx_bytes + frame->size);
	assert_int_equal(after->rx_packets,
			after->segments_received + after->rx_delivered + sum_of_drops(after));
	assert_int_equal(after->segments_received - before.segments_received,
			kit->burst->arrived_count);
}

void
kit_expect_drop(struct kit *kit, const struct frame *frame, enum estab_drop reason)
{
	const uint64_t before = kit->stats.drops[reason];
	const uint64_t sum = sum_of_drops(&kit->stats);

	kit_receive(kit, frame);
	if (kit->stats.drops[reason] != before + 1)
		for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++)
			if (kit->stats.drops[i] != 0)
				print_message("drops[%u] = %u\n", i,
						(unsigned int)kit->stats.drops[i]);
	assert_int_equal(kit->stats.drops[reason], before + 1);
	assert_int_equal(sum_of_drops(&kit->stats), sum + 1);
	assert_int_equal(kit->burst->tx_count, 0);
}

struct segment *
kit_expect_segment(struct kit *kit, const struct frame *frame)
{
	kit_receive(kit, frame);
	assert_int_equal(kit->burst->arrived_count, 1);
	assert_int_equal(kit->burst->arrived[0].fate, FATE_DELIVERED);
	return &kit->burst->arrived[0];
}

void
kit_expect_used(struct kit *kit, const struct frame *frame, uint16_t answers)
{
	const uint64_t before = kit->stats.rx_delivered;

	kit_receive(kit, frame);
	assert_int_equal(kit->stats.rx_delivered, before + 1);
	assert_int_equal(kit->burst->tx_count, answers);
}

size_t
kit_flatten(const struct rte_mbuf *mbuf, uint8_t *bytes, size_t size)
{
	const struct rte_mbuf *head = mbuf;
	size_t done = 0, count = 0;

	for (; mbuf != NULL; mbuf = mbuf->next, count++) {
		assert_true(done + mbuf->data_len <= size);
		memcpy(bytes + done, rte_pktmbuf_mtod(mbuf, const void *), mbuf->data_len);
		done += mbuf->data_len;
	}
	assert_int_equal(head->pkt_len, done);
	assert_int_equal(head->nb_segs, count);
	return done;
}

void
kit_expect_sent(struct kit *kit, const struct frame *frame)
{
	uint8_t bytes[4096];
	size_t size;

	assert_int_equal(kit->burst->tx_count, 1);
	size = kit_flatten(kit->burst->tx[0], bytes, sizeof(bytes));
	assert_int_equal(size, frame->size);
	assert_memory_equal(bytes, frame->bytes, size);
	kit_clear(kit);
}

void
kit_expect_text(const struct segment *seg, const char *text)
{
	uint8_t bytes[4096];
	const size_t size = kit_flatten(seg->mbuf, bytes, sizeof(bytes));

	assert_int_equal(size, strlen(text));
	assert_memory_equal(bytes, text, size);
	assert_int_equal(seg->text_len, size);
}
