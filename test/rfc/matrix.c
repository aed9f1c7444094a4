/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs every cell of the matrix (matrix.h, matrix_table.c): a fresh connection is brought into the
 * state, one segment arrives, and what follows is put beside what the table says. A cell that fails
 * is one line; the number of cells is the last one.
 */
#include "matrix.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eal.h"
#include "fixture_internal.h"

enum matrix_times {
	REACTION_MS = 45,         /* the default delay of an ACK, and less than any RTO */
	TIME_WAIT_AGE_MS = 30000, /* before the segment; the default 2 MSL are twice this */
};

enum { TEXT_LEN = 10, WINDOW = 65535 };

/* How a state is reached, and the numbers that its connection then has, relative. */
struct start_state {
	uint16_t bit;
	const char *name;
	void (*enter)(struct fixture *t);
	uint32_t una, in_flight, nxt, rcv;
	bool at_end; /* the user has seen the end of file */
};

struct cell {
	const struct start_state *state;
	uint16_t event;
	uint8_t sequence;
	uint8_t ack;
	uint32_t seq_number, ack_number;
	uint32_t len; /* SEG.LEN */
};

/* What a cell did. */
struct reaction {
	char reply[PACKET_NOTATION_MAX];
	const char *next;
	char user[64];
};

static const char *const event_names[MATRIX_EVENTS] = { "SYN", "SYN-ACK", "ACK", "text", "FIN",
	"FIN with text", "RST", "RST-ACK", "URG", "no flag", "all flags" };
static const char *const event_flags[MATRIX_EVENTS] = { "S", "S.", ".", ".", "F.", "F.", "R", "R.",
	"U.", "-", "FSRPUEW." };
static const char *const sequence_names[MATRIX_SEQUENCES] = { "left outside", "left edge", "inside",
	"right edge", "right outside" };
static const char *const ack_names[MATRIX_ACKS] = { "ancient", "old", "una", "in flight", "nxt",
	"beyond" };

static void
enter_closed(struct fixture *t)
{
	start(t);
}

/* Numbers 1 to 100 acknowledged, 101 to 300 in flight. */
static void
enter_established(struct fixture *t)
{
	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, ". 1:1(0) ack 101");
	app_write(t, 200);
	expect(t, "P. 101:301(200) ack 1");
}

static void
enter_syn_received_active(struct fixture *t)
{
	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
}

static void
enter_fin_wait_1(struct fixture *t)
{
	enter_established(t);
	app_shutdown(t);
	expect(t, "F. 301:301(0) ack 1");
}

static void
enter_fin_wait_2(struct fixture *t)
{
	enter_fin_wait_1(t);
	arrive(t, ". 1:1(0) ack 302");
}

static void
enter_close_wait(struct fixture *t)
{
	enter_established(t);
	arrive(t, "F. 1:1(0) ack 101");
	expect(t, ". 301:301(0) ack 2");
}

static void
enter_closing(struct fixture *t)
{
	enter_fin_wait_1(t);
	arrive(t, "F. 1:1(0) ack 101");
	expect(t, ". 302:302(0) ack 2");
}

static void
enter_last_ack(struct fixture *t)
{
	enter_close_wait(t);
	app_shutdown(t);
	expect(t, "F. 301:301(0) ack 2");
}

static void
enter_time_wait(struct fixture *t)
{
	enter_fin_wait_2(t);
	arrive(t, "F. 1:1(0) ack 302");
	expect(t, ". 302:302(0) ack 2");
	advance(t, TIME_WAIT_AGE_MS);
}

