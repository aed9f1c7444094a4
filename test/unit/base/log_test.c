/* SPDX-License-Identifier: BSD-3-Clause */
/* The log macro: one line, marked as ours, under DPDK's own level control. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/log.h"

static char *text;
static size_t text_size;
static FILE *stream;

static int
catch_log(void **state)
{
	(void)state;
	stream = open_memstream(&text, &text_size);
	return stream == NULL ? -1 : rte_openlog_stream(stream);
}

static int
release_log(void **state)
{
	(void)state;
	rte_openlog_stream(NULL);
	fclose(stream);
	free(text);
	return 0;
}

static void
notice_is_one_line_with_our_name(void **state)
{
	(void)state;
	ESTAB_LOG(NOTICE, "no pool for %u %s", 7, "listeners");
	ESTAB_LOG(ERR, "plain");
	fflush(stream);
	assert_string_equal(text, "estab: no pool for 7 listeners\nestab: plain\n");
}

static void
level_of_lib_estab_decides_what_is_said(void **state)
{
	(void)state;
	ESTAB_LOG(DEBUG, "not yet");
	assert_true(rte_log_set_level_pattern("lib.estab", RTE_LOG_DEBUG) >= 0);
	ESTAB_LOG(DEBUG, "now");
	assert_true(rte_log_set_level_pattern("lib.estab", RTE_LOG_ERR) >= 0);
	ESTAB_LOG(NOTICE, "no more");
	fflush(stream);
	assert_string_equal(text, "estab: now\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(notice_is_one_line_with_our_name, catch_log,
				release_log),
		cmocka_unit_test_setup_teardown(level_of_lib_estab_decides_what_is_said, catch_log,
				release_log),
	};

	rte_log_set_global_level(RTE_LOG_DEBUG);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
