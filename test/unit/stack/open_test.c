/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OPEN, passive and active: every answer that listen.h and conn.h name, and which local end a
 * connection gets.
 */
#include <errno.h>

#include <rte_common.h>

#include "eal.h"
#include "fixture.h"

static struct estab_endpoint
endpoint(const char *text, uint16_t port)
{
	struct estab_endpoint end = { .port = port };

	if (text != NULL)
		assert_int_equal(estab_address_parse(text, &end.address), 0);
	return end;
}

static int
try_listen(struct fixture *t, struct estab_endpoint local, struct estab_listener **listener)
{
	const struct estab_listen_config config = { .local = local };

	start(t);
	return estab_listen(t->stack, &config, listener);
}

static int
try_connect(struct fixture *t, struct estab_endpoint remote, struct estab_endpoint local,
		struct estab_conn **conn)
{
	const struct estab_connect_config config = { .remote = remote, .local = local, .user = t };

	start(t);
	return estab_connect(t->stack, &config, conn);
}

/* Another address of the peer's family, of the stack's or of nobody. */
static const char *
of_family(const struct fixture *t, const char *ipv4, const char *ipv6)
{
	return t->family == ESTAB_FAMILY_IPV4 ? ipv4 : ipv6;
}

#define STACK_1(t) of_family(t, "192.0.2.1", "2001:db8::1")
#define STACK_2(t) of_family(t, "192.0.2.2", "2001:db8::2")
#define NOBODY(t)  of_family(t, "192.0.2.9", "2001:db8::9")
#define PEER(t)    of_family(t, "192.0.2.100", "2001:db8::64")
#define ANY_OF(t)  of_family(t, "0.0.0.0", "::")

static void
listen_refuses_what_cannot_be_listened_on(void **state)
{
	struct fixture *t = *state;
	struct estab_listener *listener = NULL;
	struct estab_endpoint odd = endpoint(STACK_1(t), 80);

	assert_int_equal(try_listen(t, endpoint(STACK_1(t), 0), &listener), -EINVAL);
	assert_int_equal(try_listen(t, endpoint(NOBODY(t), 80), &listener), -EADDRNOTAVAIL);
	odd.address.family = ESTAB_FAMILY_ANY; /* with an address that is not zero */
	assert_int_equal(try_listen(t, odd, &listener), -EADDRNOTAVAIL);
	assert_null(listener);
}

static void
listen_on_the_same_endpoint_twice_is_refused_and_on_others_not(void **state)
{
	struct fixture *t = *state;
	struct estab_listener *listeners[5];

	assert_int_equal(try_listen(t, endpoint(STACK_1(t), 80), &listeners[0]), 0);
	assert_int_equal(try_listen(t, endpoint(STACK_2(t), 80), &listeners[1]), 0);
	assert_int_equal(try_listen(t, endpoint(ANY_OF(t), 80), &listeners[2]), 0);
	assert_int_equal(try_listen(t, endpoint(NULL, 80), &listeners[3]), 0);
	assert_int_equal(try_listen(t, endpoint(STACK_1(t), 81), &listeners[4]), 0);
	assert_int_equal(try_listen(t, endpoint(STACK_1(t), 80), &t->listener), -EADDRINUSE);
	assert_int_equal(try_listen(t, endpoint(ANY_OF(t), 80), &t->listener), -EADDRINUSE);
	assert_int_equal(try_listen(t, endpoint(NULL, 80), &t->listener), -EADDRINUSE);
	estab_listener_close(listeners[0]);
	assert_int_equal(try_listen(t, endpoint(STACK_1(t), 80), &listeners[0]), 0);
	for (unsigned int i = 0; i < 5; i++)
		estab_listener_close(listeners[i]);
	t->listener = NULL;
}

static void
listen_beyond_the_limit_is_refused_until_one_is_closed(void **state)
{
	struct fixture *t = *state;
	struct estab_listener *first, *second, *third;

	t->config.limits.listeners = 2;
	assert_int_equal(try_listen(t, endpoint(NULL, 1), &first), 0);
	assert_int_equal(try_listen(t, endpoint(NULL, 1), &second), -EADDRINUSE); /* takes none */
	assert_int_equal(try_listen(t, endpoint(NULL, 2), &second), 0);
	assert_int_equal(try_listen(t, endpoint(NULL, 3), &third), -ENOBUFS);
	estab_listener_close(first);
	assert_int_equal(try_listen(t, endpoint(NULL, 3), &third), 0);
	estab_listener_close(second);
	estab_listener_close(third);
}

