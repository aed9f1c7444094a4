/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file of packets in libpcap's form, with times in nanoseconds; and a filter in its language. (DPDK's
 * own writer, rte_pcapng, is experimental in 22.11, and it is one for copies that it makes itself.)
 */
#ifndef APP_COMMON_CAPTURE_FILE_H
#define APP_COMMON_CAPTURE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pcap/pcap.h>

#include "capture_pipe.h"

struct rte_mbuf;

struct capture_file {
	struct capture_pipe pipe;
	pcap_dumper_t *dumper; /* NULL: not open */
	uint64_t bytes;        /* written, as far as stdio knows */
	uint64_t bytes_safe;   /* of them up to the end of a packet, all of which are in the file */
	int error;             /* the first that happened, errno; 0: none */
	uint8_t *joined;       /* room for a packet of several mbufs */
	size_t joined_size;
};

/* @return 0; -1: why says why not */
int capture_filter_make(struct bpf_program *filter, const char *text, char *why, size_t size);

/*
 * Create the file. It must not move until it is closed.
 *
 * @param waits  for somebody to read a pipe
 * @return 0, or a negative errno
 */
int capture_file_open(struct capture_file *file, const char *path, bool waits);

/* Add a packet. What fails is told by the next flush. time_ns: since 1970. length: on the wire */
void capture_file_write(struct capture_file *file, const struct rte_mbuf *packet, uint64_t time_ns,
		uint32_t length);

/*
 * See that all of it is in the file.
 *
 * @return 0, or a negative errno: then what is there ends with a whole packet, where a file can be cut at all
 */
int capture_file_flush(struct capture_file *file);

/* From any thread: somebody waits for the end. A pipe whose reader does not go on holds that up for a second only. */
void capture_file_hurry(struct capture_file *file);

void capture_file_close(struct capture_file *file);

/* What has happened to the file, by its errno: static words. */
const char *capture_file_why(int error);

#endif
