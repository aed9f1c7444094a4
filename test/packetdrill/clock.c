/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtual time. It moves when packetdrill sleeps, waits for a packet, or looks at the clock (by a
 * microsecond each time: it spins on it); whatever the stack has to do on the way is done at its
 * own time. A thread whose call has blocked learns when the call ended, not when it woke up.
 */
#include <errno.h>

#include <rte_common.h>

#include "adapter.h"

enum { TURNS_MAX = 10000 }; /* without time passing: more is a loop */

#define US UINT64_C(1000)

/* Try again what a sleeping thread waits for. @return whether something may have to be sent */
static bool
retry_waiting(struct adapter *adapter)
{
	struct request *request = adapter->waiting;

	if (request == NULL)
		return false;
	request->result = request->attempt(adapter, request);
	if (request->result == -EAGAIN && adapter->now_ns < request->end_ns)
		return false;
	request->finished = true;
	adapter->waiting = NULL;
	adapter->latch_ns = adapter->now_ns;
	pthread_cond_broadcast(&adapter->progress);
	return true;
}

void
clock_turn(struct adapter *adapter)
{
	unsigned int turns = 0;
	bool more;

	do {
		more = wire_transmit(adapter);
		socket_collect_events(adapter);
		more |= retry_waiting(adapter);
	} while (more && ++turns < TURNS_MAX);
	states_write(adapter);
}

uint64_t
clock_deadline(const struct adapter *adapter)
{
	const uint64_t deadline = estab_stack_deadline(adapter->stack);

	return adapter->waiting == NULL ? deadline : RTE_MIN(deadline, adapter->waiting->end_ns);
}

void
clock_advance(struct adapter *adapter, uint64_t to_ns)
{
	uint64_t deadline;

	while ((deadline = clock_deadline(adapter)) <= to_ns) {
		adapter->now_ns = RTE_MAX(adapter->now_ns, deadline);
		clock_turn(adapter);
	}
	adapter->now_ns = RTE_MAX(adapter->now_ns, to_ns);
}

/* Sleep, really, until another thread's turn has finished the request. */
ssize_t
clock_wait(struct adapter *adapter, struct request *request)
{
	adapter->waiting = request;
	while (!request->finished)
		pthread_cond_wait(&adapter->progress, &adapter->mutex);
	adapter->latched = true;
	adapter->latch_thread = pthread_self();
	return request->result;
}

int
adapter_usleep(void *userdata, useconds_t us)
{
	struct adapter *adapter = userdata;

	adapter_lock(adapter);
	clock_advance(adapter, adapter->now_ns + us * US);
	adapter_unlock(adapter);
	return 0;
}

int
adapter_gettimeofday(void *userdata, struct timeval *time, struct timezone *zone)
{
	struct adapter *adapter = userdata;
	uint64_t us;

	(void)zone;
	adapter_lock(adapter);
	if (adapter->latched && pthread_equal(adapter->latch_thread, pthread_self())) {
		us = adapter->latch_ns / US;
		adapter->latched = false;
	} else {
		clock_advance(adapter, adapter->now_ns + US);
		us = adapter->now_ns / US;
	}
	adapter_unlock(adapter);
	time->tv_sec = (time_t)(us / 1000000);
	time->tv_usec = (suseconds_t)(us % 1000000);
	return 0;
}
