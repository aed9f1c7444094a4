/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of /estab/. A number of a connection is its stack's number times 2^32 and its slot; lists come
 * in pages, whose "next" is where the next page begins. What cannot be answered is answered by a
 * string that says why.
 */
#include "telemetry.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_telemetry.h>
#include <rte_version.h>

#include <estab/conn.h>
#include <estab/stack.h>
#include <estab/version.h>

#include "../../lib/compat.h"
#include "stats_print.h"
#include "telemetry_ask.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* a thread for each client, and we */
static const struct telemetry_source *source;            /* NULL: nothing to tell */

/* The sum over some stacks. */
struct sum {
	struct estab_stats stats;
	uint64_t counters[TELEMETRY_COUNTERS_MAX];
	unsigned int stacks;
};

/* An answer in words. @return 0 */
__attribute__((format(printf, 2, 3))) static int
say(struct rte_tel_data *data, const char *format, ...)
{
	char text[RTE_TEL_MAX_STRING_LEN];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return rte_tel_data_string(data, text);
}

static int
say_silent(struct rte_tel_data *data, unsigned int stack)
{
	return say(data, "lcore %u does not answer", source->stacks[stack].lcore);
}

/* Digits only, up to a maximum. */
static bool
take_number(const char *params, uint64_t max, uint64_t *number)
{
	if (params == NULL || *params == '\0' || strspn(params, "0123456789") != strlen(params))
		return false;
	errno = 0;
	*number = strtoull(params, NULL, 10);
	return errno == 0 && *number <= max;
}

/* Where a list begins: at 0 unless it is said. */
static bool
take_start(const char *params, uint64_t *start)
{
	*start = 0;
	return params == NULL || take_number(params, UINT64_MAX, start);
}

static void
add_number(struct rte_tel_data *dict, const char *name, uint64_t number)
{
	COMPAT_TEL_ADD_DICT_UINT(dict, name, number);
}

/* Strings of telemetry have an end: what is longer is cut. */
static void
add_string(struct rte_tel_data *dict, const char *name, const char *text)
{
	char cut[RTE_TEL_MAX_STRING_LEN];

	snprintf(cut, sizeof(cut), "%s", text);
	rte_tel_data_add_dict_string(dict, name, cut);
}

static void
add_address(struct rte_tel_data *dict, const char *name, const struct estab_endpoint *endpoint)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];

	add_string(dict, name, estab_endpoint_format(endpoint, text, sizeof(text)));
}

/* A list within an answer. NULL: no memory; then it is left out */
static struct rte_tel_data *
begin_list(enum rte_tel_value_type type)
{
	struct rte_tel_data *list = rte_tel_data_alloc();

	if (list != NULL)
		rte_tel_data_start_array(list, type);
	return list;
}

static void
add_list(struct rte_tel_data *dict, const char *name, struct rte_tel_data *list)
{
	if (list != NULL && rte_tel_data_add_dict_container(dict, name, list, 0) != 0)
		rte_tel_data_free(list);
}

/* Those of one lcore, or of all: UINT64_MAX. @return -1, or the first stack that does not answer */
static int
ask_sum(struct sum *sum, uint64_t lcore)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; i < source->stack_count; i++) {
		struct telemetry_paper *paper;

		if (lcore != UINT64_MAX && source->stacks[i].lcore != lcore)
			continue;
		paper = telemetry_paper(source, i);
		if (paper == NULL || !telemetry_ask_stats(paper))
			return (int)i;
		stats_add(&sum->stats, &paper->stats);
		for (unsigned int j = 0; j < source->counter_count; j++)
			sum->counters[j] += paper->counters[j];
		sum->stacks++;
	}
	return -1;
}

static void
add_counters(struct rte_tel_data *dict, const struct sum *sum)
{
	for (unsigned int i = 0; i < stats_count(); i++)
		add_number(dict, stats_name(i), stats_value(&sum->stats, i));
	for (unsigned int i = 0; i < source->counter_count; i++)
		add_number(dict, source->counter_name(i), sum->counters[i]);
}