static const struct start_state start_states[MATRIX_STATES] = {
	{ CLOSED, "CLOSED", enter_closed, 101, 201, 301, 1, false },
	{ LISTEN, "LISTEN", in_listen, 101, 201, 301, 1, false },
	{ SYN_SENT, "SYN-SENT", in_syn_sent, 0, 0, 1, 1, false },
	{ SYN_RECEIVED, "SYN-RECEIVED", in_syn_received, 0, 0, 1, 1, false },
	{ SYN_RECEIVED_ACTIVE, "SYN-RECEIVED", enter_syn_received_active, 0, 0, 1, 1, false },
	{ ESTABLISHED, "ESTABLISHED", enter_established, 101, 201, 301, 1, false },
	{ FIN_WAIT_1, "FIN-WAIT-1", enter_fin_wait_1, 101, 301, 302, 1, false },
	{ FIN_WAIT_2, "FIN-WAIT-2", enter_fin_wait_2, 302, 302, 302, 1, false },
	{ CLOSE_WAIT, "CLOSE-WAIT", enter_close_wait, 101, 201, 301, 2, true },
	{ CLOSING, "CLOSING", enter_closing, 101, 301, 302, 2, true },
	{ LAST_ACK, "LAST-ACK", enter_last_ack, 101, 301, 302, 2, true },
	{ TIME_WAIT, "TIME-WAIT", enter_time_wait, 302, 302, 302, 2, true },
};

static const char *
state_name(uint16_t bit)
{
	if (bit == TIME_WAIT_ANEW)
		return "TIME-WAIT anew";
	for (unsigned int i = 0; i < MATRIX_STATES; i++) {
		if (start_states[i].bit == bit)
			return start_states[i].name;
	}
	return "?";
}

static const char *
name_of(const char *const names[], unsigned int bit)
{
	return names[__builtin_ctz(bit)];
}

/* Segments without ACK have one cell, and states in which numbers coincide one for each number. */
static bool
cell_exists(const struct start_state *state, uint16_t event, uint8_t ack)
{
	if ((event & (SYN | RST | NO_FLAG)) != 0)
		return ack == BEYOND;
	if (ack == UNA)
		return state->una != state->nxt;
	return ack != IN_FLIGHT || (state->una < state->in_flight && state->in_flight < state->nxt);
}

static uint32_t
ack_number(const struct start_state *state, uint8_t ack)
{
	switch (ack) {
	case ANCIENT:
		return state->una - WINDOW - 1;
	case OLD:
		return state->una - 50;
	case UNA:
		return state->una;
	case IN_FLIGHT:
		return state->in_flight;
	case NXT:
		return state->nxt;
	default:
		return state->nxt + 1;
	}
}

static uint32_t
text_len(uint16_t event)
{
	return (event & (TEXT | FIN_TEXT | URG)) != 0 ? TEXT_LEN : 0;
}

static uint32_t
segment_len(uint16_t event)
{
	const uint32_t syn = (event & (SYN | SYN_ACK | ALL_FLAGS)) != 0;
	const uint32_t fin = (event & (FIN | FIN_TEXT | ALL_FLAGS)) != 0;

	return text_len(event) + syn + fin;
}

/* The window is where the peer knows it to be: it ends at the highest edge ever announced. */
static uint32_t
sequence_number(const struct fixture *t, const struct cell *cell)
{
	const uint32_t rcv = cell->state->rcv;
	const uint32_t edge = t->peer->edge_known ? t->peer->edge : rcv + WINDOW;

	switch (cell->sequence) {
	case LEFT_OUTSIDE:
		return rcv - (cell->len > 0 ? cell->len : 1);
	case LEFT_EDGE:
		return rcv;
	case INSIDE:
		return rcv + 1000;
	case RIGHT_EDGE:
		return edge - 1;
	default:
		return edge + (cell->len > 0 ? 0 : 1); /* an ACK is good at the edge */
	}
}

static void
format_segment(const struct cell *cell, char *notation, size_t size)
{
	const uint32_t text = text_len(cell->event);

	snprintf(notation, size, "%s %" PRIu32 ":%" PRIu32 "(%" PRIu32 ") ack %" PRIu32 " win %u%s",
			name_of(event_flags, cell->event), cell->seq_number,
			cell->seq_number + text, text, cell->ack_number, WINDOW,
			cell->event == URG ? " urg 10" : "");
}

