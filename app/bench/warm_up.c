/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Before the clock starts: a connection of each client to each server, so that next hops are known and it
 * is known early what is wrong; and those that are to stand while it is measured.
 */
#include "bench.h"

#include <inttypes.h>
#include <stddef.h>

#include "complain.h"
#include "signals.h"
#include "turns.h"

#define OPENING_NS (NS_PER_SECOND / 2000) /* a connection, at the very slowest */
#define WARM_UP_NS (5 * NS_PER_SECOND)    /* a SYN and two repetitions of it, RFC 6298: 1 s + 2 s */

/* What its one connection still wanted when the time was over, and what that means. */
static const char *
warm_up_advice(const struct client *client)
{
	switch (client_waits_for(client)) {
	case CLIENT_WAITS_FOR_RESPONSE:
		return "connected, but no whole response: check --request-size and --response-size";
	case CLIENT_WAITS_FOR_CLOSE:
		if (client->options->closer == CLOSER_CLIENT)
			return "the client has closed, but the server does not close after it";
		return "connected, but the server does not close: if it waits for the client to "
		       "close first, add --close client";
	case CLIENT_WAITS_FOR_ANSWER:
		return "no answer: check --address, --gateway, and that a server is there";
	case CLIENT_WAITS_FOR_NOTHING:
		break;
	}
	return "check --address, --gateway, and that a server is there";
}

static int
complain_about_warm_up(const struct client *client)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];

	estab_endpoint_format(&client->targets.list.servers[0], text, sizeof(text));
	for (unsigned int i = 0; i < CLIENT_ERROR_COUNT; i++) {
		if (client->tally.errors[i] > 0)
			return complain(EXIT_ENVIRONMENT,
					"the first connection to %s failed (%s): %s", text,
					client_error_name((enum client_error)i),
					warm_up_advice(client));
	}
	return complain(EXIT_ENVIRONMENT, "the first connection to %s failed: %s", text,
			warm_up_advice(client));
}

static int
complain_about_signal(void)
{
	return complain(EXIT_ENVIRONMENT, "ended by a signal before anything was measured");
}

/* It is over before it began: what is open is closed all the same. @return status */
static int
end(struct bench *bench, int status)
{
	turns_drain(bench);
	return status;
}

static bool
has_failed(const struct client *client)
{
	return client_error_sum(&client->tally) > 0;
}

static bool
is_cold(const struct client *client)
{
	return client->tally.done < client->targets.list.count;
}

static struct client *
find_client(const struct bench *bench, bool (*is)(const struct client *))
{
	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++) {
		if (is(&bench->clients[i]))
			return &bench->clients[i];
	}
	return NULL;
}

/* By no plan: there is no hurry, and no pause. */
static void
begin_clients(struct bench *bench, uint64_t now_ns, uint64_t budget)
{
	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++)
		client_begin(&bench->clients[i], 0, now_ns, budget);
}

/* Of what stands, no more than the least. */
static void
set_ending(struct bench *bench, bool ending)
{
	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++)
		bench->clients[i].ending = ending;
}

int
bench_warm_up(struct bench *bench)
{
	const uint64_t deadline_ns = clock_now(&bench->clock) + WARM_UP_NS;

	begin_clients(bench, clock_now(&bench->clock), bench->servers.count);
	set_ending(bench, true);
	while ((find_client(bench, is_cold) != NULL || !turns_are_over(bench)) &&
			find_client(bench, has_failed) == NULL && !signals_stopped() &&
			clock_now(&bench->clock) < deadline_ns)
		turns_take(bench);
	set_ending(bench, false);
	if (find_client(bench, has_failed) != NULL)
		return end(bench, complain_about_warm_up(find_client(bench, has_failed)));
	if (find_client(bench, is_cold) == NULL)
		return -1;
	return end(bench,
			signals_stopped() ? complain_about_signal()
					  : complain_about_warm_up(find_client(bench, is_cold)));
}

static uint64_t
standing(const struct bench *bench)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++)
		sum += bench->clients[i].tally.connect_ns.count;
	return sum;
}

int
bench_open_standing(struct bench *bench)
{
	const uint32_t wanted = bench->connections;
	const uint64_t begin_ns = clock_now(&bench->clock);
	const uint64_t deadline_ns = begin_ns + WARM_UP_NS + wanted * OPENING_NS;

	if (!bench_workload_stands(bench->options->workload))
		return -1;
	turns_count(bench, offsetof(struct party, first));
	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++)
		client_begin(&bench->clients[i], 0, begin_ns,
				bench->clients[i].options->connections);
	while (standing(bench) < wanted && find_client(bench, has_failed) == NULL &&
			!signals_stopped() && clock_now(&bench->clock) < deadline_ns)
		turns_take(bench);
	if (standing(bench) >= wanted) /* some more than once, where the server ends them */
		return -1;
	if (signals_stopped() && find_client(bench, has_failed) == NULL)
		return end(bench, complain_about_signal());
	return end(bench,
			complain(EXIT_ENVIRONMENT,
					"only %" PRIu64 " of %" PRIu32
					" connections came about: lower --connections",
					standing(bench), wanted));
}
