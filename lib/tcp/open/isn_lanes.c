/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash per record: F of RFC 6528.
 */
#include "tcp/open/isn_lanes.h"

#include "tcp/open/isn.h"
#include "tcp/tcb.h"

void
isn_lanes_put(struct tcp *tcp, struct syn_record *record, struct outgoing *answer)
{
	struct isn_lanes *lanes = &tcp->isn_lanes;
	const unsigned int i = lanes->count++;

	assert(record->path.family == ESTAB_FAMILY_IPV4);
	lanes->records[i] = record;
	lanes->answers[i] = answer;
	path_message(&record->path, &lanes->paths.blocks[0][i], SIPHASH_MESSAGES_MAX);
	if (lanes->count == SIPHASH_MESSAGES_MAX)
		isn_lanes_finish(tcp);
}

void
isn_lanes_finish(struct tcp *tcp)
{
	const siphash_lanes_fn hash = tcp->flows->hash_lanes;
	struct isn_lanes *lanes = &tcp->isn_lanes;

	if (lanes->count == 0)
		return;
	hash(&tcp->path_key, &lanes->paths, PATH_BLOCKS_IPV4, lanes->count);
	for (unsigned int i = 0; i < lanes->count; i++) {
		const uint32_t iss = isn_at(lanes->paths.hashes[i], tcp->now_ns);

		lanes->records[i]->iss = iss;
		if (lanes->answers[i] != NULL)
			lanes->answers[i]->seq = iss;
	}
	lanes->count = 0;
}