/* All that was sent; a well-behaved stack answers with one segment at most. */
static void
observe_reply(struct fixture *t, struct packet *first, struct reaction *got)
{
	const struct packet *packet = next_sent(t);
	unsigned int more;
	size_t used;

	strcpy(got->reply, "-");
	if (packet == NULL)
		return;
	*first = *packet;
	packet_format(first, got->reply, sizeof(got->reply));
	more = ignore_sent(t);
	used = strlen(got->reply);
	if (more > 0)
		snprintf(got->reply + used, sizeof(got->reply) - used, " and %u more", more);
}

static void
see(struct reaction *got, const char *word)
{
	const size_t used = strlen(got->user);

	snprintf(got->user + used, sizeof(got->user) - used, "%s%s", used > 0 ? " " : "", word);
}

/* Ten right octets are "text"; then whatever the next read says. */
static void
observe_reads(struct fixture *t, bool at_end, uint32_t events, struct reaction *got)
{
	uint8_t text[4 * TEXT_LEN];
	ssize_t n = estab_conn_read(t->peer->conn, text, sizeof(text));
	const bool read_text = n > 0;

	if (n > 0) {
		see(got,
				n == TEXT_LEN &&
								pattern_check(PEER_TEXT_KEY,
										t->peer->read_at,
										text, TEXT_LEN) ==
										TEXT_LEN
						? "text"
						: "wrong text");
		n = estab_conn_read(t->peer->conn, text, sizeof(text));
	}
	if (n == 0 && !at_end)
		see(got, "end");
	if ((read_text || (n == 0 && !at_end)) != ((events & ESTAB_EVENT_READABLE) != 0))
		see(got, "(READABLE is wrong)");
	if (n == -ECONNRESET || n == -ECONNREFUSED)
		see(got, n == -ECONNRESET ? "reset" : "refused");
	else if (n < 0 && n != -EAGAIN && n != -ENOTCONN)
		see(got, strerror((int)-n));
	else if ((events & ESTAB_EVENT_CLOSED) != 0)
		see(got, "closed");
	if ((n == -ECONNRESET || n == -ECONNREFUSED) && (events & ESTAB_EVENT_CLOSED) == 0)
		see(got, "(CLOSED is missing)");
}

static void
observe_user(struct fixture *t, bool at_end, struct reaction *got)
{
	uint32_t events;

	got->user[0] = '\0';
	if (t->listener != NULL && t->peer->conn == NULL &&
			estab_accept_burst(t->listener, &t->peer->conn, 1) == 1) {
		see(got, "accepted");
		turn(t);
	}
	events = app_events(t);
	if ((events & ESTAB_EVENT_CONNECTED) != 0)
		see(got, "connected");
	if ((events & ESTAB_EVENT_URGENT) != 0)
		see(got, "urgent");
	if (t->peer->conn != NULL)
		observe_reads(t, at_end, events, got);
	if (got->user[0] == '\0')
		see(got, "-");
}

static const char *
observe_state(struct fixture *t, uint16_t began)
{
	const struct estab_stats stats = stats_now(t);

	if (stats.connections_half_open > 0)
		return "SYN-RECEIVED";
	if (stats.connections_time_wait > 0 && began == TIME_WAIT) {
		advance(t, TIME_WAIT_AGE_MS + 1000);
		return stats_now(t).connections_time_wait > 0 ? "TIME-WAIT anew" : "TIME-WAIT";
	}
	if (stats.connections_time_wait > 0)
		return "TIME-WAIT";
	if (t->peer->conn == NULL)
		return t->listener != NULL ? "LISTEN" : "CLOSED";
	return status_now(t).state;
}

