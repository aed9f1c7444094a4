/* SPDX-License-Identifier: BSD-3-Clause */
/* What estab-echo says: at the start, now and then, at the end. All of it goes to stdout. */
#include "echo.h"

#include <inttypes.h>
#include <stdio.h>

#include <rte_version.h>

#include <estab/version.h>

#include "format.h"
#include "pdump.h"
#include "privileges.h"
#include "stats_print.h"

static void
print_listeners(const struct echo_options *options)
{
	const struct estab_interface *interface = &options->stack.interface;
	const struct port_list *ports = &options->ports;
	char text[ESTAB_ADDRESS_TEXT_MAX];

	for (unsigned int i = 0; i < interface->address_count; i++) {
		const struct estab_endpoint endpoint = {
			.address = interface->addresses[i].address,
			.port = ports->ports[0],
		};

		printf("%s listens on %s", options->service->name,
				estab_endpoint_format(&endpoint, text, sizeof(text)));
		if (ports->count > 1)
			printf(" and %u more ports up to %u", ports->count - 1,
					ports->ports[ports->count - 1]);
		putchar('\n');
	}
}

/* Who serves which stack of a device. */
static void
print_spread(const struct echo *echo, const struct spread *spread)
{
	uint16_t lcores[PARSE_QUEUES_MAX];

	if (spread->device == NULL) /* no queue of it is in the map */
		return;
	for (uint16_t i = 0; i < echo->map.count; i++)
		if (echo->places[i].where.port == spread->device->id)
			lcores[echo->places[i].stack] = echo->places[i].where.lcore;
	spread_print(spread, lcores, stdout);
}

void
echo_print_start(const struct echo *echo)
{
	printf("estab-echo %s, %s\n", estab_version(), rte_version());
	for (uint16_t i = 0; i < echo->device_count; i++)
		device_print(&echo->devices[i], stdout);
	for (uint16_t i = 0; i < echo->device_count; i++)
		print_spread(echo, &echo->spreads[i]);
	printf("queues (port,queue,lcore):");
	for (uint16_t i = 0; i < echo->map.count; i++)
		printf(" (%u,%u,%u)", echo->map.places[i].port, echo->map.places[i].queue,
				echo->map.places[i].lcore);
	putchar('\n');
	stack_options_print(&echo->options->stack, stdout);
	privileges_print(&echo->options->user, stdout);
	pdump_print(stdout);
	capture_print(&echo->capture, stdout);
	print_listeners(echo->options);
	fflush(stdout);
}

void
echo_print_period(const struct estab_stats *now, const struct estab_stats *before, uint64_t now_ns,
		uint64_t period_ns)
{
	const double seconds = (double)period_ns / (double)NS_PER_SECOND;
	char connections[FORMAT_MAX], open[FORMAT_MAX], rx[FORMAT_MAX], tx[FORMAT_MAX];
	char rx_bits[FORMAT_MAX], tx_bits[FORMAT_MAX];
	struct estab_stats since;

	stats_since(&since, now, before);
	printf("%7.1fs  %6s conn/s  %8s open  rx %6s pps %6s bit/s  tx %6s pps %6s bit/s",
			(double)now_ns / (double)NS_PER_SECOND,
			format_rate((double)since.connections_passive / seconds, connections),
			format_count(now->connections_open, open),
			format_rate((double)since.rx_packets / seconds, rx),
			format_rate((double)since.rx_bytes * 8 / seconds, rx_bits),
			format_rate((double)since.tx_packets / seconds, tx),
			format_rate((double)since.tx_bytes * 8 / seconds, tx_bits));
	stats_print_drops(&since, stdout);
	putchar('\n');
	fflush(stdout);
}

static void
print_place(const struct echo_place *place)
{
	char connections[FORMAT_MAX], rx[FORMAT_MAX], tx[FORMAT_MAX], handed[FORMAT_MAX];
	struct estab_stats stats;

	estab_stack_stats(place->server.stack, &stats);
	printf("lcore %u, port %u: %s connections, %s packets received, %s sent, %s handed over\n",
			place->where.lcore, place->where.port,
			format_count(stats.connections_passive, connections),
			format_count(stats.rx_packets, rx), format_count(stats.tx_packets, tx),
			format_count(stats.dispatch_handed_over, handed));
}

void
echo_print_totals(struct echo *echo)
{
	struct service_counters served;
	struct estab_stats totals;
	uint32_t open = 0;

	for (uint16_t i = 0; echo->map.count > 1 && i < echo->map.count; i++)
		print_place(&echo->places[i]);
	echo_stats_read(echo, &totals, &served);
	for (uint16_t i = 0; i < echo->lcore_count; i++)
		open += echo->lcores[i].open;
	printf("totals after %.1fs, %" PRIu32 " connections not closed in time:\n",
			(double)clock_now(&echo->clock) / (double)NS_PER_SECOND, open);
	stats_print_totals(&totals, stdout);
	for (unsigned int i = 0; i < SERVICE_COUNTER_COUNT; i++)
		stats_print_row(service_counter_name(i), service_counter(&served, i),
				service_counter_text(i), stdout);
	fflush(stdout);
}
