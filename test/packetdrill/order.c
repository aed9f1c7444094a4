/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP options laid out anew. FreeBSD aligns every option by its length and fills up with
 * end-of-list; Linux pairs SACK-permitted with timestamps and fills up with nothing but NOPs. The
 * header keeps its length: where the new layout is longer or shorter, the packet is left alone.
 */
#include "order.h"

#include <stdbool.h>
#include <string.h>

enum {
	KIND_END = 0,
	KIND_NOP = 1,
	KIND_MSS = 2,
	KIND_WINDOW_SCALE = 3,
	KIND_SACK_PERMITTED = 4,
	KIND_SACK = 5,
	KIND_TIMESTAMPS = 8,
	KINDS = 16,
	OPTIONS_MAX = 40,
	TCP_HEADER = 20,
};

struct layout {
	uint8_t bytes[OPTIONS_MAX + 8];
	size_t size;
};

static bool
find_options(const uint8_t *bytes, size_t size, const uint8_t *found[KINDS])
{
	size_t at = 0;

	while (at < size && bytes[at] != KIND_END) {
		if (bytes[at] == KIND_NOP) {
			at++;
			continue;
		}
		if (at + 1 >= size || bytes[at + 1] < 2 || at + bytes[at + 1] > size ||
				bytes[at] >= KINDS)
			return false;
		found[bytes[at]] = bytes + at;
		at += bytes[at + 1];
	}
	return true;
}

/* The option behind as many NOPs as bring it to a place that leaves this rest when divided. */
static void
lay(struct layout *layout, const uint8_t *option, size_t divisor, size_t rest)
{
	if (option == NULL)
		return;
	while (layout->size % divisor != rest && layout->size < OPTIONS_MAX)
		layout->bytes[layout->size++] = KIND_NOP;
	if (layout->size + option[1] <= OPTIONS_MAX) {
		memcpy(layout->bytes + layout->size, option, option[1]);
		layout->size += option[1];
	}
}

static void
lay_freebsd(struct layout *layout, const uint8_t *found[KINDS])
{
	lay(layout, found[KIND_MSS], 4, 0);
	lay(layout, found[KIND_WINDOW_SCALE], 2, 1);
	lay(layout, found[KIND_SACK_PERMITTED], 2, 0);
	lay(layout, found[KIND_TIMESTAMPS], 4, 2);
	lay(layout, found[KIND_SACK], 4, 2);
}

static void
lay_linux(struct layout *layout, const uint8_t *found[KINDS])
{
	const bool paired = found[KIND_SACK_PERMITTED] != NULL && found[KIND_TIMESTAMPS] != NULL;

	lay(layout, found[KIND_MSS], 4, 0);
	lay(layout, found[KIND_SACK_PERMITTED], 4, paired ? 0 : 2);
	lay(layout, found[KIND_TIMESTAMPS], 4, 2);
	lay(layout, found[KIND_WINDOW_SCALE], 4, 1);
	lay(layout, found[KIND_SACK], 4, 2);
}

static uint32_t
add_words(uint32_t sum, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i += 2)
		sum += (uint32_t)bytes[i] << 8 | (i + 1 < size ? bytes[i + 1] : 0);
	return sum;
}

static uint16_t
fold(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* RFC 1624: what the options' words add to the checksum is exchanged. */
static void
replace(uint8_t *tcp, const struct layout *layout)
{
	const uint16_t old_checksum = (uint16_t)(tcp[16] << 8 | tcp[17]);
	uint32_t sum = (uint16_t)~old_checksum;
	uint16_t checksum;

	sum += (uint16_t)~fold(add_words(0, tcp + TCP_HEADER, layout->size));
	sum = add_words(sum, layout->bytes, layout->size);
	checksum = (uint16_t)~fold(sum);
	memcpy(tcp + TCP_HEADER, layout->bytes, layout->size);
	tcp[16] = (uint8_t)(checksum >> 8);
	tcp[17] = (uint8_t)checksum;
}

void
order_normalize(uint8_t *packet, size_t size, enum option_order order)
{
	const size_t ip_size = packet[0] >> 4 == 6 ? 40 : 4 * (packet[0] & 0x0fu);
	const uint8_t *found[KINDS] = { NULL };
	struct layout layout = { .size = 0 };
	uint8_t *tcp = packet + ip_size;
	size_t options_size;

	if (size < ip_size + TCP_HEADER || size < ip_size + 4 * (tcp[12] >> 4))
		return;
	options_size = 4u * (tcp[12] >> 4) - TCP_HEADER;
	if (!find_options(tcp + TCP_HEADER, options_size, found))
		return;
	if (order == OPTION_ORDER_FREEBSD)
		lay_freebsd(&layout, found);
	else
		lay_linux(&layout, found);
	while (layout.size % 4 != 0)
		layout.bytes[layout.size++] = KIND_END;
	if (layout.size == options_size)
		replace(tcp, &layout);
}
