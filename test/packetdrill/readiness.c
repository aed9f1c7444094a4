/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * poll and epoll. Level-triggered readiness follows from the connection; for EPOLLET a socket's
 * news, counted from the stack's events, tells whether something happened since the last report.
 */
#include <errno.h>
#include <poll.h>

#include "adapter.h"

#define MS UINT64_C(1000000)

struct poll_request {
	struct request request; /* data: this struct */
	struct pollfd *fds;
	nfds_t count;
	struct socket *epoll;
	struct epoll_event *events;
	int room;
};

static short
listener_readiness(struct socket *socket)
{
	if (socket->accepted == NULL)
		estab_accept_burst(socket->listener, &socket->accepted, 1);
	return socket->accepted != NULL ? POLLIN : 0;
}

/* The values of POLL... and EPOLL... are the same. */
static short
readiness(struct socket *socket)
{
	short ready = 0;

	if (socket->kind == SOCKET_LISTENER)
		return listener_readiness(socket);
	if (socket->kind != SOCKET_CONN)
		return POLLHUP | POLLOUT;
	if (estab_conn_receive_waiting(socket->conn) > 0 || estab_conn_at_end(socket->conn) ||
			socket->read_shut)
		ready |= POLLIN;
	if (estab_conn_send_room(socket->conn) > 0)
		ready |= POLLOUT;
	if (socket->told & ESTAB_EVENT_CLOSED)
		ready |= POLLIN | POLLHUP;
	if (estab_conn_at_end(socket->conn))
		ready |= POLLRDHUP;
	return ready;
}

static ssize_t
attempt_poll(struct adapter *adapter, struct request *request)
{
	struct poll_request *poll = request->data;
	int ready = 0;

	for (nfds_t i = 0; i < poll->count; i++) {
		struct pollfd *one = &poll->fds[i];
		struct socket *socket = socket_find(adapter, one->fd);

		one->revents = socket == NULL
				? POLLNVAL
				: readiness(socket) & (one->events | POLLHUP | POLLERR);
		ready += one->revents != 0;
	}
	return ready > 0 || adapter->now_ns >= request->end_ns ? ready : -EAGAIN;
}

static ssize_t
await(struct adapter *adapter, struct poll_request *poll, int timeout_ms)
{
	struct request *request = &poll->request;
	ssize_t result;

	adapter_lock(adapter);
	request->data = poll;
	request->end_ns = timeout_ms < 0 ? UINT64_MAX : adapter->now_ns + (uint64_t)timeout_ms * MS;
	result = request->attempt(adapter, request);
	if (result == -EAGAIN && !pthread_equal(pthread_self(), adapter->script))
		result = clock_wait(adapter, request);
	adapter_unlock(adapter);
	return adapter_result(result);
}

int
adapter_poll(void *userdata, struct pollfd *fds, nfds_t count, int timeout_ms)
{
	struct poll_request poll = { .request = { .attempt = attempt_poll },
		.fds = fds,
		.count = count };

	return (int)await(userdata, &poll, timeout_ms);
}

int
adapter_epoll_create(void *userdata, int size)
{
	struct adapter *adapter = userdata;
	struct socket *socket;

	(void)size;
	adapter_lock(adapter);
	socket = socket_make(adapter, SOCKET_EPOLL);
	for (unsigned int i = 0; socket != NULL && i < ADAPTER_WATCHES; i++)
		socket->watches[i].fd = -1;
	adapter_unlock(adapter);
	return socket == NULL ? (int)adapter_result(-EMFILE) : socket->fd;
}

static struct watch *
find_watch(struct socket *epoll, int fd)
{
	for (unsigned int i = 0; i < ADAPTER_WATCHES; i++) {
		if (epoll->watches[i].fd == fd)
			return &epoll->watches[i];
	}
	return NULL;
}

int
adapter_epoll_ctl(void *userdata, int epoll, int operation, int fd, struct epoll_event *event)
{
	struct socket *set = socket_find(userdata, epoll);
	struct watch *watch;

	if (set == NULL || set->kind != SOCKET_EPOLL || socket_find(userdata, fd) == NULL)
		return (int)adapter_result(-EBADF);
	watch = find_watch(set, operation == EPOLL_CTL_ADD ? -1 : fd);
	if (watch == NULL)
		return (int)adapter_result(operation == EPOLL_CTL_ADD ? -ENOSPC : -ENOENT);
	if (operation == EPOLL_CTL_DEL)
		*watch = (struct watch){ .fd = -1 };
	else
		*watch = (struct watch){ .fd = fd, .event = *event };
	return 0;
}

static bool
watch_fires(struct adapter *adapter, struct watch *watch, struct epoll_event *event)
{
	struct socket *socket = socket_find(adapter, watch->fd);
	uint32_t ready;

	if (socket == NULL)
		return false;
	ready = (uint32_t)readiness(socket) & (watch->event.events | EPOLLHUP | EPOLLERR);
	if (ready == 0 ||
			(watch->event.events & EPOLLET && watch->reported &&
					watch->seen == socket->news))
		return false;
	watch->reported = true;
	watch->seen = socket->news;
	*event = (struct epoll_event){ .events = ready, .data = watch->event.data };
	return true;
}

static ssize_t
attempt_epoll(struct adapter *adapter, struct request *request)
{
	struct poll_request *poll = request->data;
	int ready = 0;

	for (unsigned int i = 0; i < ADAPTER_WATCHES && ready < poll->room; i++) {
		if (poll->epoll->watches[i].fd >= 0)
			ready += watch_fires(adapter, &poll->epoll->watches[i],
					&poll->events[ready]);
	}
	return ready > 0 || adapter->now_ns >= request->end_ns ? ready : -EAGAIN;
}

int
adapter_epoll_wait(void *userdata, int epoll, struct epoll_event *events, int count, int timeout_ms)
{
	struct poll_request poll = { .request = { .attempt = attempt_epoll },
		.epoll = socket_find(userdata, epoll),
		.events = events,
		.room = count };

	if (poll.epoll == NULL || poll.epoll->kind != SOCKET_EPOLL)
		return (int)adapter_result(-EBADF);
	return (int)await(userdata, &poll, timeout_ms);
}
