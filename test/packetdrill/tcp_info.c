/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Linux tells as TCP_INFO, from estab_conn_status. Fields that the library does not know stay
 * zero.
 */
#include <errno.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <linux/tcp.h>

#include <rte_common.h>

#include "adapter.h"

/* Numbers of enum tcp_info's tcpi_state, in Linux. */
static const char *const states[] = { "", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1",
	"FIN-WAIT-2", "TIME-WAIT", "CLOSED", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING" };

static uint8_t
state_number(const char *state)
{
	for (uint8_t i = 0; i < RTE_DIM(states); i++) {
		if (strcmp(states[i], state) == 0)
			return i;
	}
	return 0;
}

/* Linux' tcpi_ca_state: Open, Disorder, Recovery, Loss. */
static uint8_t
recovery_number(const char *recovery)
{
	static const char *const names[] = { "none", "disorder", "", "fast", "timeout" };

	for (uint8_t i = 0; recovery != NULL && i < RTE_DIM(names); i++) {
		if (strcmp(names[i], recovery) == 0)
			return i;
	}
	return 0;
}

static uint32_t
segments(uint32_t bytes, uint16_t mss)
{
	return mss == 0 ? 0 : (bytes + mss - 1) / mss;
}

static void
fill(const struct estab_conn_info *info, struct tcp_info *out)
{
	out->tcpi_state = state_number(info->state);
	out->tcpi_retransmits = (uint8_t)RTE_MIN(info->retransmissions, 255u);
	out->tcpi_options = (uint8_t)((info->timestamps ? TCPI_OPT_TIMESTAMPS : 0) |
			(info->sack ? TCPI_OPT_SACK : 0) |
			(info->window_scale ? TCPI_OPT_WSCALE : 0) |
			(info->ecn ? TCPI_OPT_ECN : 0));
	out->tcpi_snd_wscale = info->snd_wscale & 0x0fu;
	out->tcpi_rcv_wscale = info->rcv_wscale & 0x0fu;
	out->tcpi_rto = info->rto_us;
	out->tcpi_snd_mss = info->mss;
	out->tcpi_advmss = info->mss_announced;
	out->tcpi_unacked = segments(info->snd_nxt - info->snd_una, info->mss);
	out->tcpi_ca_state = recovery_number(info->recovery) & 0xfu;
	out->tcpi_sacked = segments(info->sacked, info->mss);
	out->tcpi_lost = segments(info->lost, info->mss);
	out->tcpi_retrans = segments(info->resent, info->mss);
	out->tcpi_reordering = RTE_MAX(segments(info->reordering, info->mss), 3u);
	out->tcpi_rtt = info->rtt_us;
	out->tcpi_rttvar = info->rttvar_us;
	out->tcpi_snd_cwnd = info->mss == 0 ? 0 : info->cwnd / info->mss;
	out->tcpi_snd_ssthresh = info->mss == 0 ? 0 : info->ssthresh / info->mss;
	out->tcpi_notsent_bytes = info->send_queued - (info->snd_nxt - info->snd_una);
	out->tcpi_snd_wnd = info->snd_wnd;
}

bool
tcp_info_has(int level, int name)
{
	return (level == IPPROTO_TCP && (name == TCP_INFO || name == TCP_CC_INFO)) ||
			(level == SOL_SOCKET && name == SO_MEMINFO);
}

int
tcp_info_get(const struct socket *socket, int level, int name, void *value, socklen_t *size)
{
	struct estab_conn_info info = { .state = "CLOSED" };
	struct tcp_info out;

	memset(value, 0, *size);
	if (level == SOL_SOCKET)
		return 0; /* nothing is said of memory */
	if (name == TCP_CC_INFO) {
		*size = 0; /* nor of the congestion control's own variables */
		return 0;
	}
	memset(&out, 0, sizeof(out));
	if (socket->kind == SOCKET_CONN)
		estab_conn_status(socket->conn, &info);
	else if (socket->kind == SOCKET_LISTENER)
		info.state = "LISTEN";
	fill(&info, &out);
	memcpy(value, &out, RTE_MIN((size_t)*size, sizeof(out)));
	return 0;
}
