/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Descriptors and the life of what they stand for. Each is a real descriptor of /dev/null:
 * packetdrill closes what a script leaves open.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "adapter.h"

struct socket *
socket_find(struct adapter *adapter, int fd)
{
	for (unsigned int i = 0; i < ADAPTER_SOCKETS; i++) {
		struct socket *socket = &adapter->sockets[i];

		if (socket->kind != SOCKET_FREE && socket->fd == fd)
			return socket;
	}
	return NULL;
}

struct socket *
socket_make(struct adapter *adapter, enum socket_kind kind)
{
	struct socket *socket = adapter->sockets;

	while (socket < adapter->sockets + ADAPTER_SOCKETS && socket->kind != SOCKET_FREE)
		socket++;
	if (socket == adapter->sockets + ADAPTER_SOCKETS)
		return NULL;
	*socket = (struct socket){ .kind = kind,
		.fd = open("/dev/null", O_RDWR),
		.status_flags = O_RDWR,
		.values = adapter->profile.values };
	return socket;
}

bool
socket_has_connection(const struct socket *socket)
{
	return socket->kind == SOCKET_CONN;
}

static void
take_event(struct socket *socket, uint32_t what)
{
	socket->told |= what;
	socket->news++;
	if (socket->connecting && (what & ESTAB_EVENT_CONNECTED)) {
		socket->connecting = false;
		options_apply_user_timeout(socket);
	}
}

void
socket_collect_events(struct adapter *adapter)
{
	struct estab_event event;

	while (estab_event_burst(adapter->stack, &event, 1) == 1) {
		for (unsigned int i = 0; i < ADAPTER_SOCKETS; i++) {
			struct socket *socket = &adapter->sockets[i];

			if (socket->kind == SOCKET_CONN && socket->conn == event.conn)
				take_event(socket, event.what);
		}
	}
}

static struct estab_endpoint
endpoint_import(const struct sockaddr *address)
{
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)(const void *)address;
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)(const void *)address;
	struct estab_endpoint endpoint = { .port = 0 };

	if (address->sa_family == AF_INET) {
		endpoint.address.family = ESTAB_FAMILY_IPV4;
		memcpy(endpoint.address.bytes, &ipv4->sin_addr, 4);
		endpoint.port = ntohs(ipv4->sin_port);
	} else if (address->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&ipv6->sin6_addr)) {
		endpoint.address.family = ESTAB_FAMILY_IPV4;
		memcpy(endpoint.address.bytes, ipv6->sin6_addr.s6_addr + 12, 4);
		endpoint.port = ntohs(ipv6->sin6_port);
	} else if (address->sa_family == AF_INET6) {
		endpoint.address.family = ESTAB_FAMILY_IPV6;
		memcpy(endpoint.address.bytes, &ipv6->sin6_addr, 16);
		endpoint.port = ntohs(ipv6->sin6_port);
	}
	return endpoint;
}

/* In the socket's family: an IPv4 peer of an IPv6 socket has a mapped address. */
static void
endpoint_export(const struct estab_endpoint *endpoint, int family, struct sockaddr *address,
		socklen_t *size)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons(endpoint->port) };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(endpoint->port) };

	memcpy(&ipv4.sin_addr, endpoint->address.bytes, 4);
	if (endpoint->address.family == ESTAB_FAMILY_IPV4) {
		memset(ipv6.sin6_addr.s6_addr + 10, 0xff, 2);
		memcpy(ipv6.sin6_addr.s6_addr + 12, endpoint->address.bytes, 4);
	} else {
		memcpy(&ipv6.sin6_addr, endpoint->address.bytes, 16);
	}
	if (family == AF_INET && *size >= sizeof(ipv4)) {
		memcpy(address, &ipv4, sizeof(ipv4));
		*size = sizeof(ipv4);
	} else if (family == AF_INET6 && *size >= sizeof(ipv6)) {
		memcpy(address, &ipv6, sizeof(ipv6));
		*size = sizeof(ipv6);
	}
}

