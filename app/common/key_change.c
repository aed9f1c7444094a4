/* SPDX-License-Identifier: BSD-3-Clause */
#include "key_change.h"

#include <string.h>
#include <time.h>

#include <estab/cookie.h>

#include "clock.h"
#include "secret.h"

/* The clock that is shared is asked a few times in each slot: TSCs drift away from it. */
#define SHARED_PERIOD_NS (ESTAB_COOKIE_SLOT_NS / 4)

static uint64_t
time_of_day_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* Of the key of a slot. Hosts whose clocks differ a little agree on it, unlike on the time of a change. */
static uint64_t
key_number(const struct key_options *options, uint64_t slot)
{
	return options->period_ns != 0 ? slot * ESTAB_COOKIE_SLOT_NS / options->period_ns : 0;
}

static void
take_shared(const struct key_options *options, struct estab_stack *stack, uint64_t slots_ahead,
		uint64_t now_ns)
{
	struct estab_cookie_key key = { .shared_ns = time_of_day_ns() };

	memcpy(key.secret, options->secret, sizeof(key.secret));
	key.number = key_number(options, key.shared_ns / ESTAB_COOKIE_SLOT_NS + slots_ahead);
	estab_stack_cookie_key(stack, &key, now_ns);
}

/* Without chance there is no new key, and the old one is still good. */
static void
take_random(struct estab_stack *stack, uint64_t now_ns)
{
	struct estab_cookie_key key = { .shared_ns = 0 };

	if (secret_fill(key.secret, sizeof(key.secret)) == 0)
		estab_stack_cookie_key(stack, &key, now_ns);
}

void
key_change_now(struct key_change *change, const struct key_options *options,
		struct estab_stack *stack, uint64_t now_ns)
{
	const bool shared = options->secret_file != NULL;

	if (shared) {
		if (!change->begun)
			take_shared(options, stack, 0, now_ns);
		take_shared(options, stack, 1, now_ns);
	} else if (change->begun) {
		take_random(stack, now_ns);
	}
	change->begun = true;
	change->due_ns = now_ns + (shared ? SHARED_PERIOD_NS : options->period_ns);
	if (!shared && options->period_ns == 0)
		change->due_ns = UINT64_MAX;
}
