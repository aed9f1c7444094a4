/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is believed of a SACK option (RFC 2018 5), and what of it is D-SACK (RFC 2883 4).
 */
#include "bare.h"

#include "tcp/recovery/sack.h"

enum { FLIGHT = 5000, WINDOW = 64000 };

/* Numbers at which 32 bits wrap somewhere within the flight, or do not. */
static const uint32_t bases[] = { 100000, 0, 0x7fffffff - 2000, UINT32_MAX - 2500 };

static struct bare bare;

/* SND.UNA is base, 5000 octets are in flight, SACK was negotiated. */
static struct tcb *
flying_from(uint32_t base)
{
	struct tcb *tcb = bare_init(&bare);

	tcb->snd_una = base;
	bare_fly(tcb, FLIGHT);
	tcb->flags |= TCB_SACK;
	return tcb;
}

/* An ACK of this number with blocks that are relative to SND.UNA. */
static struct sack_report
read_blocks(struct tcb *tcb, uint32_t ack, const int32_t blocks[][2], unsigned int n)
{
	struct segment seg = { .flags = TCP_FLAG_ACK, .ack = ack };
	struct sack_report report;

	seg.options.seen = TCP_OPTION_SACK;
	for (unsigned int i = 0; i < n; i++)
		seg.options.sack[seg.options.sack_count++] =
				(struct sack_block){ tcb->snd_una + (uint32_t)blocks[i][0],
					tcb->snd_una + (uint32_t)blocks[i][1] };
	sack_read(tcb, &seg, &report);
	return report;
}

static void
block_is_believed_between_snd_una_and_snd_nxt_alone(void **state)
{
	static const struct {
		int32_t block[2];
		bool believed, refused;
	} cases[] = {
		{ { 1000, 2000 }, true, false },
		{ { 1, FLIGHT }, true, false },              /* all but the first octet */
		{ { 1, 2 }, true, false },                   /* one octet */
		{ { FLIGHT - 1, FLIGHT }, true, false },     /* the last */
		{ { FLIGHT - 1, FLIGHT + 1 }, false, true }, /* never sent */
		{ { FLIGHT, FLIGHT + 1000 }, false, true },
		{ { 2000, 2000 }, false, true }, /* empty */
		{ { 2000, 1000 }, false, true }, /* the wrong way round */
		{ { 0, 1000 }, false, true },    /* has what it does not acknowledge */
		{ { -1000, 1000 }, false, true },
		{ { -1000, 0 }, false, false }, /* old, but possible */
		{ { -WINDOW, -1000 }, false, false },
		{ { -WINDOW - 1, -1000 }, false, true }, /* older than any window */
		{ { -0x7fffffff, 1000 }, false, true },
	};

	(void)state;
	for (unsigned int b = 0; b < sizeof(bases) / sizeof(*bases); b++) {
		for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			struct tcb *tcb = flying_from(bases[b]);
			const struct sack_report report =
					read_blocks(tcb, tcb->snd_una, &cases[i].block, 1);

			assert_int_equal(report.count, cases[i].believed);
			assert_int_equal(bare.stats.sack_blocks_refused, cases[i].refused);
			if (!cases[i].believed)
				continue;
			assert_int_equal(report.blocks[0].left,
					bases[b] + (uint32_t)cases[i].block[0]);
			assert_int_equal(report.blocks[0].right,
					bases[b] + (uint32_t)cases[i].block[1]);
		}
	}
}

/* RFC 2018 4: the first block is the latest; here they are told by rising number. */
static void
blocks_are_told_by_rising_number(void **state)
{
	static const int32_t blocks[][2] = { { 3000, 3500 }, { 4000, 5000 }, { 500, 1000 },
		{ 2000, 2500 } };
	static const uint32_t lefts[] = { 500, 2000, 3000, 4000 };

	(void)state;
	for (unsigned int b = 0; b < sizeof(bases) / sizeof(*bases); b++) {
		struct tcb *tcb = flying_from(bases[b]);
		const struct sack_report report = read_blocks(tcb, tcb->snd_una, blocks, 4);

		assert_int_equal(report.count, 4);
		for (unsigned int i = 0; i < 4; i++)
			assert_int_equal(report.blocks[i].left - bases[b], lefts[i]);
	}
}

