/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sender's scoreboard (RFC 2018 5, RFC 6675 3): what became of all that is in flight, as far as
 * the peer and our timers have told.
 *
 * An array of ranges tiles the sequence space from SND.UNA to SND.NXT, each range of one kind and one
 * time of sending. It is limited: where it is three quarters full, neighbours of one kind share a range
 * though their times differ, and a block that still finds no place is not noted, as if its ACK had been
 * lost. The last places are for what is sent again, which is always noted: if need be, a block is
 * forgotten for it. Nothing here takes longer than a few passes over the array, whatever the peer sends.
 */
#ifndef LIB_TCP_RECOVERY_SCOREBOARD_H
#define LIB_TCP_RECOVERY_SCOREBOARD_H

#include <stdbool.h>
#include <stdint.h>

enum { SCOREBOARD_RANGES_MAX = 256 };

enum range_flag {
	RANGE_SACKED = 1 << 0,    /* the peer has it, and may yet renege; no other flag with it */
	RANGE_LOST = 1 << 1,      /* taken for lost */
	RANGE_RESENT = 1 << 2,    /* sent again, and that is in flight */
	RANGE_AMBIGUOUS = 1 << 3, /* sent more than once: its ACK may be for either (Karn) */
};

struct range {
	uint32_t end;      /* the number after its last; it begins where the one before it ends */
	uint32_t first_us; /* when its first segment was last sent, and ... */
	uint32_t last_us;  /* ... its last */
	uint8_t flags;     /* set of enum range_flag */
};

struct scoreboard {
	uint32_t start;   /* SND.UNA */
	uint32_t highest; /* the number after the highest that was ever delivered: RACK.fack */
	uint32_t sacked;  /* octets with RANGE_SACKED */
	uint32_t lost;    /* with RANGE_LOST */
	uint32_t resent;  /* with RANGE_RESENT */
	uint32_t pending; /* with RANGE_LOST and without RANGE_RESENT: to be sent again */
	uint16_t count;
	struct range ranges[SCOREBOARD_RANGES_MAX];
};

/* What one ACK says of delivery; RFC 8985 6.2 works on the latest of what was delivered. */
struct delivery {
	uint32_t now_us;
	uint32_t age_min_us;   /* an ambiguous range that is younger was not delivered by its
				 * latest sending */
	uint32_t original_end; /* original: only below this number */
	uint32_t octets;       /* delivered now: acknowledged or sacked for the first time */
	uint32_t sacked;       /* those of them that were sacked */
	uint32_t latest_end;   /* of what was delivered, the number after what was sent last ... */
	uint32_t latest_us;    /* ... and when */
	bool latest_ambiguous; /* ... and whether for the first time */
	uint32_t highest_end;  /* likewise of what has the highest number ... */
	uint32_t highest_us;   /* ... which may have been sent earlier */
	bool any;              /* the five before this are valid */
	uint32_t reordered; /* by how many octets something sent once was overtaken; 0: none was */
	bool original;      /* something that was sent but once was delivered */
	bool resent;        /* something that was sent again was delivered */
};

void scoreboard_init(struct scoreboard *board, uint32_t snd_una);

/* Something new was sent: all up to end. */
void scoreboard_append(struct scoreboard *board, uint32_t end, uint32_t first_us, uint32_t last_us);

/*
 * Something new was sent, up to end, not long after what is last on the board: may it share that
 * range? Its times are then an interval.
 */
bool scoreboard_join_last(struct scoreboard *board, uint32_t end, uint32_t now_us,
		uint32_t apart_us);

/* SND.UNA has moved on. */
void scoreboard_acknowledge(struct scoreboard *board, uint32_t snd_una, struct delivery *delivery);

/* The peer has [left, right), which lies between SND.UNA and SND.NXT. */
void scoreboard_sack(struct scoreboard *board, uint32_t left, uint32_t right,
		struct delivery *delivery);

/* Range i is taken for lost, or its retransmission is. */
void scoreboard_lose(struct scoreboard *board, unsigned int i);

/* The first octets, up to that many, are taken for lost unless they are already. */
void scoreboard_lose_first(struct scoreboard *board, uint32_t octets);

/* All that was not sacked is lost, and sent once or not, none of it is in flight (RFC 6675 5.1). */
void scoreboard_lose_all(struct scoreboard *board);

/* What was taken for lost was not: what is not in flight again is in flight still. */
void scoreboard_find_all(struct scoreboard *board);

/* Forget every SACK: the peer may have dropped what it had (RFC 2018 8). */
void scoreboard_renege(struct scoreboard *board);

/* The lowest range to be sent again, RFC 6675 4 NextSeg (1); false: none. */
bool scoreboard_next_lost(const struct scoreboard *board, uint32_t *left, uint32_t *right);

/* [left, right) was sent again. */
void scoreboard_resend(struct scoreboard *board, uint32_t left, uint32_t right, uint32_t now_us);

/* Octets in the network, RFC 6675 4 SetPipe. */
static inline uint32_t
scoreboard_pipe(const struct scoreboard *board)
{
	const uint32_t end = board->count > 0 ? board->ranges[board->count - 1].end : board->start;

	return end - board->start - board->sacked - board->lost + board->resent;
}

/* Where the last range begins. */
static inline uint32_t
scoreboard_last_left(const struct scoreboard *board)
{
	return board->count > 1 ? board->ranges[board->count - 2].end : board->start;
}

/* How often the last number is in the network. */
static inline uint32_t
scoreboard_pipe_of_last(const struct scoreboard *board)
{
	const uint8_t flags =
			board->count > 0 ? board->ranges[board->count - 1].flags : RANGE_SACKED;

	if ((flags & RANGE_SACKED) != 0)
		return 0;
	return ((flags & RANGE_LOST) == 0 ? 1 : 0) + ((flags & RANGE_RESENT) != 0 ? 1 : 0);
}

/* True where the peer acknowledged up to what it had sacked, but not that: it dropped it. */
static inline bool
scoreboard_has_reneged(const struct scoreboard *board)
{
	return board->count > 0 && (board->ranges[0].flags & RANGE_SACKED) != 0;
}

/* True where it says nothing but when things were sent. */
static inline bool
scoreboard_is_plain(const struct scoreboard *board)
{
	return board->sacked == 0 && board->lost == 0 && board->resent == 0;
}

/* Its invariants, asserted; nothing where asserts are compiled out. */
#ifdef NDEBUG
static inline void
scoreboard_check(const struct scoreboard *board, uint32_t snd_una, uint32_t snd_nxt)
{
	(void)board;
	(void)snd_una;
	(void)snd_nxt;
}
#else
void scoreboard_check(const struct scoreboard *board, uint32_t snd_una, uint32_t snd_nxt);
#endif

#endif