/* "0 means 128" */
static void
listen_without_a_backlog_takes_128(void **state)
{
	enum { PEERS = 64, ADDRESSES = 2 };
	struct fixture *t = *state;
	unsigned int accepted = 0;
	struct estab_conn *conn;

	t->config.limits.connections = 512;
	in_listen(t);
	for (unsigned int i = 0; i < 130; i++) {
		speak_as(t, i % PEERS);
		speak_anew(t, t->peer->iss);
		t->peer->port = (uint16_t)(1000 + i);
		arrive(t, "S 0:0(0) win 65535 <mss 1000>");
		if (next_sent(t) != NULL)
			arrive(t, ". 1:1(0) ack 1");
		ignore_sent(t);
	}
	while (estab_accept_burst(t->listener, &conn, 1) == 1) {
		estab_conn_abort(conn);
		accepted++;
	}
	assert_int_equal(accepted, 128);
	assert_int_equal(stats_now(t).accept_queue_overflows, 2);
	t->port.tx_room = 0; /* to peers that have other ports by now */
	for (unsigned int i = 0; i < 3; i++)
		estab_stack_poll(t->stack, t->now_ns);
	assert_int_equal(stats_now(t).connections_open, 0);
	estab_stack_destroy(t->stack);
	t->stack = NULL;
}

/* MUST-46: "A TCP implementation MUST reject as an error a local OPEN call for an invalid remote IP
 * address (e.g., a broadcast or multicast address)" */
static void
connect_to_no_host_is_refused(void **state)
{
	static const char *const ipv4[] = { "224.0.0.1", "255.255.255.255", "192.0.2.255",
		"0.0.0.0" };
	static const char *const ipv6[] = { "ff02::1", "ff0e::1", "::", "ff02::1:ff00:1" };
	struct fixture *t = *state;
	struct estab_conn *conn = NULL;

	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(try_connect(t, endpoint(of_family(t, ipv4[i], ipv6[i]), 80),
						 endpoint(NULL, 0), &conn),
				-EINVAL);
	assert_int_equal(try_connect(t, endpoint(PEER(t), 0), endpoint(NULL, 0), &conn), -EINVAL);
	assert_int_equal(try_connect(t, endpoint(NULL, 80), endpoint(NULL, 0), &conn), -EINVAL);
	assert_null(conn);
	assert_int_equal(stats_now(t).connections_open, 0);
}

static void
connect_from_an_address_that_is_not_ours_is_refused(void **state)
{
	struct fixture *t = *state;
	const char *other = t->family == ESTAB_FAMILY_IPV4 ? "2001:db8::1" : "192.0.2.1";
	struct estab_conn *conn = NULL;

	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(NOBODY(t), 0), &conn),
			-EADDRNOTAVAIL);
	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(other, 0), &conn),
			-EADDRNOTAVAIL);
	assert_null(conn);
}

static void
connect_without_an_address_of_the_family_is_refused(void **state)
{
	struct fixture *t = *state;
	struct estab_conn *conn = NULL;
	struct estab_interface *interface = &t->config.interface;

	if (t->family == ESTAB_FAMILY_IPV4)
		interface->addresses[0] = interface->addresses[1];
	interface->address_count = 1; /* of the other family */
	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(NULL, 0), &conn),
			-EADDRNOTAVAIL);
	assert_null(conn);
}

/* MUST-42 and MUST-43: the local end is as asked for, else chosen. */
static void
connect_has_the_local_end_that_was_asked_for(void **state)
{
	struct fixture *t = *state;
	const struct estab_endpoint asked = endpoint(STACK_2(t), 1234);
	struct estab_conn_info info;
	struct estab_conn *conn;

	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), asked, &conn), 0);
	estab_conn_status(conn, &info);
	assert_int_equal(info.local.port, 1234);
	assert_memory_equal(info.local.address.bytes, asked.address.bytes, 16);
	assert_ptr_equal(estab_conn_user(conn), t);
	estab_conn_abort(conn);
	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(NULL, 0), &conn), 0);
	estab_conn_status(conn, &info);
	assert_in_range(info.local.port, 32768, 65535);
	assert_memory_equal(info.local.address.bytes, endpoint(STACK_1(t), 0).address.bytes, 16);
	assert_int_equal(info.remote.port, 80);
	estab_conn_abort(conn);
}

