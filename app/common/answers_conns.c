/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers about connections. A number of a connection is its stack's number times 2^32 and its slot; lists
 * come in pages, whose "next" is where the next page begins.
 */
#include "answers.h"

#include <rte_common.h>
#include <rte_cycles.h>

#include "telemetry_ask.h"
#include "teller.h"

/* What one list of connections is made from. */
struct conn_page {
	uint64_t ids[TELEMETRY_PAGE];
	uint32_t count;
	uint64_t next; /* where to go on */
	uint64_t last_tsc;
};

static bool
page_is_over(const struct conn_page *page)
{
	return page->count == TELEMETRY_PAGE || rte_rdtsc() > page->last_tsc;
}

/* The rest of a stack, unless the page is over before. @return false: its lcore does not answer */
static bool
add_conns(const struct telemetry_source *source, struct conn_page *page, unsigned int stack)
{
	struct telemetry_paper *paper = telemetry_paper(source, stack);
	uint32_t slot = (uint32_t)page->next;

	while (slot < source->stacks[stack].slots && !page_is_over(page)) {
		if (paper == NULL ||
				!telemetry_ask_conns(paper, slot, UINT32_MAX,
						TELEMETRY_PAGE - page->count))
			return false;
		for (uint32_t i = 0; i < paper->found; i++)
			page->ids[page->count++] = (uint64_t)stack << 32 | paper->slots[i];
		slot += paper->looked;
	}
	page->next = slot < source->stacks[stack].slots ? (uint64_t)stack << 32 | slot
							: (uint64_t)(stack + 1) << 32;
	return true;
}

void
answer_conn_list(const struct question *question)
{
	const struct telemetry_source *source = question->source;
	struct conn_page page = { .last_tsc = rte_rdtsc() + rte_get_tsc_hz() };

	if (question->params != NULL &&
			!answers_take_number(question->params, UINT64_MAX, &page.next)) {
		tell_words(question->teller, "wants nothing, or where the page begins");
		return;
	}
	while (page.next >> 32 < source->stack_count && !page_is_over(&page)) {
		const unsigned int stack = (unsigned int)(page.next >> 32);

		if (!add_conns(source, &page, stack)) {
			answers_silent(question, stack);
			return;
		}
	}
	tell_numbers(question->teller, "connections");
	for (uint32_t i = 0; i < page.count; i++)
		tell_list_number(question->teller, page.ids[i]);
	tell_list_end(question->teller);
	if (page.next >> 32 < source->stack_count)
		tell_number(question->teller, "next", page.next);
}

static void
tell_flags(struct teller *teller, const struct estab_conn_info *info)
{
	tell_number(teller, "timestamps", info->timestamps);
	tell_number(teller, "sack", info->sack);
	tell_number(teller, "window_scale", info->window_scale);
	tell_number(teller, "ecn", info->ecn);
	tell_number(teller, "snd_wscale", info->snd_wscale);
	tell_number(teller, "rcv_wscale", info->rcv_wscale);
}

static void
tell_info(struct teller *teller, const struct estab_conn_info *info)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
#define ROW(name) { #name, info->name }
		ROW(snd_una),
		ROW(snd_nxt),
		ROW(snd_wnd),
		ROW(rcv_nxt),
		ROW(rcv_wnd),
		ROW(cwnd),
		ROW(ssthresh),
		ROW(pacing_rate),
		ROW(bandwidth),
		ROW(min_rtt_us),
		ROW(rtt_us),
		ROW(rttvar_us),
		ROW(rto_us),
		ROW(send_queued),
		ROW(receive_queued),
		ROW(receive_buffer),
		ROW(mss),
		ROW(mss_announced),
		ROW(retransmissions),
		ROW(sacked),
		ROW(lost),
		ROW(resent),
		ROW(reordering),
#undef ROW
	};

	tell_string(teller, "state", info->state);
	tell_endpoint(teller, "local", &info->local);
	tell_endpoint(teller, "remote", &info->remote);
	tell_string(teller, "congestion", info->congestion);
	tell_string(teller, "recovery", info->recovery);
	for (size_t i = 0; i < RTE_DIM(rows); i++)
		tell_number(teller, rows[i].name, rows[i].value);
	tell_flags(teller, info);
}

void
answer_conn(const struct question *question)
{
	const struct telemetry_source *source = question->source;
	struct telemetry_paper *paper;
	unsigned int stack;
	uint64_t id;

	if (!answers_take_number(question->params, UINT64_MAX, &id)) {
		tell_words(question->teller, "wants the number of a connection, as a list has it");
		return;
	}
	if (id >> 32 >= source->stack_count) {
		tell_words(question->teller, "no connection of this number");
		return;
	}
	stack = (unsigned int)(id >> 32);
	paper = telemetry_paper(source, stack);
	if (paper == NULL || !telemetry_ask_conns(paper, (uint32_t)id, 1, 1)) {
		answers_silent(question, stack);
		return;
	}
	if (paper->found == 0) {
		tell_words(question->teller, "no connection of this number");
		return;
	}
	tell_number(question->teller, "id", id);
	tell_number(question->teller, "lcore", source->stacks[stack].lcore);
	tell_info(question->teller, &paper->infos[0]);
}
