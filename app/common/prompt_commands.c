/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands of the prompt, by the names of testpmd's where it has them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_log.h>

#include "capture.h"
#include "parse.h"
#include "prompt_parts.h"
#include "prompt_text.h"
#include "signals.h"
#include "state_log.h"
#include "telemetry_ask.h"

enum { HELP_COLUMN = 32 };

void
prompt_ask(struct prompt *prompt, answer_t answer, const char *params, bool counters)
{
	struct text_teller to;
	const struct question question = { .source = prompt->program->source,
		.params = params,
		.teller = &to.teller,
		.since = prompt->since };

	text_teller_init(&to, prompt->out, counters);
	answer(&question);
}

static void
tell(struct prompt *prompt, const char *why_not, const char *done)
{
	fprintf(prompt->out, "%s\n", why_not != NULL ? why_not : done);
}

static void
run_start(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	tell(prompt, prompt->program->start(prompt->program->program), "started");
}

static void
run_stop(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	tell(prompt, prompt->program->stop(prompt->program->program), "stopped");
}

static void
run_quit(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	atomic_store(&prompt->over, true);
	signals_stop();
}

static void
run_help(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	for (size_t i = 0; i < prompt_row_count; i++) {
		const bool is_long = strlen(prompt_rows[i].form) > HELP_COLUMN;

		fprintf(prompt->out, "  %-*s%s%*s%s\n", HELP_COLUMN, prompt_rows[i].form,
				is_long ? "\n" : " ", is_long ? HELP_COLUMN + 3 : 0, "",
				prompt_rows[i].help);
	}
}

static void
run_show_port(struct prompt *prompt, const struct prompt_words *words)
{
	const char *what = words->word[2], *which = words->word[3];

	if (strcmp(what, "stats") == 0)
		prompt_ports(prompt, which, prompt_port_stats);
	else if (strcmp(what, "xstats") == 0)
		prompt_ports(prompt, which, prompt_port_xstats);
	else
		prompt_ports(prompt, which, prompt_port_info);
}

static void
run_clear_port(struct prompt *prompt, const struct prompt_words *words)
{
	prompt_ports(prompt, words->word[3],
			strcmp(words->word[2], "stats") == 0 ? prompt_port_stats_clear
							     : prompt_port_xstats_clear);
}

static void
run_show_tcp(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	prompt_ask(prompt, answer_stats, NULL, true);
}

static void
run_show_drops(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	prompt_ask(prompt, answer_drops, NULL, true);
}

static void
run_show_lcores(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	prompt_lcores(prompt);
}

static void
run_show_lcore(struct prompt *prompt, const struct prompt_words *words)
{
	prompt_ask(prompt, answer_lcore, words->word[2], true);
}

static void
run_show_listeners(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	prompt_ask(prompt, answer_listeners, NULL, false);
}

static void
run_show_log(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	prompt_ask(prompt, answer_log, NULL, false);
}

static void
run_show_config(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	prompt_ask(prompt, answer_config, NULL, false);
}

static void
run_show_latency(struct prompt *prompt, const struct prompt_words *words)
{
	prompt_ask(prompt, answer_histogram, words->word[2], false);
}

static void
run_show_conns(struct prompt *prompt, const struct prompt_words *words)
{
	const char *filter = words->word[2];
	uint64_t start = 0;

	if (words->word[3][0] != '\0' && !answers_take_number(words->word[3], UINT64_MAX, &start)) {
		fprintf(prompt->out, "no connection of this number\n");
		return;
	}
	prompt_conns(prompt, *filter == '\0' || strcmp(filter, "all") == 0 ? NULL : filter, start);
}

static void
run_show_conn(struct prompt *prompt, const struct prompt_words *words)
{
	prompt_ask(prompt, answer_conn, words->word[2], false);
}

/* What a stack has counted by now; each lcore answers for its own. */
static void
run_clear_tcp(struct prompt *prompt, const struct prompt_words *words)
{
	const struct telemetry_source *source = prompt->program->source;
	struct answers_sum *since = calloc(source->stack_count, sizeof(*since));

	(void)words;
	for (unsigned int i = 0; since != NULL && i < source->stack_count; i++) {
		struct telemetry_paper *paper = telemetry_paper(source, i);

		if (paper == NULL || !telemetry_ask_stats(paper)) {
			fprintf(prompt->out, "lcore %u does not answer\n", source->stacks[i].lcore);
			free(since);
			return;
		}
		since[i].stats = paper->stats;
		memcpy(since[i].counters, paper->counters, sizeof(since[i].counters));
	}
	free(prompt->since);
	prompt->since = since;
	fprintf(prompt->out, "counted from now on; the totals at the end have all\n");
}

