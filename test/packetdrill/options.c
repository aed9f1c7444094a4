/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fcntl, ioctl and socket options, as far as the library has what they ask for. What it has not is
 * ENOPROTOOPT: a script that needs it shall fail there.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/sockios.h>

#include "adapter.h"

#define MS        UINT64_C(1000000)
#define SECOND_NS UINT64_C(1000000000)

enum { MSS_MIN = 88, MSS_DEFAULT = 536 }; /* as Linux */

/* FreeBSD's name for the time that a connection may take to be established. */
#ifndef TCP_KEEPINIT
#define TCP_KEEPINIT 128
#endif

static int
apply_keepalive(const struct socket *socket)
{
	const struct socket_options *values = &socket->values;
	const struct estab_keepalive how = {
		.idle_ns = (uint64_t)values->keep_idle_s * SECOND_NS,
		.interval_ns = (uint64_t)values->keep_interval_s * SECOND_NS,
		.probes = (uint8_t)values->keep_count,
	};

	return estab_conn_set_keepalive(socket->conn, values->keepalive ? &how : NULL);
}

/* FreeBSD's limit for the handshake is the user timeout until there is a connection. */
int
options_apply_user_timeout(const struct socket *socket)
{
	const uint64_t timeout_ns = socket->connecting
			? (uint64_t)socket->values.connect_timeout_s * SECOND_NS
			: (uint64_t)socket->values.user_timeout_ms * MS;

	return estab_conn_set_user_timeout(socket->conn, timeout_ns);
}

/* What was set on the socket before it had a connection. */
void
options_apply(struct socket *socket)
{
	if (socket->kind != SOCKET_CONN)
		return;
	estab_conn_set_no_delay(socket->conn, socket->no_delay);
	if (socket->values.keepalive)
		apply_keepalive(socket);
	if (socket->connecting || socket->values.user_timeout_ms != 0)
		options_apply_user_timeout(socket);
	if (socket->values.linger_ns != UINT64_MAX)
		estab_conn_set_linger(socket->conn, socket->values.linger_ns);
}

int
adapter_fcntl(void *userdata, int fd, int command, ...)
{
	struct socket *socket = socket_find(userdata, fd);
	va_list arguments;
	int value;

	if (socket == NULL)
		return (int)adapter_result(-EBADF);
	if (command == F_GETFL)
		return socket->status_flags;
	if (command != F_SETFL)
		return (int)adapter_result(-EINVAL);
	va_start(arguments, command);
	value = va_arg(arguments, int);
	va_end(arguments);
	socket->status_flags = O_RDWR | (value & O_NONBLOCK);
	return 0;
}

int
adapter_ioctl(void *userdata, int fd, unsigned long request, ...)
{
	struct adapter *adapter = userdata;
	struct socket *socket = socket_find(adapter, fd);
	struct estab_conn_info info;
	va_list arguments;
	int *value;

	if (socket == NULL || socket->kind != SOCKET_CONN)
		return (int)adapter_result(socket == NULL ? -EBADF : -EINVAL);
	va_start(arguments, request);
	value = va_arg(arguments, int *);
	va_end(arguments);
	adapter_lock(adapter);
	estab_conn_status(socket->conn, &info);
	adapter_unlock(adapter);
	switch (request) {
	case SIOCINQ:
		*value = (int)info.receive_queued;
		return 0;
	case SIOCOUTQ:
		*value = (int)info.send_queued;
		return 0;
	case SIOCOUTQNSD:
		*value = (int)(info.send_queued - (info.snd_nxt - info.snd_una));
		return 0;
	default:
		return (int)adapter_result(-ENOTTY);
	}
}

/* FreeBSD rounds up to whole segments as soon as it knows their size. */
static int
receive_buffer(const struct adapter *adapter, const struct socket *socket)
{
	struct estab_conn_info info;
	int size = socket->values.receive_buffer;

	if (!adapter->profile.round_receive_buffer || socket->kind != SOCKET_CONN)
		return size;
	estab_conn_status(socket->conn, &info);
	if (strcmp(info.state, "SYN-SENT") == 0 || info.mss == 0)
		return size;
	return (size + info.mss - 1) / info.mss * info.mss;
}

