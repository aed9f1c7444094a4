/* SPDX-License-Identifier: BSD-3-Clause */
/* What is in force on a device, in words: the names are DPDK's, in small letters. */
#include "device.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include <rte_ethdev.h>

#include "format.h"

/* Append " rx_ipv4_cksum": one offload's name behind its direction. */
static void
append_name(char *buf, size_t size, const char *direction, const char *name)
{
	size_t length = strlen(buf);
	const int added = snprintf(buf + length, size - length, "%s%s_%s", length > 0 ? " " : "",
			direction, name);

	for (int i = 0; i < added && length < size - 1; i++, length++)
		buf[length] = (char)tolower((unsigned char)buf[length]);
}

char *
device_offload_text(const struct device *device, char *buf, size_t size)
{
	buf[0] = '\0';
	for (unsigned int bit = 0; bit < 64; bit++) {
		const uint64_t flag = UINT64_C(1) << bit;

		if (device->rx_offloads & flag)
			append_name(buf, size, "rx", rte_eth_dev_rx_offload_name(flag));
	}
	for (unsigned int bit = 0; bit < 64; bit++) {
		const uint64_t flag = UINT64_C(1) << bit;

		if (device->tx_offloads & flag)
			append_name(buf, size, "tx", rte_eth_dev_tx_offload_name(flag));
	}
	if (buf[0] == '\0')
		snprintf(buf, size, "none");
	return buf;
}

char *
device_rss_text(const struct device *device, char *buf, size_t size)
{
	if (device->rss_types == 0)
		snprintf(buf, size, "none");
	else
		snprintf(buf, size, "%s Toeplitz key over %u entries",
				device->rss_is_symmetric ? "symmetric" : "random",
				device->reta_size);
	return buf;
}

void
device_print(const struct device *device, FILE *out)
{
	char text[4 * DEVICE_TEXT_MAX];

	fprintf(out, "port %u: %s, driver %s, MAC %s%s, MTU %u\n", device->id, device->name,
			device->driver, format_mac(device->mac, text),
			device->mac_is_derived ? " (not the device's own)" : "", device->mtu);
	fprintf(out, "port %u: offloads %s\n", device->id,
			device_offload_text(device, text, sizeof(text)));
	fprintf(out, "port %u: RSS %s, %u queue%s\n", device->id,
			device_rss_text(device, text, sizeof(text)), device->queues,
			device->queues == 1 ? "" : "s");
}
