/* SPDX-License-Identifier: BSD-3-Clause */
#include "scene.h"

#include <stdlib.h>

#include "fixture_internal.h"

/* What the stack has sent goes to its peer, and who it asks for is found. @return frames */
static unsigned int
hand_over_frames(struct fixture *t)
{
	uint8_t frame[FRAME_MAX], answer[FRAME_MAX];
	const uint8_t mac[6] = { 0x02, 0, 0, 0, 0, 0x64 };
	struct frame_ends ends;
	struct packet packet;
	unsigned int n = 0;
	size_t size;

	for (; (size = memory_port_take(&t->port, frame, sizeof(frame))) > 0; n++) {
		if (frame_classify(frame, size) == FRAME_NEIGHBOUR_QUESTION) {
			size = frame_answer_neighbour(frame, size, mac, answer);
			assert_int_equal(memory_port_put(&t->port, t->pool, answer, size), 0);
			continue;
		}
		assert_null(frame_parse(frame, size, &ends, &packet));
		for (unsigned int i = 0; i < 2; i++) {
			if (packet.flags & PACKET_SYN && t->peers[i].port == ends.target_port)
				t->peers[i].stack_port = ends.source_port;
			if (t->peers[i].port == ends.target_port && packet.text_len == 0)
				segment_sent(t, &t->peers[i], &packet);
		}
	}
	return n;
}

void
scene_turns(struct scene *s)
{
	struct fixture *t = s->t;

	do {
		estab_stack_receive(t->stack, t->now_ns);
		client_work(&s->party, t->now_ns);
		estab_stack_transmit(t->stack, t->now_ns);
	} while (hand_over_frames(t) > 0);
}

struct scene *
scene_begin(void **state, const struct bench_options *options, uint64_t budget)
{
	struct scene *s = calloc(1, sizeof(*s)); /* histograms make it large */
	struct server_list servers = { .count = 1 };

	assert_non_null(s);
	s->t = *state;
	start(s->t);
	servers.servers[0] = fixture_peer_endpoint(s->t);
	s->options = *options;
	assert_int_equal(client_init(&s->client, "client", &s->options, &servers), 0);
	s->client.stack = s->t->stack;
	s->party.role = &s->client;
	client_begin(&s->client, options->rate, s->t->now_ns, budget);
	scene_turns(s);
	return s;
}

void
scene_end(struct scene *s)
{
	assert_true(client_is_idle(&s->client));
	assert_int_equal(client_fini(&s->client), 0);
	free(s);
}

void
scene_after(struct scene *s, uint64_t ms)
{
	s->t->now_ns += ms * MS;
}

void
scene_answer_syn(struct scene *s)
{
	arrive_later(s->t, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	scene_turns(s);
}
