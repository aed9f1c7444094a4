/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices at the prompt, in testpmd's blocks. Drivers count for themselves: no lcore is asked. */
#include <inttypes.h>
#include <stdlib.h>

#include <rte_ethdev.h>

#include "device.h"
#include "parse.h"
#include "prompt_parts.h"

void
prompt_ports(struct prompt *prompt, const char *which,
		void (*each)(FILE *out, const struct device *device))
{
	const struct prompt_program *program = prompt->program;
	uint64_t wanted = UINT64_MAX;
	bool found = false;

	(void)answers_take_number(which, UINT16_MAX, &wanted);
	for (unsigned int i = 0; i < program->device_count; i++) {
		const struct device *device = program->device(program->program, i);

		if (wanted != UINT64_MAX && device->id != wanted)
			continue;
		each(prompt->out, device);
		found = true;
	}
	if (!found)
		fprintf(prompt->out, "port %s is not in use\n", which);
}

void
prompt_port_stats(FILE *out, const struct device *device)
{
	struct rte_eth_stats stats;

	if (rte_eth_stats_get(device->id, &stats) != 0) {
		fprintf(out, "port %u: its driver has no statistics\n", device->id);
		return;
	}
	fprintf(out, "  ######################## NIC statistics for port %-2u ########################\n",
			device->id);
	fprintf(out,
			"  RX-packets: %-10" PRIu64 " RX-missed: %-10" PRIu64
			" RX-bytes:  %-" PRIu64 "\n",
			stats.ipackets, stats.imissed, stats.ibytes);
	fprintf(out, "  RX-errors: %" PRIu64 "\n  RX-nombuf:  %-10" PRIu64 "\n", stats.ierrors,
			stats.rx_nombuf);
	fprintf(out,
			"  TX-packets: %-10" PRIu64 " TX-errors: %-10" PRIu64
			" TX-bytes:  %-" PRIu64 "\n",
			stats.opackets, stats.oerrors, stats.obytes);
	fprintf(out, "  ############################################################################\n");
}

static void
print_xstats(FILE *out, uint16_t port, int count)
{
	struct rte_eth_xstat_name *names = calloc((size_t)count, sizeof(*names));
	struct rte_eth_xstat *values = calloc((size_t)count, sizeof(*values));

	if (names != NULL && values != NULL &&
			rte_eth_xstats_get_names(port, names, (unsigned int)count) == count &&
			rte_eth_xstats_get(port, values, (unsigned int)count) == count) {
		for (int i = 0; i < count; i++)
			fprintf(out, "%s: %" PRIu64 "\n", names[values[i].id].name,
					values[i].value);
	}
	free(names);
	free(values);
}

void
prompt_port_xstats(FILE *out, const struct device *device)
{
	const int count = rte_eth_xstats_get(device->id, NULL, 0);

	fprintf(out, "###### NIC extended statistics for port %-2u\n", device->id);
	if (count > 0)
		print_xstats(out, device->id, count);
}

void
prompt_port_info(FILE *out, const struct device *device)
{
	struct rte_eth_link link;

	device_print(device, out);
	if (rte_eth_link_get_nowait(device->id, &link) == 0)
		fprintf(out, "port %u: link %s\n", device->id,
				link.link_status == RTE_ETH_LINK_UP ? "up" : "down");
}

void
prompt_port_stats_clear(FILE *out, const struct device *device)
{
	const bool done = rte_eth_stats_reset(device->id) == 0;

	fprintf(out, "port %u: statistics %s\n", device->id,
			done ? "cleared" : "cannot be cleared");
}

void
prompt_port_xstats_clear(FILE *out, const struct device *device)
{
	const bool done = rte_eth_xstats_reset(device->id) == 0;

	fprintf(out, "port %u: extended statistics %s\n", device->id,
			done ? "cleared" : "cannot be cleared");
}
