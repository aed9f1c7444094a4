/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text lent to packets: an mbuf that refers to a piece of a send queue. Each holds a reference to
 * the piece's external buffer. The lcore that frees the packets counts them down meanwhile, and to change
 * a word that two lcores change waits for the other's cache; so references are taken many at a
 * time, and those left over at the end of the turn are given back.
 */
#ifndef LIB_NET_LEND_H
#define LIB_NET_LEND_H

#include <rte_mbuf.h>

enum { LOAN_REFERENCES = 32 }; /* taken at a time: some 48 KB of full segments */

/* References to one external buffer that no mbuf has yet. */
struct loan {
	struct rte_mbuf_ext_shared_info *share;
	int16_t left;
};

/* Give back what is left. The piece that was lent is in a queue still, so none is the last. */
static inline void
loan_end(struct loan *loan)
{
	if (loan->left == 0)
		return;
	rte_mbuf_ext_refcnt_update(loan->share, (int16_t)-loan->left);
	loan->left = 0;
}

static inline void
loan_take(struct loan *loan, struct rte_mbuf_ext_shared_info *share)
{
	if (loan->left == 0 || loan->share != share) {
		loan_end(loan);
		rte_mbuf_ext_refcnt_update(share, LOAN_REFERENCES);
		loan->share = share;
		loan->left = LOAN_REFERENCES;
	}
	loan->left--;
}

/* Make an empty mbuf refer to `length` bytes of a piece. */
static inline void
lend(struct loan *loan, struct rte_mbuf *clone, struct rte_mbuf *piece, uint32_t offset,
		uint32_t length)
{
	if (RTE_MBUF_HAS_EXTBUF(piece)) {
		loan_take(loan, piece->shinfo);
		rte_pktmbuf_attach_extbuf(clone, piece->buf_addr, piece->buf_iova, piece->buf_len,
				piece->shinfo);
		clone->data_off = piece->data_off;
	} else {
		rte_pktmbuf_attach(clone, piece);
	}
	clone->data_off = (uint16_t)(clone->data_off + offset);
	clone->data_len = (uint16_t)length;
}

#endif
