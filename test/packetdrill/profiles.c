/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Profiles are configurations; see the head of the header.
 */
#include "profiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#define MS UINT64_C(1000000)

enum {
	LINUX_RECEIVE_BUFFER = 540000, /* tcp_rmem[1] of the scripts' defaults */
	LINUX_SEND_BUFFER = 262144 * 4,
	FREEBSD_RECEIVE_BUFFER = 65536, /* net.inet.tcp.recvspace */
	FREEBSD_SEND_BUFFER = 32768,
};

static void
set_linux(struct profile *profile)
{
	struct estab_tcp_config *tcp = &profile->config.tcp;

	profile->order = OPTION_ORDER_LINUX;
	profile->values = (struct socket_options){ .send_buffer = LINUX_SEND_BUFFER,
		.receive_buffer = LINUX_RECEIVE_BUFFER,
		.keep_idle_s = 7200,
		.keep_interval_s = 75,
		.keep_count = 9,
		.linger_ns = UINT64_MAX };
	tcp->receive_buffer_bytes = LINUX_RECEIVE_BUFFER;
	tcp->receive_buffer_max_bytes = 1; /* SO_RCVBUF is set: it stays */
	tcp->send_buffer_bytes = LINUX_SEND_BUFFER;
	tcp->rto_min_ns = 200 * MS;
	tcp->delayed_ack_ns = 40 * MS;
	tcp->cork_ns = 210 * MS; /* a timeout of retransmission, at a round trip of 10 ms */
	tcp->initial_window = 10;
	tcp->abc_limit = UINT8_MAX;
	tcp->window_scale_min = 8;
	tcp->quick_acks = 16;
	tcp->push_segments = 2;
	tcp->push_half_window = true;
	tcp->cubic_from_cwnd = true;
	tcp->rto_min_is_slack = true;
	tcp->rack_rtt_of_highest = true;
	tcp->rst_with_ack = true;
}

static void
set_freebsd(struct profile *profile)
{
	struct estab_tcp_config *tcp = &profile->config.tcp;

	profile->order = OPTION_ORDER_FREEBSD;
	profile->round_receive_buffer = true;
	profile->values = (struct socket_options){ .send_buffer = FREEBSD_SEND_BUFFER,
		.receive_buffer = FREEBSD_RECEIVE_BUFFER,
		.keep_idle_s = 7200,
		.keep_interval_s = 75,
		.keep_count = 8,
		.keep_init_s = 75,
		.linger_ns = UINT64_MAX };
	tcp->receive_buffer_bytes = FREEBSD_RECEIVE_BUFFER;
	tcp->receive_buffer_max_bytes = 1;
	tcp->send_buffer_bytes = FREEBSD_SEND_BUFFER;
	tcp->rto_min_ns = 30 * MS;
	tcp->rto_max_ns = 64000 * MS;
	tcp->syn_retransmissions = 10;
	tcp->delayed_ack_ns = 40 * MS;
	tcp->initial_window = 10;
	tcp->congestion = ESTAB_CONGESTION_NEWRENO;
	tcp->window_scale_min = 6;
	tcp->option_order = ESTAB_OPTION_ORDER_FREEBSD;
	tcp->window_every_ack = true;
	tcp->no_tail_probe = true;
	tcp->window_is_room = true;
	tcp->rst_with_ack = true;
}

/* FreeBSD's buffer grows to whole segments of the interface's size. */
static void
round_receive_buffer(struct profile *profile)
{
	const struct estab_interface *interface = &profile->config.interface;
	const bool is_ipv6 = interface->addresses[0].address.family == ESTAB_FAMILY_IPV6;
	const uint32_t mtu = interface->mtu == 0 ? 1500 : interface->mtu;
	const uint32_t mss = mtu - (is_ipv6 ? 60 : 40);
	uint32_t *size = &profile->config.tcp.receive_buffer_bytes;

	if (profile->round_receive_buffer && *size >= mss)
		*size = (*size + mss - 1) / mss * mss;
}