static void
connect_over_a_4_tuple_in_use_is_refused(void **state)
{
	struct fixture *t = *state;
	struct estab_conn *conn = NULL, *other;
	const struct estab_endpoint local = endpoint(STACK_1(t), FIXTURE_PORT);

	in_established(t);
	assert_int_equal(try_connect(t, endpoint(PEER(t), FIXTURE_PEER_PORT), local, &conn),
			-EADDRINUSE);
	assert_null(conn);
	assert_int_equal(try_connect(t, endpoint(PEER(t), FIXTURE_PEER_PORT),
					 endpoint(STACK_2(t), FIXTURE_PORT), &other),
			0);
	estab_conn_abort(other);
}

static void
connect_with_every_port_in_use_is_refused(void **state)
{
	struct fixture *t = *state;
	struct estab_conn *conns[3];

	t->config.tcp.ephemeral_port_first = 50000;
	t->config.tcp.ephemeral_port_last = 50001;
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(NULL, 0),
						 &conns[i]),
				i < 2 ? 0 : -EADDRNOTAVAIL);
	assert_int_equal(try_connect(t, endpoint(PEER(t), 81), endpoint(NULL, 0), &conns[2]), 0);
	for (unsigned int i = 0; i < 3; i++)
		estab_conn_abort(conns[i]);
}

/* Every third port, and connections to nobody but the peer, family by family. */
static bool
owns_every_third(const void *context, const struct estab_endpoint *local,
		const struct estab_endpoint *remote)
{
	const struct memory_port *port = context;
	const struct fixture *t = container_of(port, struct fixture, port);
	const struct estab_endpoint mine = endpoint(STACK_1(t), 0), peer = endpoint(PEER(t), 80);

	assert_memory_equal(local->address.bytes, mine.address.bytes, sizeof(mine.address.bytes));
	assert_memory_equal(remote->address.bytes, peer.address.bytes, sizeof(peer.address.bytes));
	assert_int_equal(remote->port, peer.port);
	return local->port % 3 == 0;
}

/* The stack shares its device with others, to which the answers would come. */
static void
connect_takes_only_ports_whose_answers_come_back_here(void **state)
{
	struct fixture *t = *state;
	struct estab_conn_info info;
	struct estab_conn *conns[4];

	t->config.tcp.ephemeral_port_first = 50000;
	t->config.tcp.ephemeral_port_last = 50008; /* 50001, 50004 and 50007 */
	t->port.port.owns = owns_every_third;
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(NULL, 0),
						 &conns[i]),
				i < 3 ? 0 : -EADDRNOTAVAIL);
	for (unsigned int i = 0; i < 3; i++) {
		estab_conn_status(conns[i], &info);
		assert_int_equal(info.local.port % 3, 0);
		estab_conn_abort(conns[i]);
	}
	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(STACK_1(t), 1000),
					 &conns[3]),
			-EADDRNOTAVAIL);
	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(STACK_1(t), 999),
					 &conns[3]),
			0);
	estab_conn_abort(conns[3]);
}

static void
connect_beyond_the_limit_of_connections_is_refused(void **state)
{
	struct fixture *t = *state;
	struct estab_conn *conns[2];

	t->config.limits.connections = 1;
	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(NULL, 0), &conns[0]), 0);
	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(NULL, 0), &conns[1]),
			-ENOBUFS);
	estab_conn_abort(conns[0]);
	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(NULL, 0), &conns[1]), 0);
	estab_conn_abort(conns[1]);
}

static void
connect_while_draining_is_refused(void **state)
{
	struct fixture *t = *state;
	struct estab_conn *conn = NULL;

	start(t);
	assert_int_equal(app_drain(t), 0);
	assert_int_equal(try_connect(t, endpoint(PEER(t), 80), endpoint(NULL, 0), &conn),
			-ESHUTDOWN);
	assert_null(conn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(listen_refuses_what_cannot_be_listened_on),
		FIXTURE_TEST(listen_on_the_same_endpoint_twice_is_refused_and_on_others_not),
		FIXTURE_TEST(listen_beyond_the_limit_is_refused_until_one_is_closed),
		FIXTURE_TEST(listen_without_a_backlog_takes_128),
		FIXTURE_TEST(connect_to_no_host_is_refused),
		FIXTURE_TEST(connect_from_an_address_that_is_not_ours_is_refused),
		FIXTURE_TEST(connect_without_an_address_of_the_family_is_refused),
		FIXTURE_TEST(connect_has_the_local_end_that_was_asked_for),
		FIXTURE_TEST(connect_over_a_4_tuple_in_use_is_refused),
		FIXTURE_TEST(connect_with_every_port_in_use_is_refused),
		FIXTURE_TEST(connect_takes_only_ports_whose_answers_come_back_here),
		FIXTURE_TEST(connect_beyond_the_limit_of_connections_is_refused),
		FIXTURE_TEST(connect_while_draining_is_refused),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
