/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What packetdrill asks of a stack that it loads as a shared object (--so_filename): a table of
 * POSIX calls, a wire for IP packets, and a clock. Declared here from the interface's facts; the
 * order of the pointers is the contract. All return what the call of that name returns, with errno;
 * each gets userdata first.
 */
#ifndef TEST_PACKETDRILL_INTERFACE_H
#define TEST_PACKETDRILL_INTERFACE_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>

struct packetdrill_interface {
	void *userdata;

	void (*free)(void *userdata); /* the script is over */
	int (*socket)(void *userdata, int family, int type, int protocol);
	int (*bind)(void *userdata, int fd, const struct sockaddr *address, socklen_t size);
	int (*listen)(void *userdata, int fd, int backlog);
	int (*accept)(void *userdata, int fd, struct sockaddr *address, socklen_t *size);
	int (*connect)(void *userdata, int fd, const struct sockaddr *address, socklen_t size);
	ssize_t (*read)(void *userdata, int fd, void *data, size_t size);
	ssize_t (*readv)(void *userdata, int fd, const struct iovec *parts, int count);
	ssize_t (*recv)(void *userdata, int fd, void *data, size_t size, int flags);
	ssize_t (*recvfrom)(void *userdata, int fd, void *data, size_t size, int flags,
			struct sockaddr *address, socklen_t *address_size);
	ssize_t (*recvmsg)(void *userdata, int fd, struct msghdr *message, int flags);
	ssize_t (*write)(void *userdata, int fd, const void *data, size_t size);
	ssize_t (*writev)(void *userdata, int fd, const struct iovec *parts, int count);
	ssize_t (*send)(void *userdata, int fd, const void *data, size_t size, int flags);
	ssize_t (*sendto)(void *userdata, int fd, const void *data, size_t size, int flags,
			const struct sockaddr *address, socklen_t address_size);
	ssize_t (*sendmsg)(void *userdata, int fd, const struct msghdr *message, int flags);
	int (*fcntl)(void *userdata, int fd, int command, ...);
	int (*ioctl)(void *userdata, int fd, unsigned long request, ...);
	int (*close)(void *userdata, int fd);
	int (*shutdown)(void *userdata, int fd, int how);
	int (*getsockopt)(void *userdata, int fd, int level, int name, void *value,
			socklen_t *size);
	int (*setsockopt)(void *userdata, int fd, int level, int name, const void *value,
			socklen_t size);
	int (*poll)(void *userdata, struct pollfd *fds, nfds_t count, int timeout_ms);

	/* One IP packet towards the stack. */
	int (*netdev_send)(void *userdata, const void *packet, size_t size);

	/* The next IP packet from the stack and when it left; *size is the room, then its length,
	 * 0 where none will ever come. Anything but 0 is asked again for ever. */
	int (*netdev_receive)(void *userdata, void *packet, size_t *size, long long *time_us);

	int (*usleep)(void *userdata, useconds_t us);
	int (*gettimeofday)(void *userdata, struct timeval *time, struct timezone *zone);
	int (*epoll_create)(void *userdata, int size);
	int (*epoll_ctl)(void *userdata, int epoll, int operation, int fd,
			struct epoll_event *event);
	int (*epoll_wait)(void *userdata, int epoll, struct epoll_event *events, int count,
			int timeout_ms);
	int (*pipe)(void *userdata, int fds[2]);
	int (*splice)(void *userdata, int from, loff_t *from_at, int to, loff_t *to_at, size_t size,
			unsigned int flags);
};

#endif