/* A word of the table as a number of this cell. */
static uint32_t
number_of(const struct cell *cell, const char *word)
{
	const struct start_state *state = cell->state;

	if (strcmp(word, "nxt") == 0)
		return state->nxt;
	if (strcmp(word, "iss") == 0 || strcmp(word, "0") == 0)
		return 0;
	if (strcmp(word, "seg.ack") == 0)
		return cell->ack_number;
	if (strcmp(word, "seg.end") == 0)
		return cell->seq_number + cell->len;
	if (strncmp(word, "rcv", 3) == 0)
		return state->rcv + (uint32_t)atoi(word + 3);
	fail_msg("the table says \"%s\": no such word", word);
	return 0;
}

/* The table's reply with this cell's numbers, in the notation. */
static void
expand_reply(const struct cell *cell, const char *reply, const struct packet *got, char *notation,
		size_t size)
{
	char flags[8], first[16], last[16], ack[16];
	const int fields = sscanf(reply, "%7s %15[^:]:%15s ack %15s", flags, first, last, ack);
	uint32_t seq;

	if (fields < 3 || strcmp(first, last) != 0)
		fail_msg("the table says \"%s\"", reply);
	if (strcmp(first, "new") == 0)
		seq = (int32_t)(got->seq - cell->state->nxt) > 0 ? got->seq : cell->state->nxt + 1;
	else
		seq = number_of(cell, first);
	snprintf(notation, size, "%s %" PRIu32 ":%" PRIu32 "(0)", flags, seq, seq);
	if (fields == 4) {
		const size_t used = strlen(notation);

		snprintf(notation + used, size - used, " ack %" PRIu32, number_of(cell, ack));
	}
}

static bool
reply_is_right(const struct cell *cell, const char *reply, const struct packet *got,
		const struct reaction *reaction)
{
	char notation[PACKET_NOTATION_MAX];
	struct packet_pattern pattern;

	if (strcmp(reply, "-") == 0 || strcmp(reaction->reply, "-") == 0)
		return strcmp(reply, reaction->reply) == 0;
	if (strstr(reaction->reply, "more") != NULL)
		return false;
	expand_reply(cell, reply, got, notation, sizeof(notation));
	assert_null(packet_parse(notation, &pattern));
	return packet_differs(&pattern, got) == NULL;
}

/* The last of the rows that hold the cell, and how many do. */
static const struct matrix_row *
find_row(const struct cell *cell, unsigned int *found)
{
	const struct matrix_row *row = NULL;

	*found = 0;
	for (size_t i = 0; i < matrix_row_count; i++) {
		const struct matrix_row *at = &matrix_rows[i];

		if ((at->states & cell->state->bit) == 0 || (at->events & cell->event) == 0 ||
				(at->sequences & cell->sequence) == 0 ||
				(at->acks & cell->ack) == 0)
			continue;
		row = at;
		(*found)++;
	}
	return row;
}

static bool
reaction_is_right(const struct cell *cell, const struct matrix_row *row, const struct packet *reply,
		const struct reaction *got)
{
	const char *next = row->next == SAME ? cell->state->name : state_name(row->next);

	return reply_is_right(cell, row->reply, reply, got) && strcmp(next, got->next) == 0 &&
			strcmp(row->user, got->user) == 0;
}

static void
print_cell(const struct cell *cell, uint8_t family, const struct matrix_row *row,
		const struct reaction *got)
{
	char segment[PACKET_NOTATION_MAX];

	format_segment(cell, segment, sizeof(segment));
	print_error("%s%s, %s %s, ack %s, IPv%u: %s: expected %s | %s | %s, got %s | %s | %s\n",
			cell->state->name,
			cell->state->bit == SYN_RECEIVED_ACTIVE ? " (active)" : "",
			name_of(event_names, cell->event), name_of(sequence_names, cell->sequence),
			name_of(ack_names, cell->ack), family, segment, row->reply,
			row->next == SAME ? "same" : state_name(row->next), row->user, got->reply,
			got->next, got->user);
}