static int
get_socket_option(const struct adapter *adapter, const struct socket *socket, int name, int *value)
{
	switch (name) {
	case SO_ERROR:
		*value = socket->kind == SOCKET_CONN ? -estab_conn_error(socket->conn) : 0;
		return 0;
	case SO_RCVBUF:
		*value = receive_buffer(adapter, socket);
		return 0;
	case SO_SNDBUF:
		*value = socket->values.send_buffer;
		return 0;
	case SO_TYPE:
		*value = SOCK_STREAM;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int
get_tcp_option(const struct socket *socket, int name, int *value)
{
	const uint16_t asked = socket->values.mss;
	struct estab_conn_info info = { .mss = asked != 0 ? asked : MSS_DEFAULT };

	switch (name) {
	case TCP_NODELAY:
		*value = socket->no_delay;
		return 0;
	case TCP_MAXSEG:
		if (socket->kind == SOCKET_CONN)
			estab_conn_status(socket->conn, &info);
		*value = info.mss;
		return 0;
	case TCP_KEEPIDLE:
		*value = socket->values.keep_idle_s;
		return 0;
	case TCP_KEEPINTVL:
		*value = socket->values.keep_interval_s;
		return 0;
	case TCP_KEEPCNT:
		*value = socket->values.keep_count;
		return 0;
	case TCP_KEEPINIT:
		*value = socket->values.keep_init_s;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

int
adapter_getsockopt(void *userdata, int fd, int level, int name, void *value, socklen_t *size)
{
	struct adapter *adapter = userdata;
	const struct socket *socket = socket_find(adapter, fd);
	const bool is_info = tcp_info_has(level, name);
	int result = -ENOPROTOOPT;

	if (socket == NULL)
		return (int)adapter_result(-EBADF);
	adapter_lock(adapter);
	if (is_info)
		result = tcp_info_get(socket, level, name, value, size);
	else if (*size < sizeof(int))
		result = -EINVAL;
	else if (level == SOL_SOCKET)
		result = get_socket_option(adapter, socket, name, value);
	else if (level == IPPROTO_TCP)
		result = get_tcp_option(socket, name, value);
	if (result == 0 && !is_info)
		*size = sizeof(int);
	adapter_unlock(adapter);
	return (int)adapter_result(result);
}

static int
set_linger(struct socket *socket, const void *value, socklen_t size)
{
	struct linger linger;

	if (size < sizeof(linger))
		return -EINVAL;
	memcpy(&linger, value, sizeof(linger));
	socket->values.linger_ns =
			linger.l_onoff == 0 ? UINT64_MAX : (uint64_t)linger.l_linger * SECOND_NS;
	return socket->kind == SOCKET_CONN
			? estab_conn_set_linger(socket->conn, socket->values.linger_ns)
			: 0;
}

static int
set_socket_option(struct socket *socket, int name, const void *value, socklen_t size)
{
	switch (name) {
	case SO_REUSEADDR:
	case SO_REUSEPORT:
		return 0;
	case SO_LINGER:
		return set_linger(socket, value, size);
	case SO_KEEPALIVE:
		socket->values.keepalive = *(const int *)value != 0;
		return socket->kind == SOCKET_CONN ? apply_keepalive(socket) : 0;
	case SO_SNDBUF: /* the stack has one size for all: see the profile */
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

/* Takes effect at once where keep-alive is on. */
static int
set_keepalive_value(struct socket *socket, int *field, int value)
{
	*field = value;
	return socket->kind == SOCKET_CONN && socket->values.keepalive ? apply_keepalive(socket)
								       : 0;
}

/* The stack takes it with connect and listen: a listener begins anew. */
static int
set_mss(struct adapter *adapter, struct socket *socket, int value)
{
	if (socket->kind == SOCKET_CONN || value < MSS_MIN || value > UINT16_MAX)
		return -EINVAL;
	socket->values.mss = (uint16_t)value;
	if (socket->kind != SOCKET_LISTENER)
		return 0;
	estab_listener_close(socket->listener);
	return socket_listen(adapter, socket);
}

static int
set_tcp_option(struct adapter *adapter, struct socket *socket, int name, int value)
{
	struct socket_options *values = &socket->values;

	switch (name) {
	case TCP_NODELAY:
		socket->no_delay = value != 0;
		options_apply(socket);
		return 0;
	case TCP_CORK:
		if (socket->kind != SOCKET_CONN)
			return -ENOTCONN;
		estab_conn_set_cork(socket->conn, value != 0);
		return 0;
	case TCP_MAXSEG:
		return set_mss(adapter, socket, value);
	case TCP_KEEPIDLE:
		return set_keepalive_value(socket, &values->keep_idle_s, value);
	case TCP_KEEPINTVL:
		return set_keepalive_value(socket, &values->keep_interval_s, value);
	case TCP_KEEPCNT:
		return set_keepalive_value(socket, &values->keep_count, value);
	case TCP_KEEPINIT:
		values->keep_init_s = values->connect_timeout_s = value;
		return 0;
	case TCP_USER_TIMEOUT:
		values->user_timeout_ms = value;
		return socket->kind == SOCKET_CONN ? options_apply_user_timeout(socket) : 0;
	default:
		return -ENOPROTOOPT;
	}
}

int
adapter_setsockopt(void *userdata, int fd, int level, int name, const void *value, socklen_t size)
{
	struct adapter *adapter = userdata;
	struct socket *socket = socket_find(adapter, fd);
	int number, result = -ENOPROTOOPT;

	if (socket == NULL)
		return (int)adapter_result(-EBADF);
	if (value == NULL)
		return (int)adapter_result(-EFAULT);
	if (size < sizeof(number))
		return (int)adapter_result(-EINVAL);
	memcpy(&number, value, sizeof(number));
	adapter_lock(adapter);
	if (level == SOL_SOCKET)
		result = set_socket_option(socket, name, value, size);
	else if (level == IPPROTO_TCP)
		result = set_tcp_option(adapter, socket, name, number);
	clock_turn(adapter);
	adapter_unlock(adapter);
	return (int)adapter_result(result);
}
