/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The beginning and the end of one script: EAL, a pool, a stack, and the table that packetdrill
 * fills in through this object's one entry. Loaded before the program as well (LD_PRELOAD), which it has to
 * be, it also answers the getsockopt that packetdrill makes beside the table, for what scripts
 * assert of TCP_INFO.
 */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_errno.h>
#include <rte_mbuf.h>

#include "adapter.h"
#include "eal.h"
#include "malloc_mempool.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT void packetdrill_interface_init(const char *flags, struct packetdrill_interface *interface);
EXPORT int getsockopt(int fd, int level, int name, void *value, socklen_t *size);

enum {
	MBUFS = 4096,
	ROOM = RTE_PKTMBUF_HEADROOM + 256 + ADAPTER_FRAME_MAX,
};

#define START_NS UINT64_C(1000000000000) /* the clock's first second is no special one */

/* For getsockopt, which carries no userdata. */
static struct adapter *the_adapter;

ssize_t
adapter_result(ssize_t result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

EXPORT int
getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	int (*beside)(int, int, int, void *, socklen_t *);

	if (the_adapter != NULL && socket_find(the_adapter, fd) != NULL)
		return adapter_getsockopt(the_adapter, fd, level, name, value, size);
	*(void **)&beside = dlsym(RTLD_NEXT, "getsockopt");
	return beside(fd, level, name, value, size);
}

static void
adapter_free(void *userdata)
{
	struct adapter *adapter = userdata;

	the_adapter = NULL;
	wire_report_left(adapter);
	estab_stack_destroy(adapter->stack);
	malloc_mempool_destroy(adapter->pool);
	eal_stop(NULL);
	free(adapter);
}

static void
give_up(const char *what, const char *why)
{
	fprintf(stderr, "estab: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

/*
 * packetdrill binds what it loads to libraries before itself, and then EAL looks at another optarg
 * than getopt sets. Loaded before the program, EAL and getopt agree.
 */
static bool
is_preloaded(void)
{
	return dlsym(RTLD_DEFAULT, "packetdrill_interface_init") != NULL;
}

/* packetdrill prepares for real time; ours is virtual, and others need the machine. */
static void
stay_modest(void)
{
	const struct sched_param ordinary = { .sched_priority = 0 };

	munlockall();
	sched_setscheduler(0, SCHED_OTHER, &ordinary);
}

static struct adapter *
adapter_create(const char *flags)
{
	struct adapter *adapter = calloc(1, sizeof(*adapter));
	const char *why = "";

	if (adapter == NULL)
		give_up("adapter", "no memory");
	stay_modest();
	if (!is_preloaded())
		give_up("loading", "this object must be named by LD_PRELOAD as well");
	if (!profile_read(&adapter->profile, flags))
		give_up("flags", "not understood");
	if (eal_start(NULL) != 0)
		give_up("EAL", rte_strerror(rte_errno));
	adapter->pool = malloc_mempool_create("packetdrill", MBUFS, ROOM);
	if (adapter->pool == NULL)
		give_up("mempool", rte_strerror(rte_errno));
	adapter->profile.config.mbuf_pool = adapter->pool;
	if (estab_stack_config_check(&adapter->profile.config, &why) != 0)
		give_up("configuration", why);
	adapter->stack = estab_stack_create(&adapter->profile.config);
	if (adapter->stack == NULL)
		give_up("estab_stack_create", rte_strerror(rte_errno));
	adapter->now_ns = START_NS;
	adapter->script = pthread_self();
	pthread_mutex_init(&adapter->mutex, NULL);
	pthread_cond_init(&adapter->progress, NULL);
	return adapter;
}

static int
no_pipe(void *userdata, int fds[2])
{
	(void)userdata;
	(void)fds;
	return (int)adapter_result(-ENOSYS);
}

static int
no_splice(void *userdata, int from, loff_t *from_at, int to, loff_t *to_at, size_t size,
		unsigned int flags)
{
	(void)userdata;
	(void)from;
	(void)from_at;
	(void)to;
	(void)to_at;
	(void)size;
	(void)flags;
	return (int)adapter_result(-ENOSYS);
}

EXPORT void
packetdrill_interface_init(const char *flags, struct packetdrill_interface *interface)
{
	unsetenv("LD_PRELOAD"); /* not for the shell commands of the script */
	the_adapter = adapter_create(flags);
	*interface = (struct packetdrill_interface){
		.userdata = the_adapter,
		.free = adapter_free,
		.socket = adapter_socket,
		.bind = adapter_bind,
		.listen = adapter_listen,
		.accept = adapter_accept,
		.connect = adapter_connect,
		.read = adapter_read,
		.readv = adapter_readv,
		.recv = adapter_recv,
		.recvfrom = adapter_recvfrom,
		.recvmsg = adapter_recvmsg,
		.write = adapter_write,
		.writev = adapter_writev,
		.send = adapter_send,
		.sendto = adapter_sendto,
		.sendmsg = adapter_sendmsg,
		.fcntl = adapter_fcntl,
		.ioctl = adapter_ioctl,
		.close = adapter_close,
		.shutdown = adapter_shutdown,
		.getsockopt = adapter_getsockopt,
		.setsockopt = adapter_setsockopt,
		.poll = adapter_poll,
		.netdev_send = adapter_netdev_send,
		.netdev_receive = adapter_netdev_receive,
		.usleep = adapter_usleep,
		.gettimeofday = adapter_gettimeofday,
		.epoll_create = adapter_epoll_create,
		.epoll_ctl = adapter_epoll_ctl,
		.epoll_wait = adapter_epoll_wait,
		.pipe = no_pipe,
		.splice = no_splice,
	};
}
