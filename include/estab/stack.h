/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * A stack: one TCP endpoint on one lcore. Nothing is shared between stacks, no thread is started,
 * no clock or random source is read: the caller brings the time, the secret, the packets and the
 * memory.
 *
 *	estab_stack_config_init(&config);  fill in addresses, secret, pool, port
 *	stack = estab_stack_create(&config);
 *	estab_listen(stack, ...);
 *	for (;;) {
 *		estab_stack_receive(stack, now_ns);
 *		... estab_accept_burst, estab_event_burst, estab_conn_* ...
 *		estab_stack_transmit(stack, now_ns);
 *	}
 *	while (now < deadline && estab_stack_drain(stack, now_ns) > 0)
 *		;
 *	estab_stack_destroy(stack);
 *
 * All functions of one stack, its listeners and its connections belong to one thread at a time.
 */
#ifndef ESTAB_STACK_H
#define ESTAB_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/address.h>
#include <estab/api.h>
#include <estab/port.h>

ESTAB_BEGIN_DECLS

struct rte_mbuf;
struct rte_mempool;
struct estab_stack;

/** What there is room for. */
enum estab_limits {
	ESTAB_ADDRESSES_MAX = 16, /**< local addresses of a stack */
	ESTAB_BURST_MAX = 256,    /**< packets taken from the port in one poll */
};

/** When a SYN is answered without remembering it (RFC 4987). */
enum estab_syn_cookies {
	ESTAB_SYN_COOKIES_AUTO = 0, /**< records up to the limit, cookies above it */
	ESTAB_SYN_COOKIES_ALWAYS,   /**< no record, no memory before the handshake is complete */
	ESTAB_SYN_COOKIES_NEVER,    /**< SYNs above the limit are dropped */
};

/** In which order and with which padding options are written (RFC 9293 3.2 leaves both open). */
enum estab_option_order {
	ESTAB_OPTION_ORDER_LINUX = 0, /**< MSS, SACK-permitted, timestamps, NOP, window scale */
	ESTAB_OPTION_ORDER_FREEBSD,   /**< MSS, NOP, window scale, SACK-permitted, timestamps */
};

/** What decides how much may be in flight (RFC 9293 3.8.2). */
enum estab_congestion {
	ESTAB_CONGESTION_CUBIC = 0, /**< RFC 9438, with HyStart++ (RFC 9406) */
	ESTAB_CONGESTION_NEWRENO,   /**< RFC 5681, RFC 6582 */
	ESTAB_CONGESTION_DCTCP,     /**< RFC 8257: only where the network marks for it; needs ECN */
	ESTAB_CONGESTION_BBR,       /**< BBRv3, draft-ietf-ccwg-bbr: paced, by a model of the path;
				     *   experimental as the draft is */
};

/** Explicit Congestion Notification (RFC 3168, RFC 9293 SHLD-8). */
enum estab_ecn {
	ESTAB_ECN_ACCEPT = 0, /**< where a peer asks for it, as Linux and FreeBSD */
	ESTAB_ECN_OFF,        /**< never */
	ESTAB_ECN_ASK,        /**< in our own SYNs too; a SYN lost twice goes on without */
};

/** An address of ours. */
struct estab_local_address {
	struct estab_address address; /**< the host's */
	uint8_t prefix_length;        /**< what is on-link, e.g. 24 */
	bool whole; /**< every host's address of the prefix is ours, for estab_connect to choose from
		     *   and estab_listen to hear: a load generator that is many clients */
};

/** How the stack appears on its link. */
struct estab_interface {
	uint8_t mac[6]; /**< Ethernet address of ours */
	uint16_t vlan;  /**< 0: untagged; else 1..4094, tag sent and required */
	uint16_t mtu;   /**< IP packet size; 0 means 1500 */
	struct estab_local_address addresses[ESTAB_ADDRESSES_MAX]; /**< of either family */
	unsigned int address_count;                                /**< how many of them */
	struct estab_address gateway_ipv4;                         /**< family ANY: no gateway */
	struct estab_address gateway_ipv6;                         /**< likewise */
};

/** What estab_interface_check() finds fault with; address and gateway NULL: the number of addresses. */
struct estab_interface_fault {
	const struct estab_local_address *address; /**< of the interface; NULL: not an address */
	const struct estab_address *gateway;       /**< of the interface; NULL: not a gateway */
	const char *why; /**< static, to stand behind the address and a colon; NULL: no fault */
};

