/* SPDX-License-Identifier: BSD-3-Clause */
#include "spread.h"

#include <string.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include <estab/dispatch.h>

#include "complain.h"
#include "eal.h"
#include "secret.h"

const char *
spread_mode_name(enum spread_mode mode)
{
	static const char *const names[] = {
		[SPREAD_SINGLE] = "single",
		[SPREAD_WIRED] = "wired",
		[SPREAD_RSS] = "rss",
		[SPREAD_DISPATCH] = "dispatch",
	};

	return names[mode];
}

/* Whether the table brings something to every queue, and nothing to one that is none. */
static bool
table_is_whole(const struct estab_rss *rss, uint16_t queues)
{
	bool used[DEVICE_QUEUES_MAX] = { false };
	uint16_t count = 0;

	for (uint16_t i = 0; i < rss->table_size; i++) {
		if (rss->table[i] >= queues)
			return false;
		count = (uint16_t)(count + !used[rss->table[i]]);
		used[rss->table[i]] = true;
	}
	return count == queues;
}

/* Some drivers begin with one queue for all. */
static void
write_table(const struct device *device)
{
	struct rte_eth_rss_reta_entry64 groups[ESTAB_RSS_TABLE_MAX / RTE_ETH_RETA_GROUP_SIZE];

	if (device->reta_size > ESTAB_RSS_TABLE_MAX)
		return;
	for (uint32_t i = 0; i < ESTAB_RSS_TABLE_MAX; i++) {
		groups[i / RTE_ETH_RETA_GROUP_SIZE].mask = UINT64_MAX;
		groups[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] =
				(uint16_t)(i % device->queues);
	}
	rte_eth_dev_rss_reta_update(device->id, groups, device->reta_size);
}

/* What counts is what the device then says that it does. */
static bool
device_spreads(struct spread *spread)
{
	const struct device *device = spread->device;

	if (device->queues != spread->stacks || device->rss_types == 0)
		return false;
	if (estab_rss_read(&spread->rss, device->id) == 0 &&
			table_is_whole(&spread->rss, device->queues))
		return true;
	write_table(device);
	return estab_rss_read(&spread->rss, device->id) == 0 &&
			table_is_whole(&spread->rss, device->queues);
}

static void
choose_mode(struct spread *spread)
{
	spread->mode = SPREAD_DISPATCH;
	if (spread->stacks == 1)
		spread->mode = SPREAD_SINGLE;
	else if (device_spreads(spread))
		spread->mode = SPREAD_RSS;
}

/* The queues that the stacks have themselves: those of both ways that bear their number. */
static void
own_queues(const struct spread *spread, struct estab_port *queues)
{
	for (uint16_t i = 0; i < spread->stacks; i++)
		if (device_port(spread->device, i, &queues[i]) != 0)
			queues[i] = (struct estab_port){ .rx_burst = NULL };
}

int
spread_create(struct spread *spread, const struct device *device, uint16_t stacks,
		struct rte_mempool *copies)
{
	struct estab_port queues[PARSE_QUEUES_MAX];
	struct estab_dispatch_config config = {
		.socket_id = rte_eth_dev_socket_id(device->id),
		.port_count = stacks,
		.queues = queues,
		.mbuf_pool = copies,
	};

	*spread = (struct spread){ .device = device, .stacks = stacks };
	choose_mode(spread);
	if (spread->mode == SPREAD_SINGLE)
		return -1;
	own_queues(spread, queues);
	config.rss = spread->mode == SPREAD_RSS ? &spread->rss : NULL;
	if (secret_fill(config.secret, sizeof(config.secret)) != 0)
		return complain(EXIT_ENVIRONMENT, "getrandom gives no secret");
	eal_hush(true);
	spread->dispatch = estab_dispatch_create(&config);
	eal_hush(false);
	if (spread->dispatch == NULL)
		return complain(EXIT_ENVIRONMENT,
				"%s: no memory for the rings of %u stacks (%s): give EAL more with -m",
				device->name, stacks, rte_strerror(rte_errno));
	return -1;
}

void
spread_wire(struct spread *spread, const struct device *device, uint16_t stacks)
{
	*spread = (struct spread){
		.device = device,
		.mode = stacks == 1 ? SPREAD_SINGLE : SPREAD_WIRED,
		.stacks = stacks,
	};
}

void
spread_destroy(struct spread *spread)
{
	estab_dispatch_destroy(spread->dispatch);
	spread->dispatch = NULL;
}

int
spread_port(const struct spread *spread, uint16_t stack, struct estab_port *port)
{
	if (spread->dispatch == NULL)
		return device_port(spread->device, stack, port);
	estab_dispatch_port(spread->dispatch, stack, port);
	return 0;
}

static void
print_key(const struct spread *spread, FILE *out)
{
	switch (spread->mode) {
	case SPREAD_SINGLE:
		break;
	case SPREAD_WIRED:
		fprintf(out, ", each a wire to one stack at the other end");
		break;
	case SPREAD_RSS:
		fprintf(out, ", %s key of %u bytes over a table of %u, both read back",
				spread->device->rss_is_symmetric ? "symmetric random" : "random",
				spread->rss.key_length, spread->rss.table_size);
		break;
	case SPREAD_DISPATCH:
		fprintf(out, ", hash in software under a random key of 16 bytes");
		break;
	}
}

/* " 1 (rx 0, tx 0) 2 (handed over, tx by 1)" */
static void
print_lcore(const struct spread *spread, uint16_t stack, const uint16_t *lcores, FILE *out)
{
	const struct device *device = spread->device;

	fprintf(out, " %u", lcores[stack]);
	if (stack < device->queues)
		fprintf(out, " (rx %u, ", stack);
	else
		fprintf(out, " (handed over, ");
	if (stack < device->tx_queues)
		fprintf(out, "tx %u)", stack);
	else if (device->tx_queues > 0)
		fprintf(out, "tx by %u)", lcores[stack % device->tx_queues]);
}

void
spread_print(const struct spread *spread, const uint16_t *lcores, FILE *out)
{
	const struct device *device = spread->device;

	fprintf(out, "port %u: mode %s, %u rx and %u tx queue%s", device->id,
			spread_mode_name(spread->mode), device->queues, device->tx_queues,
			device->queues == 1 && device->tx_queues == 1 ? "" : "s");
	print_key(spread, out);
	fprintf(out, "\nport %u: stacks on lcores", device->id);
	for (uint16_t i = 0; i < spread->stacks; i++)
		print_lcore(spread, i, lcores, out);
	fputc('\n', out);
}