static int
answer_stats(const char *params, struct rte_tel_data *data)
{
	struct sum sum;
	int silent;

	if (params != NULL)
		return say(data, "takes nothing; for one lcore ask /estab/lcore,N");
	silent = ask_sum(&sum, UINT64_MAX);
	if (silent >= 0)
		return say_silent(data, (unsigned int)silent);
	rte_tel_data_start_dict(data);
	add_counters(data, &sum);
	return 0;
}

static int
answer_drops(const char *params, struct rte_tel_data *data)
{
	struct sum sum;
	int silent;

	if (params != NULL)
		return say(data, "takes nothing");
	silent = ask_sum(&sum, UINT64_MAX);
	if (silent >= 0)
		return say_silent(data, (unsigned int)silent);
	rte_tel_data_start_dict(data);
	for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++)
		add_number(data, estab_drop_name(i), sum.stats.drops[i]);
	add_number(data, "unaccounted", (uint64_t)stats_unaccounted(&sum.stats));
	return 0;
}

static int
answer_lcore(const char *params, struct rte_tel_data *data)
{
	struct sum sum;
	uint64_t lcore;
	int silent;

	if (!take_number(params, UINT32_MAX, &lcore))
		return say(data, "wants the number of an lcore, such as %u",
				source->stacks[0].lcore);
	silent = ask_sum(&sum, lcore);
	if (silent >= 0)
		return say_silent(data, (unsigned int)silent);
	if (sum.stacks == 0)
		return say(data, "lcore %" PRIu64 " has no stack", lcore);
	rte_tel_data_start_dict(data);
	add_number(data, "lcore", lcore);
	add_number(data, "stacks", sum.stacks);
	add_counters(data, &sum);
	return 0;
}

static void
add_addresses(struct rte_tel_data *dict)
{
	struct rte_tel_data *list = begin_list(RTE_TEL_STRING_VAL);
	char text[ESTAB_ADDRESS_TEXT_MAX];

	for (unsigned int i = 0; list != NULL && i < source->interface->address_count; i++)
		rte_tel_data_add_array_string(list,
				estab_address_format(&source->interface->addresses[i].address, text,
						sizeof(text)));
	add_list(dict, "addresses", list);
}

/* Every port at every address. */
static int
answer_listeners(const char *params, struct rte_tel_data *data)
{
	struct rte_tel_data *list;
	uint64_t start;
	unsigned int i;

	if (!take_start(params, &start))
		return say(data, "wants nothing, or where the page begins");
	if (source->service == NULL)
		return say(data, "not told by this program");
	rte_tel_data_start_dict(data);
	add_string(data, "service", source->service);
	add_number(data, "backlog", source->backlog);
	add_addresses(data);
	list = begin_list(COMPAT_TEL_ARRAY_UINT);
	i = (unsigned int)RTE_MIN(start, (uint64_t)source->port_count);
	for (unsigned int n = 0; list != NULL && n < TELEMETRY_PAGE && i < source->port_count; n++)
		COMPAT_TEL_ADD_ARRAY_UINT(list, source->ports[i++]);
	add_list(data, "ports", list);
	if (i < source->port_count)
		add_number(data, "next", i);
	return 0;
}

/* What one list of connections is made from. */
struct conn_page {
	struct rte_tel_data *list;
	uint32_t count;
	uint64_t next; /* where to go on */
	uint64_t last_tsc;
};

static bool
page_is_over(const struct conn_page *page)
{
	return page->count == TELEMETRY_PAGE || rte_rdtsc() > page->last_tsc;
}

/* The rest of a stack, unless the page is over before. @return false: its lcore does not answer */
static bool
add_conns(struct conn_page *page, unsigned int stack)
{
	struct telemetry_paper *paper = telemetry_paper(source, stack);
	uint32_t slot = (uint32_t)page->next;

	while (slot < source->stacks[stack].slots && !page_is_over(page)) {
		if (paper == NULL ||
				!telemetry_ask_conns(paper, slot, UINT32_MAX,
						TELEMETRY_PAGE - page->count))
			return false;
		for (uint32_t i = 0; i < paper->found; i++)
			COMPAT_TEL_ADD_ARRAY_UINT(page->list,
					(uint64_t)stack << 32 | paper->slots[i]);
		page->count += paper->found;
		slot += paper->looked;
	}
	page->next = slot < source->stacks[stack].slots ? (uint64_t)stack << 32 | slot
							: (uint64_t)(stack + 1) << 32;
	return true;
}

