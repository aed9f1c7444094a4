/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names of the drop reasons: a program that prints them finds one for each, and no more.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <estab/drop.h>

/* The enum's name in small letters is the key. */
static const char *const enum_names[] = {
#define ENUM_NAME(name, key, text) #name,
	ESTAB_DROP_REASONS(ENUM_NAME)
#undef ENUM_NAME
};

static void
every_reason_has_its_own_key_in_small_letters(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++) {
		const char *key = estab_drop_name(i);

		assert_int_equal(strlen(key), strlen(enum_names[i]));
		for (size_t c = 0; key[c] != '\0'; c++)
			assert_int_equal(key[c], tolower(enum_names[i][c]));
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(key, estab_drop_name(j));
	}
}

static void
every_reason_is_said_in_words(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++)
		assert_true(strlen(estab_drop_text(i)) >= 10);
}

static void
numbers_and_keys_go_together(void **state)
{
	(void)state;
	assert_string_equal(estab_drop_name(0), "ethernet_truncated");
	assert_string_equal(estab_drop_name(ESTAB_DROP_TCP_CHECKSUM), "tcp_checksum");
	assert_string_equal(estab_drop_text(ESTAB_DROP_TCP_CHECKSUM), "wrong TCP checksum");
	assert_string_equal(estab_drop_name(ESTAB_DROP_TCP_SHUTTING_DOWN), "tcp_shutting_down");
}

static void
number_of_no_reason_has_no_name(void **state)
{
	(void)state;
	assert_null(estab_drop_name(ESTAB_DROP_COUNT));
	assert_null(estab_drop_name(UINT32_MAX));
	assert_null(estab_drop_text(ESTAB_DROP_COUNT));
	assert_null(estab_drop_text(UINT32_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_its_own_key_in_small_letters),
		cmocka_unit_test(every_reason_is_said_in_words),
		cmocka_unit_test(numbers_and_keys_go_together),
		cmocka_unit_test(number_of_no_reason_has_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