/* RFC 2883 4.1: below the ACK, or within the second block. */
static void
first_block_tells_of_a_duplicate(void **state)
{
	static const struct {
		int32_t blocks[2][2];
		unsigned int n;
		bool duplicate;
		uint8_t count;
	} cases[] = {
		{ { { -1000, 0 } }, 1, true, 0 },
		{ { { -1000, -500 }, { 1000, 2000 } }, 2, true, 1 },
		{ { { 1000, 2000 }, { 1000, 3000 } }, 2, true, 1 },
		{ { { 2000, 3000 }, { 1000, 3000 } }, 2, true, 1 },
		{ { { 1000, 3000 }, { 1000, 3000 } }, 2, true, 1 },
		{ { { 1000, 2000 } }, 1, false, 1 },
		{ { { 1000, 2000 }, { 3000, 4000 } }, 2, false, 2 },
		{ { { 1000, 3000 }, { 1000, 2000 } }, 2, false, 2 }, /* holds, is not held */
		{ { { 3000, 4000 }, { -1000, 0 } }, 2, false, 1 },   /* only the first is D-SACK */
	};

	(void)state;
	for (unsigned int b = 0; b < sizeof(bases) / sizeof(*bases); b++) {
		for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			struct tcb *tcb = flying_from(bases[b]);
			const struct sack_report report =
					read_blocks(tcb, tcb->snd_una, cases[i].blocks, cases[i].n);

			assert_int_equal(report.duplicate, cases[i].duplicate);
			assert_int_equal(bare.stats.duplicates_reported, cases[i].duplicate);
			assert_int_equal(report.count, cases[i].count);
			assert_int_equal(bare.stats.sack_blocks_refused, 0);
			if (!cases[i].duplicate)
				continue;
			assert_int_equal(report.came_twice.left,
					bases[b] + (uint32_t)cases[i].blocks[0][0]);
			assert_int_equal(report.came_twice.right,
					bases[b] + (uint32_t)cases[i].blocks[0][1]);
		}
	}
}

/* An ACK that was overtaken: its block was beyond its own number, so it is no D-SACK but old. */
static void
block_of_an_old_ack_is_no_duplicate(void **state)
{
	static const int32_t old[][2] = { { -2000, -1000 } };
	struct tcb *tcb = flying_from(bases[0]);
	const struct sack_report report = read_blocks(tcb, tcb->snd_una - 3000, old, 1);

	(void)state;
	assert_false(report.duplicate);
	assert_int_equal(report.count, 0);
	assert_int_equal(bare.stats.sack_blocks_refused, 0);
}

static void
block_without_agreement_or_option_says_nothing(void **state)
{
	static const int32_t block[][2] = { { 1000, 2000 } };
	struct tcb *tcb = flying_from(bases[0]);
	struct segment seg = { .flags = TCP_FLAG_ACK, .ack = tcb->snd_una };
	struct sack_report report;

	(void)state;
	tcb->flags &= ~(uint32_t)TCB_SACK;
	report = read_blocks(tcb, tcb->snd_una, block, 1);
	assert_int_equal(report.count, 0);
	assert_false(report.duplicate);
	tcb->flags |= TCB_SACK;
	seg.options.sack_count = 1; /* of another segment: the option was not seen */
	seg.options.sack[0] = (struct sack_block){ tcb->snd_una + 1000, tcb->snd_una + 2000 };
	sack_read(tcb, &seg, &report);
	assert_int_equal(report.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_is_believed_between_snd_una_and_snd_nxt_alone),
		cmocka_unit_test(blocks_are_told_by_rising_number),
		cmocka_unit_test(first_block_tells_of_a_duplicate),
		cmocka_unit_test(block_of_an_old_ack_is_no_duplicate),
		cmocka_unit_test(block_without_agreement_or_option_says_nothing),
	};

	return cmocka_run_group_tests_name("sack", tests, NULL, NULL);
}