static bool
set_local(struct profile *profile, const char *text)
{
	struct estab_interface *interface = &profile->config.interface;
	struct estab_local_address *local = &interface->addresses[0];

	if (estab_address_parse(text, &local->address) != 0)
		return false;
	interface->address_count = 1;
	local->prefix_length = local->address.family == ESTAB_FAMILY_IPV4 ? 16 : 48;
	if (local->address.family == ESTAB_FAMILY_IPV4)
		return estab_address_parse("192.168.0.1", &interface->gateway_ipv4) == 0;
	return estab_address_parse("fd3d:fa7b:d17d:8888::", &interface->gateway_ipv6) == 0;
}

static bool
set_number(struct profile *profile, const char *name, uint32_t number)
{
	struct estab_tcp_config *tcp = &profile->config.tcp;

	if (strcmp(name, "mtu") == 0) {
		profile->config.interface.mtu = (uint16_t)number;
	} else if (strcmp(name, "receive_buffer") == 0) {
		tcp->receive_buffer_bytes = number;
		profile->values.receive_buffer = (int)number;
	} else if (strcmp(name, "send_buffer") == 0) {
		tcp->send_buffer_bytes = number;
		profile->values.send_buffer = (int)number;
	} else if (strcmp(name, "ecn") == 0) {
		tcp->ecn = number == 0        ? ESTAB_ECN_OFF
				: number == 1 ? ESTAB_ECN_ASK
					      : ESTAB_ECN_ACCEPT;
	} else if (strcmp(name, "sack") == 0) {
		tcp->no_sack = number == 0;
	} else if (strcmp(name, "timestamps") == 0) {
		tcp->no_timestamps = number == 0;
	} else if (strcmp(name, "window_scale") == 0) {
		tcp->no_window_scale = number == 0;
	} else if (strcmp(name, "window_scale_min") == 0) {
		tcp->window_scale_min = (uint8_t)number;
	} else if (strcmp(name, "delayed_ack_ms") == 0) {
		tcp->delayed_ack_ns = number * MS;
	} else if (strcmp(name, "rto_initial_ms") == 0) {
		tcp->rto_initial_ns = number * MS;
	} else if (strcmp(name, "push_segments") == 0) {
		tcp->push_segments = (uint8_t)number;
	} else {
		return false;
	}
	return true;
}

static bool
set_word(struct profile *profile, char *word)
{
	char *value = strchr(word, '=');

	if (strcmp(word, "linux") == 0)
		set_linux(profile);
	else if (strcmp(word, "freebsd") == 0)
		set_freebsd(profile);
	else if (strcmp(word, "any_order") == 0)
		profile->any_order = true;
	else if (value == NULL)
		return false;
	else {
		*value++ = '\0';
		return strcmp(word, "local") == 0
				? set_local(profile, value)
				: set_number(profile, word, (uint32_t)strtoul(value, NULL, 0));
	}
	return true;
}

bool
profile_read(struct profile *profile, const char *flags)
{
	struct estab_stack_config *config = &profile->config;
	char *words = strdup(flags == NULL ? "" : flags), *rest = NULL;
	bool understood = words != NULL;

	estab_stack_config_init(config);
	config->name = "packetdrill";
	config->socket_id = -1;
	memset(config->secret, 0x5a, sizeof(config->secret));
	memcpy(profile->mac, (uint8_t[]){ 0x02, 0, 0, 0, 0, 0x01 }, 6);
	memcpy(config->interface.mac, profile->mac, 6);
	config->limits = (struct estab_stack_limits){ .connections = 128,
		.syn_records = 32,
		.time_waits = 32,
		.listeners = 8,
		.neighbours = 16,
		.reassemblies = 16,
		.recoveries = 16 };
	for (char *word = strtok_r(words, ",", &rest); word != NULL && understood;
			word = strtok_r(NULL, ",", &rest)) {
		understood = set_word(profile, word);
		if (!understood)
			fprintf(stderr, "estab: flag %s\n", word);
	}
	free(words);
	round_receive_buffer(profile);
	return understood;
}
