/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parsers of parse.h. Each reads from left to right through one cursor, works on a copy of its
 * target, and hands that over only when the whole text has been read.
 */
#include "parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_ether.h>

/* A run of digits; strtoull alone would also take signs and leading blanks. */
static int
take_digits(const char **cursor, int base, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)**cursor))
		return -EINVAL;
	errno = 0;
	*number = strtoull(*cursor, &end, base);
	*cursor = end;
	return errno == ERANGE ? -ERANGE : 0;
}

/* A number up to max, followed by what the caller expects. */
static int
take_number_below(const char **cursor, uint64_t max, uint16_t *number)
{
	uint64_t value;
	int ret = take_digits(cursor, 10, &value);

	if (ret != 0)
		return ret;
	if (value > max)
		return -ERANGE;
	*number = (uint16_t)value;
	return 0;
}

static bool
take_char(const char **cursor, char expected)
{
	if (**cursor != expected)
		return false;
	(*cursor)++;
	return true;
}

static uint64_t
take_multiplier(const char **cursor)
{
	static const struct {
		char letter;
		uint64_t factor;
	} units[] = { { 'k', 1000 }, { 'm', 1000000 }, { 'g', 1000000000 } };

	for (size_t i = 0; i < RTE_DIM(units); i++) {
		if (tolower((unsigned char)**cursor) == units[i].letter) {
			(*cursor)++;
			return units[i].factor;
		}
	}
	return 1;
}

int
parse_number(const char *text, uint64_t *number)
{
	uint64_t value, scaled;
	int ret = take_digits(&text,
			text[0] == '0' && tolower((unsigned char)text[1]) == 'x' ? 16 : 10, &value);

	if (ret != 0)
		return ret;
	if (__builtin_mul_overflow(value, take_multiplier(&text), &scaled))
		return -ERANGE;
	if (*text != '\0')
		return -EINVAL;
	*number = scaled;
	return 0;
}

/* What is behind the point, in units of 10^-9. */
static int
take_fraction(const char **cursor, uint64_t *billionths)
{
	uint64_t digit_value = 100000000;

	*billionths = 0;
	if (!take_char(cursor, '.'))
		return 0;
	if (!isdigit((unsigned char)**cursor))
		return -EINVAL;
	for (; isdigit((unsigned char)**cursor); (*cursor)++) {
		*billionths += (uint64_t)(**cursor - '0') * digit_value;
		digit_value /= 10;
	}
	return 0;
}

static uint64_t
time_unit_ns(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "", UINT64_C(1000000000) },
		{ "us", 1000 },
		{ "ms", 1000000 },
		{ "s", UINT64_C(1000000000) },
		{ "m", 60 * UINT64_C(1000000000) },
		{ "h", 3600 * UINT64_C(1000000000) },
	};

	for (size_t i = 0; i < RTE_DIM(units); i++) {
		if (strcmp(unit, units[i].name) == 0)
			return units[i].ns;
	}
	return 0;
}

int
parse_time(const char *text, uint64_t *ns)
{
	uint64_t whole, billionths, unit_ns, whole_ns;
	int ret = take_digits(&text, 10, &whole);

	if (ret == 0)
		ret = take_fraction(&text, &billionths);
	if (ret != 0)
		return ret;
	unit_ns = time_unit_ns(text);
	if (unit_ns == 0)
		return -EINVAL;
	/* Half of the range is left for adding it to a clock. */
	if (__builtin_mul_overflow(whole, unit_ns, &whole_ns) || whole_ns > UINT64_MAX / 2)
		return -ERANGE;
	*ns = whole_ns + (uint64_t)((unsigned __int128)billionths * unit_ns / 1000000000);
	return 0;
}

/* Copy the first length bytes of text into buf as a string. */
static int
copy_part(const char *text, size_t length, char *buf, size_t size)
{
	if (length >= size)
		return -EINVAL;
	memcpy(buf, text, length);
	buf[length] = '\0';
	return 0;
}

int
parse_prefix(const char *text, struct estab_local_address *address)
{
	struct estab_local_address result = { 0 };
	const char *slash = strchr(text, '/');
	char part[ESTAB_ADDRESS_TEXT_MAX];
	uint16_t length;
	int ret;

	if (slash == NULL || copy_part(text, (size_t)(slash - text), part, sizeof(part)) != 0 ||
			estab_address_parse(part, &result.address) != 0)
		return -EINVAL;
	slash++;
	ret = take_number_below(&slash, result.address.family == ESTAB_FAMILY_IPV4 ? 32 : 128,
			&length);
	if (ret != 0)
		return ret;
	if (*slash != '\0')
		return -EINVAL;
	result.prefix_length = (uint8_t)length;
	*address = result;
	return 0;
}