/* How many cells there are, and how many are wrong. */
struct tally {
	unsigned int cells, wrong;
};

/* One cell on a stack of its own. */
static void
run_cell(struct cell *cell, uint8_t family, const struct matrix_row *row, struct tally *tally)
{
	void *state = (void *)(uintptr_t)family;
	char segment[PACKET_NOTATION_MAX];
	struct reaction got;
	struct packet reply;
	struct fixture *t;

	assert_int_equal(fixture_setup(&state), 0);
	t = state;
	cell->state->enter(t);
	expect_nothing(t);
	app_events(t);
	cell->seq_number = sequence_number(t, cell);
	cell->ack_number = ack_number(cell->state, cell->ack);
	t->peer->read_at = cell->seq_number;
	format_segment(cell, segment, sizeof(segment));
	arrive(t, "%s", segment);
	advance(t, REACTION_MS);
	observe_reply(t, &reply, &got);
	observe_user(t, cell->state->at_end, &got);
	got.next = observe_state(t, cell->state->bit);
	if (!reaction_is_right(cell, row, &reply, &got)) {
		print_cell(cell, family, row, &got);
		tally->wrong++;
	}
	assert_int_equal(fixture_teardown(&state), 0);
}

static struct tally total; /* of all states, both families */

static void
run_cells(const struct start_state *state, uint8_t family, uint16_t event, struct tally *tally)
{
	for (unsigned int i = 0; i < MATRIX_SEQUENCES * MATRIX_ACKS; i++) {
		struct cell cell = {
			.state = state,
			.event = event,
			.sequence = (uint8_t)(1u << i / MATRIX_ACKS),
			.ack = (uint8_t)(1u << i % MATRIX_ACKS),
			.len = segment_len(event),
		};
		const struct matrix_row *row;
		unsigned int found;

		if (!cell_exists(state, event, cell.ack))
			continue;
		tally->cells++;
		row = find_row(&cell, &found);
		if (found != 1)
			fail_msg("%s, %s %s, ack %s: in %u rows of the table", state->name,
					name_of(event_names, event),
					name_of(sequence_names, cell.sequence),
					name_of(ack_names, cell.ack), found);
		run_cell(&cell, family, row, tally);
	}
}

static void
run_state(void **state)
{
	const unsigned int number = (unsigned int)(uintptr_t)*state;
	const struct start_state *start_state = &start_states[number / 2];
	const uint8_t family = number % 2 == 0 ? ESTAB_FAMILY_IPV4 : ESTAB_FAMILY_IPV6;
	struct tally tally = { 0 };

	for (unsigned int i = 0; i < MATRIX_EVENTS; i++)
		run_cells(start_state, family, (uint16_t)(1u << i), &tally);
	total.cells += tally.cells;
	assert_int_equal(tally.wrong, 0);
}

int
main(void)
{
	struct CMUnitTest tests[2 * MATRIX_STATES] = { 0 };
	static char names[2 * MATRIX_STATES][64];
	int failed;

	/* Each cell has a mempool of its own: let malloc keep what it frees. */
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	for (unsigned int i = 0; i < 2 * MATRIX_STATES; i++) {
		snprintf(names[i], sizeof(names[i]), "%s%s_every_segment_ipv%u",
				start_states[i / 2].name,
				start_states[i / 2].bit == SYN_RECEIVED_ACTIVE ? "_active" : "",
				i % 2 == 0 ? 4 : 6);
		tests[i] = (struct CMUnitTest){ .name = names[i],
			.test_func = run_state,
			.initial_state = (void *)(uintptr_t)i };
	}
	failed = cmocka_run_group_tests_name("matrix", tests, eal_start, eal_stop);
	print_message("matrix: %u cells, each over IPv4 and IPv6\n", total.cells / 2);
	return failed;
}
