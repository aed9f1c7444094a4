/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * 32-bit words added up in 64 bits, eight of them a vector, and two vectors side by side: text of
 * 64 KB is far from an overflow.
 */
#include "net/checksum_lanes.h"

#include <stddef.h>
#include <string.h>

#include <rte_common.h>

#include "net/checksum.h"

static uint16_t
checksum_lanes_plain(const void *data, uint32_t length)
{
	return checksum_bytes(data, length);
}

#if defined(__x86_64__)

typedef uint64_t wide_lanes __attribute__((vector_size(32)));

enum { STEP_BYTES = 2 * sizeof(wide_lanes) };

/* Two vectors are loaded one by one: gcc would put an array of them on the stack in other pieces. */
__attribute__((target("avx2"))) static uint16_t
checksum_lanes_avx2(const void *data, uint32_t length)
{
	const uint8_t *at = data;
	wide_lanes low = { 0 }, high = { 0 }, sums;
	uint64_t sum;

	for (; length >= STEP_BYTES; length -= STEP_BYTES) {
		wide_lanes first, second;

		memcpy(&first, at, sizeof(first));
		memcpy(&second, at + sizeof(first), sizeof(second));
		low += (first & UINT32_MAX) + (second & UINT32_MAX);
		high += (first >> 32) + (second >> 32);
		at += STEP_BYTES;
	}
	sums = low + high;
	sums = (sums & UINT32_MAX) + (sums >> 32);
	sum = sums[0] + sums[1] + sums[2] + sums[3];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return checksum_add((uint32_t)sum, checksum_bytes(at, length));
}

checksum_lanes_fn
checksum_lanes_at(unsigned int i)
{
	checksum_lanes_fn have[3] = { checksum_lanes_plain };

	if (__builtin_cpu_supports("avx2"))
		have[1] = checksum_lanes_avx2;
	return i < RTE_DIM(have) ? have[i] : NULL;
}

#else

checksum_lanes_fn
checksum_lanes_at(unsigned int i)
{
	return i == 0 ? checksum_lanes_plain : NULL;
}

#endif

checksum_lanes_fn
checksum_lanes_choose(void)
{
	const checksum_lanes_fn wide = checksum_lanes_at(1);

	return wide != NULL ? wide : checksum_lanes_at(0);
}
