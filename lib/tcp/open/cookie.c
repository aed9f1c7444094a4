/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Handshakes of which nothing is kept: the SYN-ACK carries a cookie (syn_cookie.c makes and checks
 * it), and the ACK that brings it back makes the TCB.
 */
#include "tcp/open/cookie.h"

#include <rte_common.h>

#include <estab/cookie.h>

#include "tcp/open/cookie_keys.h"
#include "tcp/open/cookie_lanes.h"
#include "tcp/congestion/ecn.h"
#include "tcp/open/handshake.h"
#include "tcp/open/listener.h"
#include "tcp/output.h"
#include "tcp/reset.h"
#include "tcp/seq.h"
#include "tcp/text/segment_size.h"
#include "tcp/open/syn_cookie.h"
#include "tcp/tcb.h"
#include "tcp/window.h"

/* How long after the last cookie ACKs are still tried as cookies: two of their slots. */
#define COOKIE_LIFE_NS (UINT64_C(2) << SYN_COOKIE_SLOT_SHIFT)

_Static_assert(ESTAB_COOKIE_SLOT_NS == UINT64_C(1) << SYN_COOKIE_SLOT_SHIFT,
		"slots are what users are told");

_Static_assert((int)SYN_COOKIE_MSS_MIN == (int)TCP_MSS_MIN,
		"a cookie remembers what a record would");

/* What a cookie granted, as a set of enum tcp_option_seen, and HANDSHAKE_ECN. */
static uint8_t
granted_options(const struct syn_cookie_grant *granted)
{
	return (uint8_t)((granted->window_scale ? TCP_OPTION_WINDOW_SCALE : 0) |
			(granted->sack ? TCP_OPTION_SACK_PERMITTED : 0) |
			(granted->timestamps ? TCP_OPTION_TIMESTAMPS : 0) |
			(granted->ecn ? HANDSHAKE_ECN : 0));
}

/* All that the answer depends on, beside the numbers of the segment. */
static inline uint64_t
offer_of(const struct segment *seg, const struct listener *listener)
{
	return seg->options.seen | (seg->flags & (TCP_FLAG_ECE | TCP_FLAG_CWR)) |
			(uint64_t)seg->options.window_scale << 8 |
			(uint64_t)seg->path.family << 16 | (uint64_t)seg->options.mss << 32 |
			(uint64_t)listener->mss << 48;
}

_Static_assert(((TCP_OPTION_MSS | TCP_OPTION_WINDOW_SCALE | TCP_OPTION_SACK_PERMITTED |
				TCP_OPTION_SACK | TCP_OPTION_TIMESTAMPS) &
			       (TCP_FLAG_ECE | TCP_FLAG_CWR)) == 0,
		"options and flags share a byte");

static inline uint64_t
cookie_time(const struct tcp *tcp)
{
	return cookie_keys_time(&tcp->cookie_keys, tcp->now_ns);
}

static __rte_noinline void
terms_make(const struct tcp *tcp, const struct segment *seg, const struct listener *listener,
		struct cookie_terms *terms)
{
	const struct tcp_options offered = {
		.seen = (uint8_t)((seg->options.seen & (TCP_OPTION_MSS | handshake_offer(tcp))) |
				ecn_agree(tcp, seg)),
		.mss = seg->options.mss,
		.window_scale = seg->options.window_scale,
	};
	struct syn_cookie_grant granted;
	struct outgoing out = { 0 };

	syn_cookie_draft(&terms->draft, &offered, seg->path.family, cookie_time(tcp), &granted);
	output_syn_options(tcp, &out, mss_announced(tcp, seg->path.family, listener->mss),
			granted_options(&granted));
	terms->offer = offer_of(seg, listener);
	terms->wnd = window_initial(tcp);
	terms->mss = out.options.mss;
	terms->flags = TCP_FLAG_SYN | TCP_FLAG_ACK | ecn_syn_ack_flags(granted_options(&granted));
	terms->options = out.options.seen;
	terms->window_scale = out.options.window_scale;
}

/* ISS: together with those of the burst's other cookies where its form allows. */
static inline void
put_number(struct tcp *tcp, struct outgoing *out, uint32_t irs,
		const struct syn_cookie_draft *draft)
{
	if (likely(out->path->family == ESTAB_FAMILY_IPV4))
		cookie_lanes_put(tcp, out, irs, draft);
	else
		out->seq = syn_cookie_make(cookie_keys_of(&tcp->cookie_keys, draft->slot),
				out->path, irs, draft);
}

void
cookie_answer(struct tcp *tcp, struct burst *burst, struct segment *seg,
		const struct listener *listener)
{
	struct cookie_terms *terms = &tcp->cookie_lanes.terms;
	struct outgoing *out = burst_outgoing(burst);

	if (out == NULL)
		return;
	if (unlikely(terms->offer != offer_of(seg, listener)))
		terms_make(tcp, seg, listener, terms);
	terms->draft.slot = cookie_time(tcp) >> SYN_COOKIE_SLOT_SHIFT;
	out->path = &seg->path;
	out->ack = seg->seq + 1;
	out->flags = terms->flags;
	out->wnd = terms->wnd;
	out->options.seen = terms->options;
	out->options.mss = terms->mss;
	out->options.window_scale = terms->window_scale;
	out->options.ts_ecr = seg->options.ts_val;
	out->options.ts_val = syn_cookie_ts_val(&terms->draft, tcp_ts_val(tcp, seg->ts_offset));
	put_number(tcp, out, seg->seq, &terms->draft);
	tcp->stats->syn_ack_sent++;
	tcp->stats->syn_cookies_sent++;
	tcp->cookies_until_ns = tcp->now_ns + COOKIE_LIFE_NS;
}

