/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two hashes per cookie: its MAC, and the offset of the timestamp clock.
 */
#include "tcp/open/cookie_lanes.h"

#include "tcp/open/isn.h"
#include "tcp/tcb.h"

void
cookie_lanes_put(struct tcp *tcp, struct outgoing *answer, uint32_t irs,
		const struct syn_cookie_draft *draft)
{
	struct cookie_lanes *lanes = &tcp->cookie_lanes;
	const unsigned int i = lanes->count++;
	uint64_t mac[SYN_COOKIE_BLOCKS_MAX], offset[PATH_BLOCKS_MAX];

	assert(answer->path->family == ESTAB_FAMILY_IPV4);
	lanes->answers[i] = answer;
	lanes->drafts[i] = *draft;
	syn_cookie_message(draft, answer->path, irs, mac);
	path_message(answer->path, offset);
	for (unsigned int b = 0; b < SYN_COOKIE_BLOCKS_IPV4; b++)
		lanes->macs.blocks[b][i] = mac[b];
	for (unsigned int b = 0; b < PATH_BLOCKS_IPV4; b++)
		lanes->offsets.blocks[b][i] = offset[b];
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
	hash(&tcp->cookie_key, &lanes->macs, SYN_COOKIE_BLOCKS_IPV4, lanes->count);
	hash(&tcp->path_key, &lanes->offsets, PATH_BLOCKS_IPV4, lanes->count);
	for (unsigned int i = 0; i < lanes->count; i++) {
		const uint32_t ts_offset = (uint32_t)lanes->offsets.hashes[i];
		struct outgoing *answer = lanes->answers[i];

		answer->seq = syn_cookie_iss(&lanes->drafts[i], lanes->macs.hashes[i]);
		answer->options.ts_val =
				syn_cookie_ts_val(&lanes->drafts[i], tcp_ts_val(tcp, ts_offset));
	}
	lanes->count = 0;
}
