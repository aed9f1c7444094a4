/* SPDX-License-Identifier: BSD-3-Clause */
/* Text without end: right at every place of the pattern, never written to, and all of it comes home. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_mbuf.h>

#include "runtime.h"
#include "source.h"

enum { PERIOD = 251 }; /* a prime: no place of a piece repeats soon */

static void
make(struct source *source, uint32_t mbufs)
{
	uint8_t pattern[PERIOD];

	for (unsigned int i = 0; i < PERIOD; i++)
		pattern[i] = (uint8_t)i;
	assert_int_equal(source_init(source, "source", pattern, PERIOD, mbufs, -1), 0);
}

static void
text_begins_anywhere_and_runs_over_many_mbufs(void **state)
{
	const uint32_t length = 2 * SOURCE_PIECE_MAX + 3;
	struct source source;

	(void)state;
	make(&source, 16);
	for (uint64_t offset = UINT32_MAX; offset < UINT64_C(3) + UINT32_MAX; offset++) {
		struct rte_mbuf *packet = source_take(&source, offset, length);
		uint64_t at = offset;

		assert_non_null(packet);
		assert_int_equal(packet->pkt_len, length);
		assert_int_equal(packet->nb_segs, source_pieces(length));
		for (const struct rte_mbuf *m = packet; m != NULL; m = m->next) {
			const uint8_t *bytes = rte_pktmbuf_mtod(m, const uint8_t *);

			assert_int_equal(m->buf_iova == RTE_BAD_IOVA, 0);
			for (uint16_t i = 0; i < m->data_len; i++, at++)
				assert_int_equal(bytes[i], at % PERIOD);
		}
		assert_int_equal(at, offset + length);
		rte_pktmbuf_free(packet);
	}
	assert_int_equal(source_fini(&source), 0);
}

static void
empty_source_gives_nothing_and_keeps_nothing(void **state)
{
	struct rte_mbuf *taken[4096];
	struct source source;
	unsigned int n = 0;

	(void)state;
	make(&source, 1);
	while (n < 4096 && (taken[n] = source_take(&source, 0, 1)) != NULL)
		n++;
	assert_in_range(n, 1, 4095);
	rte_pktmbuf_free(taken[--n]);
	assert_null(source_take(&source, 0, SOURCE_PIECE_MAX + 1)); /* two, where there is one */
	taken[n] = source_take(&source, 0, 1);
	assert_non_null(taken[n]);
	rte_pktmbuf_free_bulk(taken, n + 1);
	assert_int_equal(source_fini(&source), 0);
}

static void
what_is_still_out_is_told(void **state)
{
	struct source source;
	struct rte_mbuf *packet;

	(void)state;
	make(&source, 4);
	packet = source_take(&source, 0, 10);
	assert_non_null(packet);
	assert_int_equal(source_fini(&source), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_begins_anywhere_and_runs_over_many_mbufs),
		cmocka_unit_test(empty_source_gives_nothing_and_keeps_nothing),
		cmocka_unit_test(what_is_still_out_is_told),
	};

	return cmocka_run_group_tests_name("source", tests, runtime_start, runtime_stop);
}
