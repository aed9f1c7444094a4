/* SPDX-License-Identifier: BSD-3-Clause */
#include "format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

char *
format_count(uint64_t count, char buf[FORMAT_MAX])
{
	char digits[FORMAT_MAX];
	const int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);
	char *out = buf;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return buf;
}

char *
format_rate(double rate, char buf[FORMAT_MAX])
{
	static const char *const units[] = { "", "k", "M", "G", "T" };
	unsigned int unit = 0;

	while (rate >= 999.5 && unit < 4) {
		rate /= 1000;
		unit++;
	}
	snprintf(buf, FORMAT_MAX, "%.*f%s",
			unit == 0 || rate >= 99.95      ? 0
					: rate >= 9.995 ? 1
							: 2,
			rate, units[unit]);
	return buf;
}

char *
format_mac(const uint8_t mac[6], char buf[FORMAT_MAX])
{
	snprintf(buf, FORMAT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
			mac[4], mac[5]);
	return buf;
}