static void
run_set_rate(struct prompt *prompt, const struct prompt_words *words)
{
	const struct prompt_program *program = prompt->program;
	uint64_t rate = 0;

	(void)parse_number(words->word[2], &rate);
	if (program->set_rate == NULL)
		fprintf(prompt->out, "this program has no rate\n");
	else
		tell(prompt, program->set_rate(program->program, rate), "set");
}

static void
run_start_capture(struct prompt *prompt, const struct prompt_words *words)
{
	struct capture *capture = prompt->program->source->capture;
	const char *filter = words->word[3];
	char why[CAPTURE_WHY_MAX];

	if (capture_start(capture, words->word[2], filter[0] != '\0' ? filter : NULL, why,
			    sizeof(why)) == 0)
		capture_print(capture, prompt->out);
	else
		fprintf(prompt->out, "%s\n", why);
}

static void
run_stop_capture(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	if (capture_stop(prompt->program->source->capture))
		prompt_ask(prompt, answer_capture, NULL, false);
	else
		fprintf(prompt->out, "nothing is captured\n");
}

static void
run_show_capture(struct prompt *prompt, const struct prompt_words *words)
{
	(void)words;
	prompt_ask(prompt, answer_capture, NULL, false);
}

static const char *const level_names[] = {
	[RTE_LOG_EMERG] = "emergency",
	[RTE_LOG_ALERT] = "alert",
	[RTE_LOG_CRIT] = "critical",
	[RTE_LOG_ERR] = "error",
	[RTE_LOG_WARNING] = "warning",
	[RTE_LOG_NOTICE] = "notice",
	[RTE_LOG_INFO] = "info",
	[RTE_LOG_DEBUG] = "debug",
};

static void
run_set_log(struct prompt *prompt, const struct prompt_words *words)
{
	uint32_t level = RTE_LOG_DEBUG;

	while (level > 0 && strcmp(words->word[3], level_names[level]) != 0)
		level--;
	if (strcmp(words->word[2], "global") == 0)
		rte_log_set_global_level(level);
	else if (rte_log_set_level_pattern(words->word[2], level) < 0)
		level = 0;
	state_log_follow(prompt->program->source);
	fprintf(prompt->out, level > 0 ? "set\n" : "cannot be set\n");
}

const struct prompt_row prompt_rows[] = {
	{ "start", run_start, "begin: of estab-echo to listen, of estab-bench to measure" },
	{ "stop", run_stop, "listen no more, or end the measurement" },
	{ "start capture WORD", run_start_capture, "packets to this file from now on" },
	{ "start capture WORD FILTER", run_start_capture, "some of them, as tcpdump has it" },
	{ "stop capture", run_stop_capture, "no more packets to the file" },
	{ "quit", run_quit, "end the program, as Ctrl-D" },
	{ "help", run_help, "this text" },
	{ "show port stats|xstats|info all", run_show_port, "what the devices count, or are" },
	{ "show port stats|xstats|info N", run_show_port, "one of them" },
	{ "show tcp stats", run_show_tcp, "counters of all lcores together, but for those at 0" },
	{ "show drops", run_show_drops, "packets dropped, by reason" },
	{ "show lcores", run_show_lcores, "a line for each lcore" },
	{ "show lcore N", run_show_lcore, "counters of one of them" },
	{ "show conn", run_show_conns, "connections, a page of them" },
	{ "show conn WORD", run_show_conns, "those whose line has this in it" },
	{ "show conn WORD N", run_show_conns, "going on where a page has ended; all: any" },
	{ "show conn N", run_show_conn, "one connection, by its id" },
	{ "show latency WORD", run_show_latency, "of estab-bench: connect, response, transaction" },
	{ "show listeners", run_show_listeners, "of estab-echo: its ports" },
	{ "show capture", run_show_capture, "how much is in the file" },
	{ "show log", run_show_log,
			"lines about states of connections: set log lib.estab.tcp debug" },
	{ "show config", run_show_config, "what is in force" },
	{ "set rate RATE", run_set_rate, "of estab-bench with --rate: connections per second" },
	{ "set log WORD emergency|alert|critical|error|warning|notice|info|debug", run_set_log,
			"level of a log type such as lib.estab.*, or global" },
	{ "clear tcp stats", run_clear_tcp, "show what is counted from now on" },
	{ "clear port stats|xstats all", run_clear_port, "let the devices count from 0" },
	{ "clear port stats|xstats N", run_clear_port, "one of them" },
};
const size_t prompt_row_count = RTE_DIM(prompt_rows);