/**
 * Check the addresses and gateways of an interface, each alone and beside the others. What is wrong
 * here would show later only as silence. estab_stack_config_check() does the same among other things.
 *
 * @param interface  to be checked
 * @param fault  receives the first fault, with pointers into `interface`; may be NULL
 * @return
 *   - 0
 *   - -EINVAL: none or too many addresses, a family that is none or not the gateway's, or a
 *     prefix_length that is longer than the address
 *   - -EADDRNOTAVAIL: no host's address: unspecified, loopback, multicast, reserved, broadcast, that of
 *     the network itself, or IPv4-mapped (RFC 1122 3.2.1.3, RFC 4291 2.4)
 *   - -EEXIST: an address that is there already, or a gateway that is one of the addresses
 *   - -ENETUNREACH: a gateway that no prefix of the addresses holds, nor is link-local, or of whose
 *     family there is no address
 */
ESTAB_API int estab_interface_check(const struct estab_interface *interface,
		struct estab_interface_fault *fault);

/** What is sized once, at creation. 0 means the default, given in parentheses. */
struct estab_stack_limits {
	uint32_t connections;  /**< TCBs (16384) */
	uint32_t syn_records;  /**< half-open connections with a record (1024) */
	uint32_t time_waits;   /**< TIME-WAIT records (16384) */
	uint32_t listeners;    /**< (64) */
	uint32_t neighbours;   /**< ARP and ND cache entries (256) */
	uint32_t reassemblies; /**< connections with out-of-order segments at once (1024);
				 *   for one more the oldest gives its up */
	uint32_t recoveries;   /**< connections with something lost or reordered at once (1024);
				 *   while all are taken, who is silent for three timeouts gives its up,
				 *   and for one more who has had his for longest, and for a second */
	uint64_t receive_memory_bytes; /**< for text received, in bytes of whole mbufs (a quarter of
					 *   mbuf_pool). Windows share it: one is a quarter of what
					 *   is left at most, where nothing is unread. Near it
					 *   windows stop growing and out-of-order text is given
					 *   up, above it text has to come again,
					 *   but for two segments of each connection; above twice of it
					 *   all text */
	uint64_t send_memory_bytes; /**< for text to be sent, likewise (a quarter of mbuf_pool) */
	uint32_t mbufs_reserved; /**< of mbuf_pool, for packets to arrive in (a sixteenth of it): with fewer
				  *   left, text beyond gaps is given up, then stalled peers are
				  *   reset, then SYNs dropped */
	uint32_t syn_text_bytes; /**< for text of SYNs until the handshake is done, in bytes of whole
				  *   mbufs (262144); above it the text has to come again */
	uint32_t customized_connections; /**< with settings of their own or urgent data to send (1024) */
	uint32_t paced_connections;  /**< whose text is paced, where tcp.pacing or the congestion
					   *   control asks for it (as many as connections; under BBR,
					   *   which takes 3 KB for each, 1024); one more is not
					   *   paced, and has CUBIC where BBR was asked for */
	uint32_t active_connections; /**< with something under way at once: text to send or to
				      *   receive, a segment in flight, a timer (as many as
				      *   connections). While all are taken, segments for one more
				      *   have to come again, and a send takes nothing */
};

/**
 * Policies in which good TCPs differ. Times are nanoseconds; 0 means the default in parentheses,
 * with its source.
 */