int
adapter_socket(void *userdata, int family, int type, int protocol)
{
	struct adapter *adapter = userdata;
	struct socket *socket;

	if ((family != AF_INET && family != AF_INET6) || (type & ~SOCK_NONBLOCK) != SOCK_STREAM ||
			(protocol != 0 && protocol != IPPROTO_TCP))
		return (int)adapter_result(-EPROTONOSUPPORT);
	adapter_lock(adapter);
	socket = socket_make(adapter, SOCKET_NEW);
	adapter_unlock(adapter);
	if (socket == NULL)
		return (int)adapter_result(-EMFILE);
	socket->family = family;
	socket->status_flags |= type & SOCK_NONBLOCK ? O_NONBLOCK : 0;
	return socket->fd;
}

int
adapter_bind(void *userdata, int fd, const struct sockaddr *address, socklen_t size)
{
	struct socket *socket = socket_find(userdata, fd);

	(void)size;
	if (socket == NULL || socket->kind != SOCKET_NEW)
		return (int)adapter_result(socket == NULL ? -EBADF : -EINVAL);
	socket->local = endpoint_import(address);
	return 0;
}

int
socket_listen(struct adapter *adapter, struct socket *socket)
{
	const struct estab_listen_config config = {
		.local = socket->local,
		.backlog = socket->backlog,
		.mss = socket->values.mss,
	};

	return estab_listen(adapter->stack, &config, &socket->listener);
}

int
adapter_listen(void *userdata, int fd, int backlog)
{
	struct adapter *adapter = userdata;
	struct socket *socket = socket_find(adapter, fd);
	int result;

	if (socket == NULL || (socket->kind != SOCKET_NEW && socket->kind != SOCKET_LISTENER))
		return (int)adapter_result(socket == NULL ? -EBADF : -EINVAL);
	if (socket->kind == SOCKET_LISTENER)
		return 0;
	socket->backlog = backlog > 0 ? (uint32_t)backlog : 1;
	adapter_lock(adapter);
	result = socket_listen(adapter, socket);
	if (result == 0)
		socket->kind = SOCKET_LISTENER;
	clock_turn(adapter);
	adapter_unlock(adapter);
	return (int)adapter_result(result);
}

/* An established connection that waits stays with the listener's socket until it is accepted. */
static ssize_t
attempt_accept(struct adapter *adapter, struct request *request)
{
	struct socket *listener = request->socket;
	struct socket *socket;

	if (listener->accepted == NULL &&
			estab_accept_burst(listener->listener, &listener->accepted, 1) == 0)
		return -EAGAIN;
	socket = socket_make(adapter, SOCKET_CONN);
	if (socket == NULL)
		return -EMFILE;
	socket->family = listener->family;
	socket->no_delay = listener->no_delay;
	socket->values = listener->values;
	socket->conn = listener->accepted;
	listener->accepted = NULL;
	options_apply(socket);
	return socket->fd;
}

static ssize_t
run(struct adapter *adapter, struct request *request)
{
	ssize_t result;

	adapter_lock(adapter);
	result = request->attempt(adapter, request);
	clock_turn(adapter);
	if (result == -EAGAIN && !(request->socket->status_flags & O_NONBLOCK) &&
			!pthread_equal(pthread_self(), adapter->script))
		result = clock_wait(adapter, request);
	adapter_unlock(adapter);
	return result;
}

int
adapter_accept(void *userdata, int fd, struct sockaddr *address, socklen_t *size)
{
	struct adapter *adapter = userdata;
	struct request request = { .attempt = attempt_accept, .end_ns = UINT64_MAX };
	struct estab_conn_info info;
	ssize_t result;

	request.socket = socket_find(adapter, fd);
	if (request.socket == NULL || request.socket->kind != SOCKET_LISTENER)
		return (int)adapter_result(request.socket == NULL ? -EBADF : -EINVAL);
	result = run(adapter, &request);
	if (result < 0)
		return (int)adapter_result(result);
	adapter_lock(adapter);
	estab_conn_status(socket_find(adapter, (int)result)->conn, &info);
	endpoint_export(&info.remote, request.socket->family, address, size);
	adapter_unlock(adapter);
	return (int)result;
}

