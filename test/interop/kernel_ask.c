/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The client: so many connections at once, each with one request on its way. As estab-bench has it, `crr` goes
 * from connect() to the last octet of the response, and its client closes first and waits for the server's
 * end; `rr` from the request.
 */
#include "kernel_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"

enum { BURST = 256 };

#define NS_PER_SECOND UINT64_C(1000000000)

struct asker {
	int fd;
	bool established, closed;
	unsigned int heard;
	uint64_t began;
};

struct asking {
	const struct kernel_ask *ask;
	struct sockaddr_storage server;
	socklen_t server_length;
	int epoll;
	uint64_t end;
	unsigned int open;
	uint64_t connections, transactions, faults;
	struct histogram latency;
};

static uint64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

static void
watch(struct asking *asking, struct asker *asker, int change, uint32_t what)
{
	struct epoll_event event = { .events = what, .data.ptr = asker };

	epoll_ctl(asking->epoll, change, asker->fd, &event);
}

static void
begin(struct asking *asking, struct asker *asker)
{
	const int yes = 1;

	*asker = (struct asker){
		.fd = socket(asking->server.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0),
		.began = now(),
	};
	setsockopt(asker->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (connect(asker->fd, (struct sockaddr *)&asking->server, asking->server_length) != 0 &&
			errno != EINPROGRESS) {
		asking->faults++;
		close(asker->fd);
		return;
	}
	asking->open++;
	watch(asking, asker, EPOLL_CTL_ADD, EPOLLOUT);
}

static void
request(struct asking *asking, struct asker *asker)
{
	static const char text[MESSAGE];

	if (asking->ask->again)
		asker->began = now();
	asker->heard = 0;
	if (send(asker->fd, text, sizeof(text), 0) != sizeof(text))
		asking->faults++;
}

/* The whole response is there. */
static void
on_response(struct asking *asking, struct asker *asker)
{
	const uint64_t time = now();

	if (time < asking->end) {
		asking->transactions++;
		histogram_record(&asking->latency, time - asker->began);
	}
	if (asking->ask->again && time < asking->end) {
		request(asking, asker);
		return;
	}
	asker->closed = true;
	shutdown(asker->fd, SHUT_WR);
}

static void
end(struct asking *asking, struct asker *asker)
{
	asking->open--;
	asking->faults += !asker->closed;
	close(asker->fd);
	if (now() < asking->end)
		begin(asking, asker);
}

static void
on_event(struct asking *asking, struct asker *asker)
{
	char text[MESSAGE];
	ssize_t length;

	if (!asker->established) {
		asker->established = true;
		asking->connections++;
		watch(asking, asker, EPOLL_CTL_MOD, EPOLLIN);
		request(asking, asker);
		return;
	}
	length = recv(asker->fd, text, sizeof(text), 0);
	if (length < 0 && errno == EAGAIN)
		return;
	if (length <= 0) {
		end(asking, asker);
		return;
	}
	asker->heard += (unsigned int)length;
	if (asker->heard == MESSAGE)
		on_response(asking, asker);
}

static bool
take_address(struct asking *asking)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&asking->server;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&asking->server;

	if (inet_pton(AF_INET, asking->ask->address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(asking->ask->port);
		asking->server_length = sizeof(*v4);
		return true;
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(asking->ask->port);
	asking->server_length = sizeof(*v6);
	return inet_pton(AF_INET6, asking->ask->address, &v6->sin6_addr) == 1;
}

static int
report(const struct asking *asking)
{
	const struct histogram *latency = &asking->latency;

	printf("connections %" PRIu64 " transactions %" PRIu64 " faults %" PRIu64
	       " per_second %" PRIu64 " p50_us %" PRIu64 " p99_us %" PRIu64 "\n",
			asking->connections, asking->transactions, asking->faults,
			asking->transactions / asking->ask->seconds,
			histogram_quantile(latency, 500000) / 1000,
			histogram_quantile(latency, 990000) / 1000);
	return asking->faults > 0;
}

int
kernel_ask(const struct kernel_ask *ask)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	struct asker *askers = calloc(ask->connections, sizeof(*askers));
	struct epoll_event events[BURST];
	int ret = 1;

	if (asking != NULL && askers != NULL) {
		asking->ask = ask;
		asking->epoll = epoll_create1(0);
		asking->end = now() + ask->seconds * NS_PER_SECOND;
		for (unsigned int i = 0; take_address(asking) && i < ask->connections; i++)
			begin(asking, &askers[i]);
		while (asking->open > 0 && !kernel_peer_over) {
			const int count = epoll_wait(asking->epoll, events, BURST, -1);

			for (int i = 0; i < count; i++)
				on_event(asking, events[i].data.ptr);
		}
		ret = report(asking);
	}
	free(asking);
	free(askers);
	return ret;
}