static int
answer_conn_list(const char *params, struct rte_tel_data *data)
{
	struct conn_page page = { .last_tsc = rte_rdtsc() + rte_get_tsc_hz() };
	unsigned int stack;

	if (!take_start(params, &page.next))
		return say(data, "wants nothing, or where the page begins");
	page.list = begin_list(COMPAT_TEL_ARRAY_UINT);
	if (page.list == NULL)
		return -ENOMEM;
	while (page.next >> 32 < source->stack_count && !page_is_over(&page)) {
		stack = (unsigned int)(page.next >> 32);
		if (!add_conns(&page, stack)) {
			rte_tel_data_free(page.list);
			return say_silent(data, stack);
		}
	}
	rte_tel_data_start_dict(data);
	add_list(data, "connections", page.list);
	if (page.next >> 32 < source->stack_count)
		add_number(data, "next", page.next);
	return 0;
}

static void
add_flags(struct rte_tel_data *dict, const struct estab_conn_info *info)
{
	add_number(dict, "timestamps", info->timestamps);
	add_number(dict, "sack", info->sack);
	add_number(dict, "window_scale", info->window_scale);
	add_number(dict, "ecn", info->ecn);
	add_number(dict, "snd_wscale", info->snd_wscale);
	add_number(dict, "rcv_wscale", info->rcv_wscale);
}

static void
add_info(struct rte_tel_data *dict, const struct estab_conn_info *info)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
#define ROW(name) { #name, info->name }
		ROW(snd_una),
		ROW(snd_nxt),
		ROW(snd_wnd),
		ROW(rcv_nxt),
		ROW(rcv_wnd),
		ROW(cwnd),
		ROW(ssthresh),
		ROW(pacing_rate),
		ROW(bandwidth),
		ROW(min_rtt_us),
		ROW(rtt_us),
		ROW(rttvar_us),
		ROW(rto_us),
		ROW(send_queued),
		ROW(receive_queued),
		ROW(receive_buffer),
		ROW(mss),
		ROW(mss_announced),
		ROW(retransmissions),
		ROW(sacked),
		ROW(lost),
		ROW(resent),
		ROW(reordering),
#undef ROW
	};

	add_string(dict, "state", info->state);
	add_address(dict, "local", &info->local);
	add_address(dict, "remote", &info->remote);
	add_string(dict, "congestion", info->congestion);
	add_string(dict, "recovery", info->recovery);
	for (size_t i = 0; i < RTE_DIM(rows); i++)
		add_number(dict, rows[i].name, rows[i].value);
	add_flags(dict, info);
}

static int
answer_conn(const char *params, struct rte_tel_data *data)
{
	struct telemetry_paper *paper;
	unsigned int stack;
	uint64_t id;

	if (!take_number(params, UINT64_MAX, &id))
		return say(data, "wants the number of a connection: see /estab/conn_list");
	if (id >> 32 >= source->stack_count)
		return say(data, "no connection of this number");
	stack = (unsigned int)(id >> 32);
	paper = telemetry_paper(source, stack);
	if (paper == NULL || !telemetry_ask_conns(paper, (uint32_t)id, 1, 1))
		return say_silent(data, stack);
	if (paper->found == 0)
		return say(data, "no connection of this number");
	rte_tel_data_start_dict(data);
	add_number(data, "id", id);
	add_number(data, "lcore", source->stacks[stack].lcore);
	add_info(data, &paper->info);
	return 0;
}

