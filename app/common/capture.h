/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets as they come and go, into a file that tcpdump and Wireshark read: --capture, and "start capture" at
 * the prompt.
 *
 * Every queue of a device has a lane. While a capture is on, the lcore that works there copies what passes the
 * filter, with the time, and puts the copies into the lane's own ring; a thread that is no lcore takes them out
 * in order of time and writes them. Where it falls behind, nothing is copied, and that is counted: no packet
 * waits for a disk. Received packets are as the driver gives them, sent ones as the driver gets them: checksums
 * that are left to the device are not yet right, segments that it cuts not yet cut.
 *
 *	capture.c          the life of a capture, and the thread that writes
 *	capture_lane.c     at a queue: what an lcore does
 *	capture_order.c    what lies in all lanes, in order of time
 *	capture_file.c     the file, and the filter
 *	capture_pipe.c     how it is written, where it is a pipe
 *	capture_options.c  the command line
 *	answers_capture.c  what telemetry and the prompt are told
 */
#ifndef APP_COMMON_CAPTURE_H
#define APP_COMMON_CAPTURE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "options.h"

struct capture_lane;
struct capture_run;
struct estab_port;
struct rte_mempool;

enum capture_limits {
	CAPTURE_WHY_MAX = 384,
	CAPTURE_SNAPLEN_MAX = 262144, /* as of tcpdump: whole packets */
};

/* Of the command line. */
struct capture_options {
	const char *path;        /* NULL: none from the start */
	const char *filter;      /* as tcpdump understands it; NULL: all packets */
	uint32_t snaplen;        /* octets of a packet; 0: all */
	uint32_t count;          /* packets in the file at most; 0: any number */
	uint32_t size;           /* octets of the file, about; 0: CAPTURE_SIZE_DEFAULT */
	struct capture_run *run; /* of the path, opened */
};

extern const struct option_row capture_option_rows[];
extern const unsigned int capture_option_count;

/*
 * Whether the filter can be understood, and the options go together.
 *
 * @param commands  whether captures may be started later, by a command
 * @return -1 to go on, else the exit code; complains
 */
int capture_options_check(const struct capture_options *options, bool commands);

/* Complain of any of them: there is no device here. @return -1 where there is none, else the exit code */
int capture_options_refuse(const struct capture_options *options, const char *with);

/* Open the file, so that a wrong name costs no time. @return -1 to go on, else the exit code; complains */
int capture_options_open(struct capture_options *options);

struct capture {
	const struct capture_options *options;
	struct rte_mempool *pool;           /* of copies; NULL: none was ever made */
	struct capture_lane *lanes;         /* all of them, by their next */
	_Atomic(struct capture_run *) runs; /* the last; all by their before, for an lcore may still
					     * look at an old one */
	_Atomic(struct capture_run *) on;   /* what lcores look at; NULL: nothing is captured */
	bool commands;
	bool sums_left; /* checksums of what is sent are left to a device */
	bool writes;    /* there is a thread */
	bool failed;    /* a file could not be written */
	atomic_bool over;
};

/* commands: whether captures may be started later, by a command. */
void capture_init(struct capture *capture, const struct capture_options *options, bool commands);

/* Whether there is a capture, or may be one later: then queues are to be covered. */
bool capture_is_possible(const struct capture *capture);

/*
 * Put a lane over the port of a queue, before any lcore uses it.
 *
 * @param sums_left  checksums are left to the device
 * @return 0, or -ENOMEM
 */
int capture_tap(struct capture *capture, uint16_t device, uint16_t queue, bool sums_left,
		struct estab_port *port);

/* Take the memory, before others take it all. @return -1 to go on, else the exit code; complains */
int capture_reserve(struct capture *capture);

/*
 * Begin what the command line asks for; nothing where it asks for none. Before --user takes effect.
 *
 * @return -1 to go on, else the exit code; complains
 */
int capture_begin(struct capture *capture);

/*
 * Begin another, at any time, from one thread at a time.
 *
 * @param filter  NULL: all packets
 * @return 0; -1: why says why not
 */
int capture_start(struct capture *capture, const char *path, const char *filter, char *why,
		size_t size);

/* End it. @return false where there is none */
bool capture_stop(struct capture *capture);

/* Whether one is on, or its last packets are being written. */
bool capture_is_on(const struct capture *capture);

/* What is captured from now on, and what is not as on the wire; nothing where nothing is. */
void capture_print(const struct capture *capture, FILE *out);

/*
 * The lcores are done: write the rest, and say how much there is.
 *
 * @return the code that it was given, or EXIT_ENVIRONMENT where a file could not be written
 */
int capture_finish(struct capture *capture, FILE *out, int code);

/* The ports are gone. */
void capture_destroy(struct capture *capture);

/* How it stands with the last one that was begun. */
struct capture_state {
	const char *path; /* NULL: there was none */
	const char *filter;
	const char *ended; /* why; NULL: it is on */
	uint32_t snaplen;
	uint64_t packets; /* in the file */
	uint64_t bytes;
	uint64_t dropped; /* packets that passed the filter, and are not in the file */
};

void capture_state(const struct capture *capture, struct capture_state *state);

#endif
