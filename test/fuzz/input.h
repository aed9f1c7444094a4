/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An input read as a list of small numbers. Past its end everything is 0, so that every cut of an
 * input is an input too.
 */
#ifndef TEST_FUZZ_INPUT_H
#define TEST_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input {
	const uint8_t *bytes;
	size_t left;
};

static inline bool
input_ended(const struct input *input)
{
	return input->left == 0;
}

static inline uint8_t
input_u8(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->bytes++;
}

static inline uint16_t
input_u16(struct input *input)
{
	const uint16_t high = input_u8(input);

	return (uint16_t)(high << 8 | input_u8(input));
}

static inline uint32_t
input_u32(struct input *input)
{
	const uint32_t high = input_u16(input);

	return high << 16 | input_u16(input);
}

/* 0 .. below - 1; below is at most 256. */
static inline unsigned int
input_below(struct input *input, unsigned int below)
{
	return input_u8(input) % below;
}

/* Mostly near 0, on both sides of it; sometimes anywhere. */
static inline uint32_t
input_delta(struct input *input)
{
	const int8_t near = (int8_t)input_u8(input);

	if (near == INT8_MIN)
		return input_u32(input);
	if (near == INT8_MAX)
		return input_u16(input);
	return (uint32_t)(int32_t)near;
}

#endif