static int
add_histogram(struct rte_tel_data *data, const char *name, const struct histogram *histogram)
{
	rte_tel_data_start_dict(data);
	add_string(data, "name", name);
	add_number(data, "count", histogram->count);
	for (unsigned int i = 0; i < HISTOGRAM_SHARES; i++) {
		char key[RTE_TEL_MAX_STRING_LEN];

		snprintf(key, sizeof(key), "%s_ns", histogram_shares[i].key);
		add_number(data, key,
				histogram_quantile(histogram, histogram_shares[i].per_million));
	}
	add_number(data, "max_ns", histogram->max);
	return 0;
}

static int
answer_histogram(const char *params, struct rte_tel_data *data)
{
	static struct histogram sum; /* large; under the lock */
	const struct telemetry_paper *found = NULL;
	struct telemetry_paper *paper;

	if (source->histogram == NULL)
		return say(data, "there are none");
	if (params == NULL)
		return say(data, "wants a name");
	histogram_init(&sum);
	for (unsigned int i = 0; i < source->stack_count; i++) {
		paper = telemetry_paper(source, i);
		if (paper == NULL || !telemetry_ask_histogram(paper, params))
			return say_silent(data, i);
		if (!paper->has_histogram)
			continue;
		histogram_add(&sum, &paper->histogram);
		found = paper;
	}
	if (found != NULL)
		return add_histogram(data, found->name, &sum);
	return say(data, "none of this name");
}

/* From the seed the stacks' secrets are made. */
static bool
is_secret(const char *argument)
{
	return strncmp(argument, "--seed", strlen("--seed")) == 0;
}

static void
add_arguments(struct rte_tel_data *dict)
{
	struct rte_tel_data *list = begin_list(RTE_TEL_STRING_VAL);
	char cut[RTE_TEL_MAX_STRING_LEN];

	for (int i = 0; list != NULL && i < source->argument_count; i++) {
		snprintf(cut, sizeof(cut), "%s", source->arguments[i]);
		if (is_secret(cut)) {
			i += strchr(cut, '=') == NULL;
			snprintf(cut, sizeof(cut), "--seed=...");
		}
		rte_tel_data_add_array_string(list, cut);
	}
	add_list(dict, "arguments", list);
}

static int
answer_config(const char *params, struct rte_tel_data *data)
{
	if (params != NULL)
		return say(data, "takes nothing");
	rte_tel_data_start_dict(data);
	add_string(data, "program", program_invocation_short_name);
	add_string(data, "estab", estab_version());
	add_string(data, "dpdk", rte_version());
	add_arguments(data);
	source->config(source->program, data);
	return 0;
}

static const struct {
	const char *command;
	int (*answer)(const char *params, struct rte_tel_data *data);
	const char *help;
} commands[] = {
	{ "/estab/stats", answer_stats, "Counters, summed over all lcores. Takes nothing" },
	{ "/estab/drops", answer_drops, "Packets dropped, by reason. Takes nothing" },
	{ "/estab/lcore", answer_lcore, "Counters of one lcore. Parameter: its number" },
	{ "/estab/listeners", answer_listeners,
			"Ports, by pages. Parameter: where to begin, or none" },
	{ "/estab/conn_list", answer_conn_list,
			"Numbers of connections, by pages. Parameter: where to begin, or none" },
	{ "/estab/conn", answer_conn, "One connection. Parameter: its number" },
	{ "/estab/histogram", answer_histogram, "Latencies. Parameter: a name" },
	{ "/estab/config", answer_config, "What is in force. Takes nothing" },
};

static int
on_command(const char *command, const char *params, struct rte_tel_data *data)
{
	int ret = -ENODEV;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; source != NULL && i < RTE_DIM(commands); i++) {
		if (strcmp(command, commands[i].command) == 0) {
			ret = commands[i].answer(params, data);
			break;
		}
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

void
telemetry_begin(const struct telemetry_source *what)
{
	pthread_mutex_lock(&lock);
	source = what;
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < RTE_DIM(commands); i++)
		rte_telemetry_register_cmd(commands[i].command, on_command, commands[i].help);
}

void
telemetry_end(void)
{
	telemetry_ask_no_more();
	pthread_mutex_lock(&lock);
	source = NULL;
	pthread_mutex_unlock(&lock);
}
