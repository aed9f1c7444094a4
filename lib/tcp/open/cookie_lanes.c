/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash per cookie: its MAC.
 */
#include "tcp/open/cookie_lanes.h"

#include "tcp/tcb.h"

void
cookie_lanes_put(struct tcp *tcp, struct outgoing *answer, uint32_t irs,
		const struct syn_cookie_draft *draft)
{
	struct cookie_lanes *lanes = &tcp->cookie_lanes;
	const unsigned int i = lanes->count++;

	assert(answer->path->family == ESTAB_FAMILY_IPV4);
	lanes->answers[i] = answer;
	lanes->infos[i] = (uint8_t)syn_cookie_info(draft);
	syn_cookie_message(draft, answer->path, irs, &lanes->macs.blocks[0][i],
			SIPHASH_MESSAGES_MAX);
	if (lanes->count == SIPHASH_MESSAGES_MAX)
		cookie_lanes_finish(tcp);
}

void
cookie_lanes_finish(struct tcp *tcp)
{
	const siphash_lanes_fn hash = tcp->flows->hash_lanes;
	struct cookie_lanes *lanes = &tcp->cookie_lanes;

	if (lanes->count == 0)
		return;
	hash(cookie_keys_of(&tcp->cookie_keys, lanes->terms.draft.slot), &lanes->macs,
			SYN_COOKIE_BLOCKS_IPV4, lanes->count); /* a burst is of one slot */
	for (unsigned int i = 0; i < lanes->count; i++)
		lanes->answers[i]->seq = syn_cookie_iss(lanes->infos[i], lanes->macs.hashes[i]);
	lanes->count = 0;
}
