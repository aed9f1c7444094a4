/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading and writing. All variants are one of two requests. MSG_PEEK tells how much there is and
 * leaves it there; it copies nothing, as packetdrill does not look at what it reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "adapter.h"

enum { FLAGS_KNOWN = MSG_PEEK | MSG_DONTWAIT | MSG_NOSIGNAL | MSG_EOR | MSG_MORE };

static ssize_t
attempt_read(struct adapter *adapter, struct request *request)
{
	struct socket *socket = request->socket;
	const uint32_t waiting = estab_conn_receive_waiting(socket->conn);
	ssize_t result;

	(void)adapter;
	if (request->flags & MSG_PEEK && waiting > 0)
		return (ssize_t)RTE_MIN(request->size, (size_t)waiting);
	result = estab_conn_read(socket->conn, request->data, request->size);
	return result == -EAGAIN && socket->read_shut ? 0 : result;
}

/* A blocking write is over when all is taken. */
static ssize_t
attempt_write(struct adapter *adapter, struct request *request)
{
	struct socket *socket = request->socket;
	const bool whole = !(socket->status_flags & O_NONBLOCK) && !(request->flags & MSG_DONTWAIT);
	ssize_t (*write)(struct estab_conn * conn, const void *data, size_t size);
	ssize_t result;

	(void)adapter;
	if (socket->kind != SOCKET_CONN)
		return -EPIPE;
	write = request->flags & MSG_MORE ? estab_conn_write_more : estab_conn_write;
	result = write(socket->conn, (const uint8_t *)request->data + request->done,
			request->size - request->done);
	if (result < 0)
		return request->done > 0 && result != -EAGAIN ? (ssize_t)request->done : result;
	request->done += (size_t)result;
	return whole && request->done < request->size ? -EAGAIN : (ssize_t)request->done;
}

static ssize_t
transfer(struct adapter *adapter, struct request *request)
{
	ssize_t result;

	adapter_lock(adapter);
	result = request->attempt(adapter, request);
	clock_turn(adapter);
	if (result == -EAGAIN && !(request->socket->status_flags & O_NONBLOCK) &&
			!(request->flags & MSG_DONTWAIT) &&
			!pthread_equal(pthread_self(), adapter->script))
		result = clock_wait(adapter, request);
	if (result == -EAGAIN && request->done > 0)
		result = (ssize_t)request->done;
	adapter_unlock(adapter);
	return adapter_result(result);
}

static ssize_t
start(struct adapter *adapter, int fd, struct request *request)
{
	request->socket = socket_find(adapter, fd);
	request->end_ns = UINT64_MAX;
	if (request->socket == NULL)
		return adapter_result(-EBADF);
	if (request->data == NULL && request->size > 0)
		return adapter_result(-EFAULT);
	if (request->flags & ~FLAGS_KNOWN)
		return adapter_result(-EOPNOTSUPP);
	if (request->socket->kind != SOCKET_CONN)
		return adapter_result(request->attempt == attempt_write ? -EPIPE : -ENOTCONN);
	return transfer(adapter, request);
}

ssize_t
adapter_recv(void *userdata, int fd, void *data, size_t size, int flags)
{
	struct request request = { .attempt = attempt_read,
		.data = data,
		.size = size,
		.flags = flags };

	return start(userdata, fd, &request);
}

ssize_t
adapter_send(void *userdata, int fd, const void *data, size_t size, int flags)
{
	struct request request = { .attempt = attempt_write,
		.data = (void *)(uintptr_t)data,
		.size = size,
		.flags = flags };

	return start(userdata, fd, &request);
}

ssize_t
adapter_read(void *userdata, int fd, void *data, size_t size)
{
	return adapter_recv(userdata, fd, data, size, 0);
}

ssize_t
adapter_recvfrom(void *userdata, int fd, void *data, size_t size, int flags,
		struct sockaddr *address, socklen_t *address_size)
{
	(void)address;
	if (address_size != NULL)
		*address_size = 0;
	return adapter_recv(userdata, fd, data, size, flags);
}

ssize_t
adapter_write(void *userdata, int fd, const void *data, size_t size)
{
	return adapter_send(userdata, fd, data, size, 0);
}

ssize_t
adapter_sendto(void *userdata, int fd, const void *data, size_t size, int flags,
		const struct sockaddr *address, socklen_t address_size)
{
	(void)address;
	(void)address_size;
	return adapter_send(userdata, fd, data, size, flags);
}

/* One buffer for all parts; the caller frees it. */
static uint8_t *
gather(const struct iovec *parts, size_t count, size_t *size)
{
	uint8_t *buffer, *at;

	*size = 0;
	for (size_t i = 0; i < count; i++)
		*size += parts[i].iov_len;
	buffer = at = calloc(1, *size + 1);
	for (size_t i = 0; buffer != NULL && i < count; i++) {
		memcpy(at, parts[i].iov_base, parts[i].iov_len);
		at += parts[i].iov_len;
	}
	return buffer;
}

static ssize_t
send_parts(void *userdata, int fd, const struct iovec *parts, size_t count, int flags)
{
	size_t size;
	uint8_t *buffer = gather(parts, count, &size);
	const ssize_t result = adapter_send(userdata, fd, buffer, size, flags);
	const int error = errno;

	free(buffer);
	errno = error;
	return result;
}

/* What was read stays where it is: packetdrill compares counts. */
static ssize_t
receive_parts(void *userdata, int fd, const struct iovec *parts, size_t count, int flags)
{
	size_t size;
	uint8_t *buffer = gather(parts, count, &size);
	const ssize_t result = adapter_recv(userdata, fd, buffer, size, flags);
	const int error = errno;

	free(buffer);
	errno = error;
	return result;
}

ssize_t
adapter_readv(void *userdata, int fd, const struct iovec *parts, int count)
{
	return receive_parts(userdata, fd, parts, (size_t)count, 0);
}

ssize_t
adapter_recvmsg(void *userdata, int fd, struct msghdr *message, int flags)
{
	return receive_parts(userdata, fd, message->msg_iov, message->msg_iovlen, flags);
}

ssize_t
adapter_writev(void *userdata, int fd, const struct iovec *parts, int count)
{
	return send_parts(userdata, fd, parts, (size_t)count, 0);
}

ssize_t
adapter_sendmsg(void *userdata, int fd, const struct msghdr *message, int flags)
{
	return send_parts(userdata, fd, message->msg_iov, message->msg_iovlen, flags);
}
