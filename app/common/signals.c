/* SPDX-License-Identifier: BSD-3-Clause */
#include "signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

/* The one word that a signal handler and every lcore must share. */
static atomic_bool stopped;

static void
handle_signal(int number)
{
	(void)number;
	atomic_store_explicit(&stopped, true, memory_order_relaxed);
}

void
signals_init(void)
{
	const struct sigaction action = {
		.sa_handler = handle_signal,
		.sa_flags = (int)SA_RESETHAND, /* the second one kills */
	};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away must not end connections */
}

bool
signals_stopped(void)
{
	return atomic_load_explicit(&stopped, memory_order_relaxed);
}

void
signals_stop(void)
{
	atomic_store_explicit(&stopped, true, memory_order_relaxed);
}