/* The SYN has been sent: wait for its fate. */
static ssize_t
attempt_connect(struct adapter *adapter, struct request *request)
{
	struct socket *socket = request->socket;
	int error;

	(void)adapter;
	if (socket->told & ESTAB_EVENT_CLOSED) {
		error = estab_conn_error(socket->conn);
		return error != 0 ? error : -ECONNABORTED;
	}
	return socket->told & ESTAB_EVENT_CONNECTED ? 0 : -EAGAIN;
}

static int
connect_again(struct adapter *adapter, struct request *request)
{
	const ssize_t result = attempt_connect(adapter, request);

	if (result == -EAGAIN)
		return -EALREADY;
	return result == 0 ? -EISCONN : (int)result;
}

static int
open_connection(struct adapter *adapter, struct socket *socket, const struct sockaddr *address)
{
	const struct estab_connect_config config = {
		.remote = endpoint_import(address),
		.local = socket->local,
		.mss = socket->values.mss,
	};
	int result;

	if (socket->kind != SOCKET_NEW)
		return -EISCONN;
	if (config.remote.address.family == ESTAB_FAMILY_ANY)
		return -EAFNOSUPPORT;
	adapter_lock(adapter);
	result = estab_connect(adapter->stack, &config, &socket->conn);
	if (result == 0) {
		socket->kind = SOCKET_CONN;
		socket->connecting = true;
		options_apply(socket);
	}
	adapter_unlock(adapter);
	return result;
}

int
adapter_connect(void *userdata, int fd, const struct sockaddr *address, socklen_t size)
{
	struct adapter *adapter = userdata;
	struct request request = { .attempt = attempt_connect, .end_ns = UINT64_MAX };
	ssize_t result;

	(void)size;
	request.socket = socket_find(adapter, fd);
	if (request.socket == NULL)
		return (int)adapter_result(-EBADF);
	if (request.socket->kind == SOCKET_CONN)
		return (int)adapter_result(connect_again(adapter, &request));
	result = open_connection(adapter, request.socket, address);
	if (result == 0)
		result = run(adapter, &request);
	return (int)adapter_result(result == -EAGAIN ? -EINPROGRESS : result);
}

int
adapter_close(void *userdata, int fd)
{
	struct adapter *adapter = userdata;
	struct socket *socket;

	adapter_lock(adapter);
	socket = socket_find(adapter, fd);
	if (socket == NULL) {
		adapter_unlock(adapter);
		return (int)adapter_result(-EBADF);
	}
	if (socket->kind == SOCKET_CONN)
		estab_conn_close(socket->conn);
	if (socket->accepted != NULL)
		estab_conn_abort(socket->accepted);
	if (socket->kind == SOCKET_LISTENER)
		estab_listener_close(socket->listener);
	socket->kind = SOCKET_FREE;
	close(fd);
	clock_turn(adapter);
	adapter_unlock(adapter);
	return 0;
}

int
adapter_shutdown(void *userdata, int fd, int how)
{
	struct adapter *adapter = userdata;
	struct socket *socket = socket_find(adapter, fd);
	int result = 0;

	if (socket == NULL || socket->kind != SOCKET_CONN)
		return (int)adapter_result(socket == NULL ? -EBADF : -ENOTCONN);
	adapter_lock(adapter);
	if (how != SHUT_RD)
		result = estab_conn_shutdown(socket->conn);
	if (how != SHUT_WR && result == 0)
		socket->read_shut = true;
	clock_turn(adapter);
	adapter_unlock(adapter);
	return (int)adapter_result(result);
}
