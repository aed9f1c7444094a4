/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include "../../lib/compat.h"
#include "capture_parts.h"
#include "complain.h"
#include "eal.h"
#include "memory.h"

enum capture_measures {
	MBUFS = 4095,
	MBUFS_MIN = 255,
	MBUF_CACHE = 32,
	DATA_ROOM = 1088,   /* with its headroom; three such mbufs fit a page of 4 KB */
	NAP_US = 500,       /* of the writer, when there is nothing more */
	FLUSH_EVERY = 4096, /* packets */
	CLOSE_NAPS = 4000,  /* in which a file is closed, unless a disk or a pipe holds it up */
};

#define ORDER_NS                                                                                   \
	UINT64_C(1000000) /* after which a copy lies in its ring, unless its lcore was held up */
#define SIZE_DEFAULT 1000000000

static compat_ctrl_thread_t thread;

void
capture_init(struct capture *capture, const struct capture_options *options, bool commands)
{
	*capture = (struct capture){ .options = options, .commands = commands };
}

bool
capture_is_possible(const struct capture *capture)
{
	return capture->options->run != NULL || capture->commands;
}

static void
free_run(struct capture_run *run)
{
	capture_file_close(&run->file);
	if (run->filters)
		pcap_freecode(&run->filter);
	free(run->path);
	free(run->filter_text);
	free(run);
}

static uint64_t
or_else(uint32_t asked, uint64_t otherwise)
{
	return asked != 0 ? asked : otherwise;
}

static struct capture_run *
make_run(const struct capture_options *options, const char *path, const char *filter)
{
	struct capture_run *run = calloc(1, sizeof(*run));

	if (run == NULL)
		return NULL;
	run->snaplen = (uint32_t)or_else(options->snaplen, CAPTURE_SNAPLEN_MAX);
	run->count_max = or_else(options->count, UINT64_MAX);
	run->size_max = or_else(options->size, SIZE_DEFAULT);
	run->path = strdup(path);
	run->filter_text = filter != NULL ? strdup(filter) : NULL;
	if (run->path != NULL && (filter == NULL || run->filter_text != NULL))
		return run;
	free_run(run);
	return NULL;
}

/* The same to libpcap, and one line to whom it is told. */
static void
join_lines(char *text)
{
	while ((text = strpbrk(text, "\r\n\t")) != NULL)
		*text = ' ';
}

struct capture_run *
capture_run_open(const struct capture_options *options, const char *path, const char *filter,
		bool waits, char *why, size_t size)
{
	struct capture_run *run = make_run(options, path, filter);
	int ret;

	if (run == NULL) {
		snprintf(why, size, "no memory");
		return NULL;
	}
	if (filter != NULL && capture_filter_make(&run->filter, filter, why, size) != 0) {
		free_run(run);
		return NULL;
	}
	run->filters = filter != NULL;
	if (run->filters)
		join_lines(run->filter_text);
	ret = capture_file_open(&run->file, path, waits);
	if (ret == 0)
		return run;
	snprintf(why, size, "cannot be written: %s", capture_file_why(-ret));
	free_run(run);
	return NULL;
}

int
capture_tap(struct capture *capture, uint16_t device, uint16_t queue, bool sums_left,
		struct estab_port *port)
{
	struct capture_lane *lane = capture_lane_create(capture, device, queue);

	if (lane == NULL)
		return -ENOMEM;
	lane->next = capture->lanes;
	capture->lanes = lane;
	capture->sums_left |= sums_left;
	capture_lane_put(lane, port);
	return 0;
}

/* The writer gives copies back. Where it is held up doing that, no lcore must wait for it: hence the relaxed ring. */
static struct rte_mempool *
make_pool(void)
{
	const uint64_t fit =
			memory_left() / 8 / memory_of_mbuf(DATA_ROOM + sizeof(struct capture_note));
	struct rte_mempool *pool;

	pool = rte_pktmbuf_pool_create_by_ops("capture",
			(unsigned int)RTE_MAX(RTE_MIN(fit, (uint64_t)MBUFS), (uint64_t)MBUFS_MIN),
			MBUF_CACHE, RTE_ALIGN(sizeof(struct capture_note), RTE_MBUF_PRIV_ALIGN),
			DATA_ROOM, (int)rte_socket_id(), "ring_mt_rts");
	return pool;
}

/* @return false: there is not enough */
static bool
reserve(struct capture *capture)
{
	if (capture->pool == NULL)
		capture->pool = make_pool();
	if (capture->pool == NULL)
		return false;
	for (struct capture_lane *lane = capture->lanes; lane != NULL; lane = lane->next) {
		if (capture_lane_reserve(lane) != 0)
			return false;
	}
	return true;
}

