/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The server: one thread, one epoll, both families. What comes goes back, and who says that he has finished
 * is told the same.
 */
#include "kernel_peer.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BURST = 256, CHUNK = 65536 };

struct server {
	int epoll, listener;
	uint64_t connections, octets, faults;
};

static int
begin_listener(uint16_t port)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const int yes = 1, no = 0;
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) != 0 ||
			setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
			bind(fd, (const struct sockaddr *)&any, sizeof(any)) != 0 ||
			listen(fd, 4096) != 0)
		return -1;
	return fd;
}

static void
watch(const struct server *server, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void
accept_all(struct server *server)
{
	const int yes = 1;
	int fd;

	while ((fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		server->connections++;
		watch(server, fd);
	}
}

/* A client has at most a message on its way: it always fits the send buffer. */
static void
echo(struct server *server, int fd)
{
	static char text[CHUNK];
	const ssize_t length = recv(fd, text, sizeof(text), 0);

	if (length < 0 && errno == EAGAIN)
		return;
	if (length > 0 && send(fd, text, (size_t)length, 0) == length) {
		server->octets += (uint64_t)length;
		return;
	}
	server->faults += length != 0;
	close(fd);
}

int
kernel_serve(uint16_t port)
{
	struct server server = { .epoll = epoll_create1(0), .listener = begin_listener(port) };
	struct epoll_event events[BURST];

	if (server.listener < 0 || server.epoll < 0) {
		perror("kernel_peer: serve");
		return 1;
	}
	watch(&server, server.listener);
	printf("serves on %u\n", port);
	fflush(stdout);
	while (!kernel_peer_over) {
		const int count = epoll_wait(server.epoll, events, BURST, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == server.listener)
				accept_all(&server);
			else
				echo(&server, events[i].data.fd);
		}
	}
	printf("connections %" PRIu64 " octets %" PRIu64 " faults %" PRIu64 "\n",
			server.connections, server.octets, server.faults);
	return 0;
}