/*
 * The SYN-ACK of another host has the time of its clock. PAWS at the peer wants ours to be no earlier (RFC
 * 7323 5.3); that it may be later is no harm. In TIME-WAIT, where offsets are not kept, it is earlier again.
 */
static uint32_t
timestamps_go_on(const struct tcp *tcp, const struct segment *seg)
{
	const uint32_t ours = tcp_ts_val(tcp, seg->ts_offset);

	if (!tcp->cookie_keys.shared || seq_leq(seg->options.ts_ecr, ours))
		return seg->ts_offset;
	return seg->ts_offset + (seg->options.ts_ecr - ours);
}

/* A TCB from what a right cookie says; the ACK's window is the first we learn, so it is scaled. */
static struct tcb *
create_from_cookie(struct tcp *tcp, const struct segment *seg, struct listener *listener,
		const struct syn_cookie_grant *granted)
{
	const uint32_t wnd = (uint32_t)seg->wnd << granted->snd_wscale;
	const struct handshake handshake = {
		.listener = listener,
		.iss = seg->ack - 1,
		.irs = seg->seq - 1,
		.mss = granted->mss,
		.snd_wnd = (uint16_t)RTE_MIN(wnd, (uint32_t)UINT16_MAX),
		.ts_recent = seg->options.ts_val,
		.ts_offset = timestamps_go_on(tcp, seg),
		.snd_wscale = granted->snd_wscale,
		.options = granted_options(granted),
	};

	return handshake_create_tcb(tcp, &seg->path, seg->hash, &handshake);
}

bool
cookie_is_right(const struct tcp *tcp, const struct segment *seg, struct syn_cookie_grant *granted)
{
	const bool has_timestamps = (seg->options.seen & TCP_OPTION_TIMESTAMPS) != 0;
	const uint64_t time_ns = cookie_time(tcp);
	const struct siphash_key *key;

	if (!cookies_are_in_force(tcp))
		return false;
	key = cookie_keys_to_check(&tcp->cookie_keys, syn_cookie_slot(seg->ack - 1, time_ns),
			time_ns);
	return key != NULL &&
			syn_cookie_check(key, &seg->path, seg->seq - 1, seg->ack - 1,
					has_timestamps ? &seg->options.ts_ecr : NULL, time_ns,
					granted);
}

bool
cookies_are_in_force(const struct tcp *tcp)
{
	return tcp->now_ns < tcp->cookies_until_ns || tcp->cookie_keys.shared;
}

/*
 * Text that is no cookie may have overtaken the ACK that is one: it is dropped, and comes again. A
 * bare ACK is a mistake, and is told so.
 */
static void
refuse(struct burst *burst, struct segment *seg)
{
	seg->fate = ESTAB_DROP_TCP_COOKIE_WRONG;
	if (seg->len == 0)
		reply_rst(burst, seg);
}

static void
count_accepted(struct tcp *tcp, const struct segment *seg)
{
	const uint64_t time_ns = cookie_time(tcp);

	tcp->stats->syn_cookies_accepted++;
	if (cookie_keys_changed_since(&tcp->cookie_keys, syn_cookie_slot(seg->ack - 1, time_ns),
			    time_ns))
		tcp->stats->syn_cookies_of_old_key++;
}

struct tcb *
cookie_take(struct tcp *tcp, struct burst *burst, struct segment *seg, struct listener *listener)
{
	struct syn_cookie_grant granted;
	struct tcb *tcb;

	if (!cookie_is_right(tcp, seg, &granted)) {
		refuse(burst, seg);
		return NULL;
	}
	if (tcp->draining) {
		seg->fate = ESTAB_DROP_TCP_SHUTTING_DOWN;
		reply_rst(burst, seg);
		return NULL;
	}
	if (listener_is_full(listener)) {
		tcp->stats->accept_queue_overflows++;
		seg->fate = ESTAB_DROP_TCP_ACCEPT_QUEUE_FULL;
		return NULL;
	}
	tcb = create_from_cookie(tcp, seg, listener, &granted);
	if (tcb == NULL)
		seg->fate = ESTAB_DROP_TCP_CONNECTIONS_FULL;
	else
		count_accepted(tcp, seg);
	return tcb;
}

void
cookie_key_change(struct tcp *tcp, const struct estab_cookie_key *given)
{
	const bool shared =
			given->shared_ns != 0 && tcp->config.syn_cookies != ESTAB_SYN_COOKIES_NEVER;
	const bool at_once = shared != tcp->cookie_keys.shared || tcp->stats->syn_cookies_sent == 0;
	struct siphash_key secret;

	siphash_key_init(&secret, given->secret);
	tcp->cookie_keys.shared = shared;
	tcp->cookie_keys.ahead_ns = shared ? given->shared_ns - tcp->now_ns : 0;
	if (cookie_keys_change(&tcp->cookie_keys, &secret, given->number, tcp->now_ns, at_once))
		tcp->stats->syn_cookie_keys++;
}
