/* SPDX-License-Identifier: BSD-3-Clause */
/* What prompt.h can tell estab-echo to do: listen, and listen no more. It listens from the beginning. */
#include "echo.h"
#include "telemetry_ask.h"

static int
listen_at(void *owner, void *argument)
{
	const struct echo_options *options = argument;

	return server_listen(owner, &options->ports, options->backlog);
}

static int
listen_no_more_at(void *owner, void *argument)
{
	(void)argument;
	server_listen_no_more(owner);
	return 0;
}

/* Every server on its own lcore. @return NULL, or why not all of them */
static const char *
tell_servers(struct echo *echo, int (*act)(void *owner, void *argument))
{
	const struct telemetry_source *source = &echo->telemetry;

	for (unsigned int i = 0; i < source->stack_count; i++) {
		struct telemetry_paper *paper = telemetry_paper(source, i);

		if (paper == NULL ||
				!telemetry_ask_act(paper, act, (void *)(uintptr_t)echo->options))
			return "an lcore does not answer";
		if (paper->result != 0)
			return "a port cannot be listened on";
	}
	return NULL;
}

static const char *
start(void *program)
{
	struct echo *echo = program;

	if (echo->telemetry.port_count > 0)
		return "is started";
	echo->telemetry.port_count = echo->options->ports.count;
	return tell_servers(echo, listen_at);
}

static const char *
stop(void *program)
{
	struct echo *echo = program;

	if (echo->telemetry.port_count == 0)
		return "is stopped";
	echo->telemetry.port_count = 0;
	return tell_servers(echo, listen_no_more_at);
}

static const struct device *
device_at(const void *program, unsigned int number)
{
	return &((const struct echo *)program)->devices[number];
}

int
echo_prompt_begin(struct echo *echo)
{
	echo->prompt = (struct prompt_program){
		.source = &echo->telemetry,
		.out = stdout,
		.device_count = echo->device_count,
		.device = device_at,
		.start = start,
		.stop = stop,
		.program = echo,
	};
	return prompt_begin(&echo->options->prompt, &echo->prompt);
}
