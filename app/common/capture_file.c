/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include "capture.h"
#include "clock.h"

enum {
	FILE_HEADER = 24,   /* octets */
	RECORD_HEADER = 16, /* of each packet */
	BUFFER = 1 << 17,
};

/* libpcap's idea of where packets come from. @return NULL: no memory */
static pcap_t *
make_source(void)
{
	return pcap_open_dead_with_tstamp_precision(DLT_EN10MB, CAPTURE_SNAPLEN_MAX,
			PCAP_TSTAMP_PRECISION_NANO);
}

int
capture_filter_make(struct bpf_program *filter, const char *text, char *why, size_t size)
{
	pcap_t *source = make_source();
	int ret = -1;

	snprintf(why, size, "no memory");
	if (source == NULL)
		return -1;
	if (pcap_compile(source, filter, text, 1, PCAP_NETMASK_UNKNOWN) == 0)
		ret = 0;
	else
		snprintf(why, size, "%s", pcap_geterr(source));
	pcap_close(source);
	return ret;
}

/* It is in the stream; a pipe may still be full of what another has written. */
static int
write_header(struct capture_file *file)
{
	int ret;

	atomic_store(&file->pipe.awaited, true);
	ret = capture_file_flush(file);
	atomic_store(&file->pipe.awaited, false);
	if (ret != 0)
		capture_file_close(file);
	return ret;
}

int
capture_file_open(struct capture_file *file, const char *path, bool waits)
{
	pcap_t *source = make_source();
	FILE *stream;
	int ret;

	*file = (struct capture_file){ .bytes = FILE_HEADER };
	if (source == NULL)
		return -ENOMEM;
	stream = capture_pipe_open(&file->pipe, path, waits);
	if (stream == NULL) {
		ret = -errno;
		pcap_close(source);
		return ret;
	}
	setvbuf(stream, NULL, _IOFBF, BUFFER);
	file->dumper = pcap_dump_fopen(source, stream);
	pcap_close(source);
	if (file->dumper == NULL) {
		fclose(stream);
		return -EIO;
	}
	return write_header(file);
}

/* Room for so much. @return false: there is none */
static bool
have_room(struct capture_file *file, size_t size)
{
	uint8_t *room;

	if (size <= file->joined_size)
		return true;
	room = realloc(file->joined, size);
	if (room == NULL)
		return false;
	file->joined = room;
	file->joined_size = size;
	return true;
}

void
capture_file_write(struct capture_file *file, const struct rte_mbuf *packet, uint64_t time_ns,
		uint32_t length)
{
	struct pcap_pkthdr header = {
		.ts.tv_sec = (time_t)(time_ns / NS_PER_SECOND),
		.ts.tv_usec = (suseconds_t)(time_ns % NS_PER_SECOND), /* with that precision */
		.caplen = packet->pkt_len,
		.len = length,
	};
	const void *bytes;

	if (packet->nb_segs > 1 && !have_room(file, packet->pkt_len))
		header.caplen = packet->data_len;
	bytes = rte_pktmbuf_read(packet, 0, header.caplen, file->joined);
	errno = 0;
	pcap_dump((u_char *)file->dumper, &header, bytes);
	if (file->error == 0 && ferror(pcap_dump_file(file->dumper)))
		file->error = errno != 0 ? errno : EIO;
	file->bytes += RECORD_HEADER + header.caplen;
}

/* What stdio still holds is given up; a pipe cannot be cut, and whoever reads it sees its end. */
static void
cut_behind_last(struct capture_file *file, FILE *stream)
{
	__fpurge(stream);
	if (ftruncate(fileno(stream), (off_t)file->bytes_safe) == 0)
		file->bytes = file->bytes_safe;
}

int
capture_file_flush(struct capture_file *file)
{
	FILE *stream = pcap_dump_file(file->dumper);

	errno = 0;
	if (file->error == 0 && pcap_dump_flush(file->dumper) != 0)
		file->error = errno != 0 ? errno : EIO;
	if (file->error != 0)
		cut_behind_last(file, stream);
	else
		file->bytes_safe = file->bytes;
	return -file->error;
}

void
capture_file_hurry(struct capture_file *file)
{
	atomic_store(&file->pipe.awaited, true);
}

void
capture_file_close(struct capture_file *file)
{
	if (file->dumper != NULL)
		pcap_dump_close(file->dumper);
	file->dumper = NULL;
	free(file->joined);
	file->joined = NULL;
	file->joined_size = 0;
}

const char *
capture_file_why(int error)
{
	switch (error) {
	case ENXIO:
		return "nobody reads it";
	case EAGAIN:
		return "its reader reads no more";
	default:
		return strerrordesc_np(error);
	}
}