int
capture_reserve(struct capture *capture)
{
	bool reserved;

	if (capture->options->run == NULL)
		return -1;
	eal_hush(true);
	reserved = reserve(capture);
	eal_hush(false);
	if (reserved)
		return -1;
	return complain(EXIT_ENVIRONMENT,
			"--capture %s: no memory for copies of packets: give EAL more with -m",
			capture->options->path);
}

static unsigned int
phase_of(const struct capture_run *run)
{
	return atomic_load_explicit(&run->phase, memory_order_acquire);
}

/* Lcores copy no more; what they have copied is still written. Whoever is first says why. */
static void
end_run(struct capture *capture, struct capture_run *run, const char *why)
{
	unsigned int on = CAPTURE_ON;

	atomic_store_explicit(&capture->on, NULL, memory_order_release);
	if (atomic_compare_exchange_strong(&run->phase, &on, CAPTURE_ENDING))
		atomic_store(&run->ended, why);
}

/* The file is as long as it may be. */
static void
check_limits(struct capture *capture, struct capture_run *run)
{
	if (atomic_load(&run->packets) >= run->count_max) {
		run->full = true;
		end_run(capture, run, "--capture-count");
	} else if (run->file.bytes >= run->size_max) {
		run->full = true;
		end_run(capture, run, "--capture-size");
		complain(EXIT_FINE, "capture %s: ended: --capture-size is %" PRIu64, run->path,
				run->size_max);
	}
}

/* Where it cannot be written, all else goes on without it. */
static void
flush(struct capture *capture, struct capture_run *run)
{
	const int ret = capture_file_flush(&run->file);

	atomic_store(&run->bytes, run->file.bytes);
	if (ret == 0)
		return;
	capture->failed = true;
	end_run(capture, run, capture_file_why(-ret));
	atomic_store(&run->ended, capture_file_why(-ret)); /* whatever else has ended it */
	capture_file_close(&run->file);
	complain(EXIT_FINE, "capture %s: ended: %s", run->path, capture_file_why(-ret));
}

/* Into the file, where it belongs to what is written now. */
static void
write_copy(struct capture *capture, struct capture_run *run, struct rte_mbuf *copy)
{
	const struct capture_note *note = capture_note_of(copy);

	if (note->run == run && run->file.dumper != NULL && !run->full) {
		capture_file_write(&run->file, copy, note->time_ns, note->length);
		atomic_fetch_add(&run->packets, 1);
		check_limits(capture, run);
	}
	rte_pktmbuf_free(copy);
}

/* @return whether there was anything */
static bool
write_older(struct capture *capture, struct capture_run *run, uint64_t before_ns)
{
	struct rte_mbuf *copy;
	unsigned int n = 0;

	while (n < FLUSH_EVERY && (copy = capture_order_next(capture, before_ns)) != NULL) {
		write_copy(capture, run, copy);
		n++;
	}
	if (n > 0 && run->file.dumper != NULL)
		flush(capture, run);
	return n > 0;
}

static void
close_run(struct capture *capture, struct capture_run *run)
{
	usleep(NAP_US); /* an lcore may have looked just before */
	while (write_older(capture, run, UINT64_MAX))
		;
	capture_file_close(&run->file);
	atomic_store_explicit(&run->phase, CAPTURE_CLOSED, memory_order_release);
}

static COMPAT_CTRL_THREAD_RETURN
write_all(void *argument)
{
	struct capture *capture = argument;

	while (!atomic_load(&capture->over)) {
		struct capture_run *run = atomic_load(&capture->runs);

		if (phase_of(run) == CAPTURE_ENDING)
			close_run(capture, run);
		if (!write_older(capture, run, run->begun_ns + clock_now(&run->clock) - ORDER_NS))
			usleep(NAP_US);
	}
	return COMPAT_CTRL_THREAD_DONE;
}

