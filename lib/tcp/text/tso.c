/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/text/tso.h"

#include <rte_common.h>
#include <rte_mbuf.h>

#include "config.h"
#include "tcp/user/custom.h"
#include "tcp/congestion/ecn.h"
#include "tcp/text/reassembly.h"
#include "tcp/text/segment_size.h"
#include "tcp/tcb.h"

enum tso_limits {
	TSO_SEGMENTS_MAX = 44, /* 64 KB of Ethernet's usual; some drivers cut into 64 at most */
	TSO_PIECES_MAX = 32,   /* mbufs of text: NICs take 40 or more in one packet */
	TSO_OPTIONS_MAX = 40,
	TSO_MSS_MIN = 256, /* Intel's drivers refuse to cut into less */
};

bool
tso_is_granted(const struct estab_stack_config *config)
{
	const uint32_t needed = ESTAB_PORT_TX_TCP_SEGMENTATION | ESTAB_PORT_TX_TCP_CHECKSUM |
			ESTAB_PORT_TX_MULTI_SEGMENT;
	const uint32_t offloads =
			config->port != NULL ? config->port->offloads : config->port_offloads;

	return !config->tcp.no_tso && (offloads & needed) == needed;
}

/* SACK blocks, the urgent pointer and CWR (RFC 3168 6.1.2) belong to one segment. */
bool
tso_is_possible(const struct tcb *tcb)
{
	return tcb->tcp->tso && tcb->snd_mss >= TSO_MSS_MIN && segment_size(tcb) == tcb->snd_mss &&
			(tcb->ecn & ECN_REDUCED) == 0 &&
			(tcb->work->custom == NULL || !tcb->work->custom->urgent_to_send);
}

void
tso_init(struct tcp *tcp, const struct estab_stack_config *config)
{
	tcp->tso = tso_is_granted(config);
	tcp->tso_pieces_max = (uint8_t)RTE_MIN(config_mbufs_cut_max(config) - 1U,
			(unsigned int)TSO_PIECES_MAX);
	tcp->tso_segment_pieces_max = (uint8_t)RTE_MIN(config_mbufs_max(config) - 1U,
			(unsigned int)TSO_PIECES_MAX);
}

void
tso_refused(struct tcp *tcp)
{
	if (!tcp->tso || ++tcp->tso_refusals < TSO_REFUSALS_MAX)
		return;
	tcp->tso = false;
	tcp->stats->tso_given_up++;
}

/*
 * Octets from send_at on, in as many mbufs as may be in one packet, and such that no segment of it lies
 * in more than may be in one.
 */
static uint32_t
text_in_reach(const struct tcb *tcb)
{
	const struct tcp *tcp = tcb->tcp;
	const struct rte_mbuf *piece = tcb->work->send_at;
	uint32_t bytes = 0, offset = tcb->work->send_at_offset;
	uint32_t missing = tcb->snd_mss; /* of the segment that the next octet belongs to ... */
	unsigned int in_segment = 0;     /* ... and its pieces so far */

	for (unsigned int i = 0; i < tcp->tso_pieces_max && piece != NULL; i++) {
		const uint32_t here = piece->data_len - offset;

		if (++in_segment > tcp->tso_segment_pieces_max)
			break;
		bytes += here;
		if (here < missing) {
			missing -= here;
		} else {
			const uint32_t begun = (here - missing) % tcb->snd_mss;

			missing = tcb->snd_mss - begun;
			in_segment = begun > 0 ? 1 : 0;
		}
		offset = 0;
		piece = piece->next;
	}
	return bytes;
}

uint32_t
tso_text_len(const struct tcb *tcb, uint32_t fits)
{
	const uint32_t size = tcb->snd_mss;
	uint32_t len = RTE_MIN(fits, text_in_reach(tcb));

	len = RTE_MIN(len, size * TSO_SEGMENTS_MAX);
	len = RTE_MIN(len, UINT16_MAX - segment_headers(tcb) - TSO_OPTIONS_MAX);
	return RTE_MAX(len - len % size, size);
}
