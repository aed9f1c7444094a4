/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One stack under packetdrill, in virtual time. packetdrill calls from two threads: the script's,
 * which also moves the wire and the clock, and one for calls that the script expects to block. All
 * state is behind one mutex; a call that blocks is completed by whichever turn of the stack makes
 * it possible, and its thread only sleeps until then.
 */
#ifndef TEST_PACKETDRILL_ADAPTER_H
#define TEST_PACKETDRILL_ADAPTER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <estab/conn.h>
#include <estab/event.h>
#include <estab/listen.h>
#include <estab/stack.h>
#include <estab/stats.h>

#include "interface.h"
#include "profiles.h"

enum adapter_limits {
	ADAPTER_SOCKETS = 64,
	ADAPTER_PACKETS = 4096, /* that left the stack and packetdrill has not asked for yet */
	ADAPTER_FRAME_MAX = 9600 + 18,
	ADAPTER_WATCHES = 16, /* descriptors of one epoll set */
};

enum socket_kind {
	SOCKET_FREE = 0,
	SOCKET_NEW,
	SOCKET_LISTENER,
	SOCKET_CONN,
	SOCKET_EPOLL,
};

struct watch {
	int fd; /* -1: none */
	struct epoll_event event;
	uint32_t seen; /* the socket's news when last reported, for EPOLLET */
	bool reported;
};

struct socket {
	enum socket_kind kind;
	int fd;
	int status_flags; /* as F_GETFL */
	int family;       /* AF_INET or AF_INET6 */
	struct estab_endpoint local;
	struct estab_listener *listener;
	uint32_t backlog;
	struct estab_conn *accepted; /* taken from the listener, not yet by the script */
	struct estab_conn *conn;
	uint32_t told;   /* events so far, see enum estab_event_what */
	uint32_t news;   /* counts events, for EPOLLET */
	bool connecting; /* the active OPEN has not succeeded yet */
	bool read_shut;
	bool no_delay;
	struct socket_options values;
	struct watch watches[ADAPTER_WATCHES];
};

struct packet_out {
	uint64_t at_ns;
	size_t size;
	uint8_t *bytes; /* from the IP header on */
};

struct adapter;

/* A call that may have to wait. @return as the call, but negative errno; -EAGAIN: not yet */
struct request {
	ssize_t (*attempt)(struct adapter *adapter, struct request *request);
	struct socket *socket;
	void *data;
	size_t size;
	size_t done;     /* bytes of it, where the call may take several attempts */
	int flags;       /* MSG_... */
	uint64_t end_ns; /* then it is over in any case; UINT64_MAX: never */
	ssize_t result;  /* valid once finished */
	bool finished;
};

struct adapter {
	pthread_mutex_t mutex;
	pthread_cond_t progress; /* a waiting request has finished */
	pthread_t script;        /* the thread that must not block */
	struct profile profile;
	struct rte_mempool *pool;
	struct estab_stack *stack;
	uint64_t now_ns;
	struct request *waiting;
	bool latched; /* the next look at the clock by latch_thread is to see latch_ns */
	pthread_t latch_thread;
	uint64_t latch_ns;
	struct packet_out out[ADAPTER_PACKETS];
	uint32_t out_put, out_taken;
	struct socket sockets[ADAPTER_SOCKETS];
};

/* clock.c: the stack has its turns as time passes. */
void clock_turn(struct adapter *adapter);
void clock_advance(struct adapter *adapter, uint64_t to_ns);
uint64_t clock_deadline(const struct adapter *adapter);
ssize_t clock_wait(struct adapter *adapter, struct request *request);
int adapter_usleep(void *userdata, useconds_t us);
int adapter_gettimeofday(void *userdata, struct timeval *time, struct timezone *zone);

/* wire.c: IP packets for packetdrill, Ethernet frames for the stack. */
bool wire_transmit(struct adapter *adapter); /* @return whether the stack needs another turn */
void wire_report_left(struct adapter *adapter);
int adapter_netdev_send(void *userdata, const void *packet, size_t size);
int adapter_netdev_receive(void *userdata, void *packet, size_t *size, long long *time_us);

/* sockets.c */
struct socket *socket_find(struct adapter *adapter, int fd);
struct socket *socket_make(struct adapter *adapter, enum socket_kind kind);
void socket_collect_events(struct adapter *adapter);
int socket_listen(struct adapter *adapter, struct socket *socket); /* @return as estab_listen */
bool socket_has_connection(const struct socket *socket);
int adapter_socket(void *userdata, int family, int type, int protocol);
int adapter_bind(void *userdata, int fd, const struct sockaddr *address, socklen_t size);
int adapter_listen(void *userdata, int fd, int backlog);
int adapter_accept(void *userdata, int fd, struct sockaddr *address, socklen_t *size);
int adapter_connect(void *userdata, int fd, const struct sockaddr *address, socklen_t size);
int adapter_close(void *userdata, int fd);
int adapter_shutdown(void *userdata, int fd, int how);

/* transfer.c: reading and writing. */
ssize_t adapter_read(void *userdata, int fd, void *data, size_t size);
ssize_t adapter_readv(void *userdata, int fd, const struct iovec *parts, int count);
ssize_t adapter_recv(void *userdata, int fd, void *data, size_t size, int flags);
ssize_t adapter_recvfrom(void *userdata, int fd, void *data, size_t size, int flags,
		struct sockaddr *address, socklen_t *address_size);
ssize_t adapter_recvmsg(void *userdata, int fd, struct msghdr *message, int flags);
ssize_t adapter_write(void *userdata, int fd, const void *data, size_t size);
ssize_t adapter_writev(void *userdata, int fd, const struct iovec *parts, int count);
ssize_t adapter_send(void *userdata, int fd, const void *data, size_t size, int flags);
ssize_t adapter_sendto(void *userdata, int fd, const void *data, size_t size, int flags,
		const struct sockaddr *address, socklen_t address_size);
ssize_t adapter_sendmsg(void *userdata, int fd, const struct msghdr *message, int flags);

/* options.c */
void options_apply(struct socket *socket);
int options_apply_user_timeout(const struct socket *socket);
int adapter_fcntl(void *userdata, int fd, int command, ...);
int adapter_ioctl(void *userdata, int fd, unsigned long request, ...);
int adapter_getsockopt(void *userdata, int fd, int level, int name, void *value, socklen_t *size);
int adapter_setsockopt(void *userdata, int fd, int level, int name, const void *value,
		socklen_t size);

/* tcp_info.c: the options that packetdrill reads for what scripts assert in Python. */
bool tcp_info_has(int level, int name);
int tcp_info_get(const struct socket *socket, int level, int name, void *value, socklen_t *size);

/* states.c: what a script's shell commands ask about sockets. */
void states_write(const struct adapter *adapter);

/* readiness.c */
int adapter_poll(void *userdata, struct pollfd *fds, nfds_t count, int timeout_ms);
int adapter_epoll_create(void *userdata, int size);
int adapter_epoll_ctl(void *userdata, int epoll, int operation, int fd, struct epoll_event *event);
int adapter_epoll_wait(void *userdata, int epoll, struct epoll_event *events, int count,
		int timeout_ms);

/* The end of a call: a negative errno becomes -1 with errno. */
ssize_t adapter_result(ssize_t result);

static inline void
adapter_lock(struct adapter *adapter)
{
	pthread_mutex_lock(&adapter->mutex);
}

static inline void
adapter_unlock(struct adapter *adapter)
{
	pthread_mutex_unlock(&adapter->mutex);
}

#endif