static void
set_clock(struct capture_run *run)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_init(&run->clock);
	run->begun_ns = (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* From now on the run is the capture's. @return NULL, or why not: static words */
static const char *
begin_run(struct capture *capture, struct capture_run *run)
{
	set_clock(run);
	atomic_store(&run->bytes, run->file.bytes);
	run->before = atomic_load(&capture->runs);
	atomic_store(&capture->runs, run); /* the writer looks at it from here on */
	if (!reserve(capture))
		return "no memory for copies of packets: give EAL more with -m";
	if (!capture->writes)
		capture->writes = compat_ctrl_thread_create(&thread, "capture", write_all,
						  capture) == 0;
	if (!capture->writes)
		return "no thread to write";
	atomic_store(&run->phase, CAPTURE_ON);
	atomic_store_explicit(&capture->on, run, memory_order_release);
	return NULL;
}

int
capture_begin(struct capture *capture)
{
	const char *why;

	if (capture->options->run == NULL)
		return -1;
	eal_hush(true);
	why = begin_run(capture, capture->options->run);
	eal_hush(false);
	if (why == NULL)
		return -1;
	return complain(EXIT_ENVIRONMENT, "--capture %s: %s", capture->options->path, why);
}

bool
capture_is_on(const struct capture *capture)
{
	const struct capture_run *run = atomic_load(&capture->runs);

	return run != NULL && (phase_of(run) == CAPTURE_ON || phase_of(run) == CAPTURE_ENDING);
}

int
capture_start(struct capture *capture, const char *path, const char *filter, char *why, size_t size)
{
	struct capture_run *run;
	const char *trouble;

	if (capture_is_on(capture)) {
		snprintf(why, size, "one is under way: stop capture ends it");
		return -1;
	}
	run = capture_run_open(capture->options, path, filter, false, why, size);
	if (run == NULL)
		return -1;
	trouble = begin_run(capture, run);
	if (trouble == NULL)
		return 0;
	atomic_store(&run->ended, trouble);
	snprintf(why, size, "%s", trouble);
	return -1;
}

/* Somebody waits for it: no reader of a pipe may hold that up. */
static void
end_now(struct capture *capture, const char *why)
{
	struct capture_run *run = atomic_load(&capture->runs);

	end_run(capture, run, why);
	capture_file_hurry(&run->file);
}

bool
capture_stop(struct capture *capture)
{
	if (!capture_is_on(capture))
		return false;
	end_now(capture, "stopped");
	for (unsigned int i = 0; i < CLOSE_NAPS && capture_is_on(capture); i++)
		usleep(NAP_US);
	return true;
}

void
capture_state(const struct capture *capture, struct capture_state *state)
{
	const struct capture_run *run = atomic_load(&capture->runs);

	*state = (struct capture_state){ .path = NULL };
	if (run == NULL)
		return;
	state->path = run->path;
	state->filter = run->filter_text;
	state->ended = atomic_load(&run->ended);
	state->snaplen = run->snaplen;
	state->packets = atomic_load(&run->packets);
	state->bytes = atomic_load(&run->bytes);
	state->dropped = atomic_load(&run->dropped);
}

void
capture_print(const struct capture *capture, FILE *out)
{
	const struct capture_run *run = atomic_load(&capture->on);

	if (run == NULL)
		return;
	fprintf(out, "capture: %s to %s, up to %" PRIu64 " bytes%s\n",
			run->filters ? run->filter_text : "all packets", run->path, run->size_max,
			capture->sums_left
					? "; checksums of what is sent are the device's to write, and not right there"
					: "");
}

static void
print_end(const struct capture *capture, FILE *out)
{
	struct capture_state state;

	capture_state(capture, &state);
	fprintf(out, "capture: %" PRIu64 " packets in %s", state.packets, state.path);
	if (state.dropped > 0)
		fprintf(out, ", %" PRIu64 " more came faster than they could be written",
				state.dropped);
	fputc('\n', out);
}

/* The rest is written, however long that takes, where a disk or a reader takes it at all. */
static void
end_writer(struct capture *capture)
{
	if (capture_is_on(capture))
		end_now(capture, "the program's end");
	while (capture_is_on(capture))
		usleep(NAP_US);
	atomic_store(&capture->over, true);
	compat_ctrl_thread_join(thread);
	capture->writes = false;
}

int
capture_finish(struct capture *capture, FILE *out, int code)
{
	if (!capture->writes)
		return code;
	end_writer(capture);
	print_end(capture, out);
	return capture->failed && code <= EXIT_FINE ? EXIT_ENVIRONMENT : code;
}

/* Copies of what was sent when all was over. */
static void
forget_copies(struct capture *capture)
{
	struct rte_mbuf *copy;

	while ((copy = capture_order_next(capture, UINT64_MAX)) != NULL)
		rte_pktmbuf_free(copy);
}

void
capture_destroy(struct capture *capture)
{
	struct capture_lane *lane = capture->lanes, *next;
	struct capture_run *run = atomic_load(&capture->runs), *before;

	if (capture->writes) /* it has come to nothing before the run began */
		end_writer(capture);
	forget_copies(capture);
	for (; lane != NULL; lane = next) {
		next = lane->next;
		capture_lane_destroy(lane);
	}
	for (; run != NULL; run = before) {
		before = run->before;
		free_run(run);
	}
	rte_mempool_free(capture->pool);
	*capture = (struct capture){ .lanes = NULL };
}
