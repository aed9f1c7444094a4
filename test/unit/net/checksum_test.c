/* SPDX-License-Identifier: BSD-3-Clause */
/* The sum of bytes against RFC 1071's own definition, word by word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/checksum.h"

enum { TEXT_MAX = 300 };

/* RFC 1071 1: add 16-bit words, carry around the end; an odd byte is padded with zero. */
static uint16_t
sum_by_definition(const uint8_t *bytes, uint32_t length)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < length; i += 2) {
		sum += (uint32_t)bytes[i] << 8 | (i + 1 < length ? bytes[i + 1] : 0);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return rte_cpu_to_be_16((uint16_t)sum);
}

static void
compare_every_length_and_place(uint8_t *text)
{
	for (uint32_t place = 0; place < 4; place++) {
		for (uint32_t length = 0; length + place <= TEXT_MAX; length++)
			assert_int_equal(checksum_bytes(text + place, length),
					sum_by_definition(text + place, length));
	}
}

static void
bytes_sum_up_as_rfc_1071_says(void **state)
{
	uint8_t text[TEXT_MAX];

	(void)state;
	for (unsigned int i = 0; i < TEXT_MAX; i++)
		text[i] = (uint8_t)(i * 151 + i / 7);
	compare_every_length_and_place(text);
}

/* Every addition carries. */
static void
carries_go_around_the_end(void **state)
{
	uint8_t text[TEXT_MAX];

	(void)state;
	memset(text, 0xff, sizeof(text));
	compare_every_length_and_place(text);
	for (unsigned int i = 0; i < TEXT_MAX; i += 2)
		text[i] = 0xfe;
	compare_every_length_and_place(text);
}

/* The largest packet, full of the largest words. */
static void
longest_text_overflows_nothing(void **state)
{
	static uint8_t text[UINT16_MAX];

	(void)state;
	memset(text, 0xff, sizeof(text));
	assert_int_equal(checksum_bytes(text, sizeof(text)), sum_by_definition(text, sizeof(text)));
}

/* Each function that this processor has, at every place of a vector. */
static void
lanes_sum_up_as_bytes_do(void **state)
{
	static uint8_t text[UINT16_MAX];
	checksum_lanes_fn lanes;

	(void)state;
	for (unsigned int i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 151 + i / 7);
	for (unsigned int i = 0; (lanes = checksum_lanes_at(i)) != NULL; i++) {
		for (uint32_t place = 0; place < 64; place++) {
			for (uint32_t length = 0; length <= TEXT_MAX; length++)
				assert_int_equal(lanes(text + place, length),
						checksum_bytes(text + place, length));
		}
		assert_int_equal(lanes(text, sizeof(text)), checksum_bytes(text, sizeof(text)));
	}
}

/* As above, and the carries of all lanes come together. */
static void
longest_text_overflows_no_lane(void **state)
{
	static uint8_t text[UINT16_MAX];
	checksum_lanes_fn lanes;

	(void)state;
	memset(text, 0xff, sizeof(text));
	for (unsigned int i = 0; (lanes = checksum_lanes_at(i)) != NULL; i++)
		assert_int_equal(lanes(text, sizeof(text)), sum_by_definition(text, sizeof(text)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_sum_up_as_rfc_1071_says),
		cmocka_unit_test(carries_go_around_the_end),
		cmocka_unit_test(longest_text_overflows_nothing),
		cmocka_unit_test(lanes_sum_up_as_bytes_do),
		cmocka_unit_test(longest_text_overflows_no_lane),
	};

	return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