struct estab_tcp_config {
	enum estab_syn_cookies syn_cookies; /**< when SYNs are answered by cookies (automatic) */
	uint64_t cookie_grace_ns; /**< how long the key before makes cookies right after a change of keys, see
				   *   estab_stack_cookie_key() (ESTAB_COOKIE_SLOT_NS, 68.7 s, which is
				   *   all that the last of them live; FreeBSD: 15 s) */
	uint64_t time_wait_ns;   /**< 2 MSL (60 s, as Linux; RFC 9293 3.4.2: MSL 2 min) */
	uint64_t rto_initial_ns; /**< (1 s, RFC 6298 2.1) */
	uint64_t rto_min_ns;     /**< (200 ms, as Linux; RFC 6298 2.4 says 1 s) */
	uint64_t rto_max_ns;     /**< (120 s, as Linux; RFC 6298 2.5: at least 60 s) */
	uint64_t delayed_ack_ns; /**< (40 ms, as Linux; RFC 9293 3.8.6.3: below 500 ms) */
	uint64_t cork_ns; /**< how long text waits at most that the user holds back (200 ms, as Linux) */
	uint64_t fin_wait_2_ns;        /**< after close, how long to await the peer's FIN (60 s) */
	uint32_t receive_buffer_bytes; /**< per connection, at first (262144) */
	uint32_t receive_buffer_max_bytes; /**< up to which the buffer grows where its window holds the
					     *   peer back (4194304; at or below receive_buffer_bytes:
					     *   it never grows) */
	uint32_t send_buffer_bytes;        /**< per connection (262144) */
	uint16_t reassembly_segments;      /**< out-of-order segments per connection (128) */
	uint8_t initial_window; /**< segments (10, RFC 6928; of jumbo frames too, as Linux, where
				  *   RFC 6928 would have fewer) */
	uint8_t abc_limit; /**< segments that one ACK may add in slow start (2, RFC 3465 2.3; in the
			     *   first of CUBIC 8, or 255 if paced, RFC 9406 4.3; Linux: 255, which
			     *   is all that it acknowledges) */
	uint8_t r1_retransmissions;  /**< after which the next hop is resolved anew (3, SHLD-10) */
	uint8_t r2_retransmissions;  /**< of data, after which the connection is given up (15) */
	uint8_t syn_retransmissions; /**< of SYN: R2 of at least 3 minutes, MUST-23 (7) */
	uint8_t syn_ack_retransmissions; /**< of a SYN-ACK kept in a record (5) */
	uint16_t ephemeral_port_first;   /**< (32768, as Linux; RFC 6056 3.2 allows 1024) */
	uint16_t ephemeral_port_last;    /**< (65535) */
	uint8_t hop_limit;               /**< TTL (64) */
	uint8_t quick_acks;       /**< segments with text acknowledged at once at the beginning,
					  *   before ACKs are delayed (0; Linux: 16) */
	uint8_t push_segments;    /**< PSH also on the last of every so many segments that leave
					  *   together, and of what then remains if it is not one alone
					  *   (0: never; Linux: 2, tcp_min_tso_segs, more at high rates;
					  *   a chunk is at most half of cwnd) */
	bool push_half_window;    /**< PSH also on what begins more than half of the peer's largest
				   *   window after the last text that was pushed, as Linux: a
				   *   receiver that waits for PSH gets on with a long text */
	bool window_is_room;      /**< accept all that the buffer has room for, also beyond
					  *   what an unscaled window can announce, as FreeBSD */
	uint8_t window_scale_min; /**< shift at least; the receive buffer is to be four steps
				   *   of it or more (0: what the receive buffer needs) */
	enum estab_option_order option_order; /**< of a SYN's options */
	enum estab_congestion congestion;     /**< (CUBIC) */
	enum estab_ecn ecn;                   /**< (accept) */
	bool cubic_from_cwnd;  /**< CUBIC leaves 7/10 of cwnd after a loss, as Linux, and
					   *   not of what was in flight (RFC 9438 4.6 has both) */
	bool idle_keeps_cwnd;  /**< a pause longer than RTO leaves cwnd alone for up to five minutes
				   *   (RFC 7661), and not at the initial window (RFC 5681 4.1);
				   *   what then leaves at once is bounded by that window */
	bool window_every_ack; /**< announce all room on each ACK, as FreeBSD, and not only
					  *   in steps of a segment (RFC 9293 3.8.6.2.2) */
	bool rst_with_ack;     /**< the RST of an abort carries an ACK too, as Linux and FreeBSD:
					  *   middleboxes like it better (RFC 9293 3.10.5: none) */
	bool rack_rtt_of_highest; /**< what is missing is awaited for as long as the text with the
				   *   highest number has taken that an ACK tells of, as Linux,
				   *   and not as what was sent last of it (RFC 8985 6.2 step 2):
				   *   longer where something late comes with a retransmission */
	bool no_tail_probe;       /**< no tail loss probes (RFC 8985 7), as FreeBSD's base stack */
	bool rto_min_is_slack;    /**< RTO is SRTT plus rto_min_ns at least, as Linux, instead of
				  *   rto_min_ns at least (RFC 6298 2.4) */
	bool no_timestamps;       /**< do not offer RFC 7323 timestamps */
	bool no_window_scale;     /**< do not offer RFC 7323 window scaling */
	bool no_sack;             /**< do not offer RFC 2018 SACK-permitted */
	bool no_tso;              /**< cut segments here also where the port could (TSO) */
	bool pacing; /**< let text leave at twice the rate of the congestion window in slow
				  *   start and 1.2 times after it, as Linux, and not in bursts */
};