/* A TCP port, 1 to 65535. */
static int
take_port(const char **cursor, uint16_t *port)
{
	int ret = take_number_below(cursor, UINT16_MAX, port);

	return ret == 0 && *port == 0 ? -ERANGE : ret;
}

int
parse_endpoint(const char *text, struct estab_endpoint *endpoint)
{
	struct estab_endpoint result = { 0 };
	const bool bracketed = take_char(&text, '[');
	const char *end = strchr(text, bracketed ? ']' : ':');
	char part[ESTAB_ADDRESS_TEXT_MAX];
	int ret;

	if (end == NULL || copy_part(text, (size_t)(end - text), part, sizeof(part)) != 0 ||
			estab_address_parse(part, &result.address) != 0 ||
			(result.address.family == ESTAB_FAMILY_IPV6) != bracketed)
		return -EINVAL;
	text = bracketed ? end + 1 : end;
	if (!take_char(&text, ':'))
		return -EINVAL;
	ret = take_port(&text, &result.port);
	if (ret != 0)
		return ret;
	if (*text != '\0')
		return -EINVAL;
	*endpoint = result;
	return 0;
}

int
parse_mac(const char *text, uint8_t mac[6])
{
	struct rte_ether_addr address;

	if (rte_ether_unformat_addr(text, &address) != 0 ||
			!rte_is_valid_assigned_ether_addr(&address))
		return -EINVAL;
	memcpy(mac, address.addr_bytes, sizeof(address.addr_bytes));
	return 0;
}

static bool
list_has_port(const struct port_list *list, uint16_t port)
{
	for (uint16_t i = 0; i < list->count; i++) {
		if (list->ports[i] == port)
			return true;
	}
	return false;
}

static int
list_add_range(struct port_list *list, uint32_t first, uint32_t last)
{
	if (first > last)
		return -EINVAL;
	for (uint32_t port = first; port <= last; port++) {
		if (list->count == PARSE_PORTS_MAX)
			return -ERANGE;
		if (list_has_port(list, (uint16_t)port))
			return -EINVAL;
		list->ports[list->count++] = (uint16_t)port;
	}
	return 0;
}

int
parse_ports(const char *text, struct port_list *list)
{
	struct port_list result = { 0 };

	do {
		uint16_t first, last;
		int ret = take_port(&text, &first);

		if (ret != 0)
			return ret;
		last = first;
		if (take_char(&text, '-'))
			ret = take_port(&text, &last);
		if (ret == 0)
			ret = list_add_range(&result, first, last);
		if (ret != 0)
			return ret;
	} while (take_char(&text, ','));
	if (*text != '\0')
		return -EINVAL;
	*list = result;
	return 0;
}

/* "(port,queue,lcore)" */
static int
take_place(const char **cursor, struct queue_place *place)
{
	uint16_t *fields[] = { &place->port, &place->queue, &place->lcore };

	for (size_t i = 0; i < RTE_DIM(fields); i++) {
		int ret;

		if (!take_char(cursor, i == 0 ? '(' : ','))
			return -EINVAL;
		ret = take_number_below(cursor, UINT16_MAX, fields[i]);
		if (ret != 0)
			return ret;
	}
	return take_char(cursor, ')') ? 0 : -EINVAL;
}

static int
map_add(struct queue_map *map, const struct queue_place *place)
{
	if (map->count == PARSE_QUEUES_MAX)
		return -ERANGE;
	for (uint16_t i = 0; i < map->count; i++) {
		if (memcmp(&map->places[i], place, sizeof(*place)) == 0)
			return -EINVAL;
	}
	map->places[map->count++] = *place;
	return 0;
}

int
parse_queue_map(const char *text, struct queue_map *map)
{
	struct queue_map result = { 0 };

	do {
		struct queue_place place;
		int ret = take_place(&text, &place);

		if (ret == 0)
			ret = map_add(&result, &place);
		if (ret != 0)
			return ret;
	} while (take_char(&text, ','));
	if (*text != '\0')
		return -EINVAL;
	*map = result;
	return 0;
}