/** All that a stack is told when it is created. */
struct estab_stack_config {
	const char *name;              /**< unique in the process, up to 15 characters */
	int socket_id;                 /**< NUMA node of the memory, or -1 */
	uint8_t secret[16];            /**< from getrandom(); the one source of unpredictability */
	struct rte_mempool *mbuf_pool; /**< for headers and answers; see estab_stack_config_check */
	const struct estab_port *port; /**< copied; NULL: the caller moves packets itself */
	uint32_t port_offloads;        /**< where port is NULL: set of enum estab_port_offload */
	uint16_t port_mbufs_max;       /**< where port is NULL: as in struct estab_port */
	uint16_t port_mbufs_cut_max;   /**< likewise */
	uint16_t burst;                /**< packets per poll, up to ESTAB_BURST_MAX; 0 means 64 */
	struct estab_interface interface; /**< its place on the link */
	struct estab_stack_limits limits; /**< what it may take */
	struct estab_tcp_config tcp;      /**< how it speaks TCP */
};

/** Make all fields zero, which means: every default. */
ESTAB_API void estab_stack_config_init(struct estab_stack_config *config);

/**
 * Check a configuration and say what is wrong with it.
 *
 * @param config  to be checked
 * @param why  receives a static sentence naming the field and the mend; may be NULL
 * @return 0 or -EINVAL
 */
ESTAB_API int estab_stack_config_check(const struct estab_stack_config *config, const char **why);

/**
 * Create a stack; all its memory is allocated here. The configuration is copied; mempool and what
 * the port refers to must outlive the stack.
 *
 * @return the stack, or NULL with rte_errno EINVAL (see estab_stack_config_check), ENOMEM or EEXIST
 *   (the name is taken)
 */
ESTAB_API struct estab_stack *estab_stack_create(const struct estab_stack_config *config);

/**
 * Free the stack with everything in it: connections, listeners, queued mbufs. Nothing is sent:
 * drain first.
 */
ESTAB_API void estab_stack_destroy(struct estab_stack *stack);

/**
 * One turn: take a burst from the port, process it, let timers expire, send what is owed.
 *
 * @param stack  with a port
 * @param now_ns  a clock that never goes back, from any start
 */
ESTAB_API void estab_stack_poll(struct estab_stack *stack, uint64_t now_ns);

/**
 * The two halves of a turn around the attached port. An application that works between them has its
 * answer leave in the same turn, and with it the ACK of what it answers:
 *
 *	estab_stack_receive(stack, now_ns);
 *	... estab_accept_burst, estab_event_burst, estab_conn_* ...
 *	estab_stack_transmit(stack, now_ns);
 */
ESTAB_API void estab_stack_receive(struct estab_stack *stack, uint64_t now_ns);

/** The second half. */
ESTAB_API void estab_stack_transmit(struct estab_stack *stack, uint64_t now_ns);

/**
 * The first half of a turn, for a caller that brings its own packets.
 *
 * @return how many packets were taken: always n. The stack owns them all.
 */
ESTAB_API uint16_t estab_stack_receive_burst(struct estab_stack *stack, struct rte_mbuf **packets,
		uint16_t n, uint64_t now_ns);

/**
 * The second half: timers expire, what is owed is built and handed over, up to n packets. The
 * caller owns what it gets. More may wait when the result is n. Where port_offloads has TX offloads,
 * rte_eth_tx_prepare comes before rte_eth_tx_burst.
 */
ESTAB_API uint16_t estab_stack_transmit_burst(struct estab_stack *stack, struct rte_mbuf **packets,
		uint16_t n, uint64_t now_ns);

/**
 * When the next turn is needed even if nothing arrives, over all timers.
 *
 * @return nanoseconds on the caller's clock; 0: at once; UINT64_MAX: never. The turn may find that
 *   nothing was due yet: timers are re-armed lazily.
 */
ESTAB_API uint64_t estab_stack_deadline(const struct estab_stack *stack);

/**
 * One turn of the orderly end: the first call refuses new connections and shuts down every open one
 * (FIN after the data already queued); text still arriving is accepted and discarded so that no
 * peer sees a reset. All connections, those in accept queues too, are taken from the application:
 * it must not use any struct estab_conn of this stack from the first call on.
 *
 * @return connections that are still open: call again until 0 or your deadline
 */
ESTAB_API uint32_t estab_stack_drain(struct estab_stack *stack, uint64_t now_ns);

ESTAB_END_DECLS

#endif
