/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of /estab/, and how the answers of answers.h go through telemetry's socket: words are a
 * string, all else is a dictionary.
 */
#include "telemetry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_telemetry.h>

#include "../../lib/compat.h"
#include "answers.h"
#include "telemetry_ask.h"
#include "teller.h"

static const struct telemetry_source *source; /* NULL: nothing to tell; one may ask at a time */

/* Into one answer of telemetry. */
struct data_teller {
	struct teller teller;
	struct rte_tel_data *data;
	bool is_dict;
	const char *list_name;
	struct rte_tel_data *list; /* NULL where there was no memory for it: then it is left out */
	bool of_strings;
};

static struct data_teller *
data_teller(struct teller *teller)
{
	return container_of(teller, struct data_teller, teller);
}

static struct rte_tel_data *
dict_of(struct teller *teller)
{
	struct data_teller *to = data_teller(teller);

	if (!to->is_dict)
		rte_tel_data_start_dict(to->data);
	to->is_dict = true;
	return to->data;
}

static void
data_words(struct teller *teller, const char *words)
{
	rte_tel_data_string(data_teller(teller)->data, words);
}

static void
data_number(struct teller *teller, const char *name, uint64_t number)
{
	COMPAT_TEL_ADD_DICT_UINT(dict_of(teller), name, number);
}

/* Strings of telemetry have an end: what is longer is cut. */
static void
data_string(struct teller *teller, const char *name, const char *string)
{
	char cut[RTE_TEL_MAX_STRING_LEN];

	snprintf(cut, sizeof(cut), "%s", string);
	rte_tel_data_add_dict_string(dict_of(teller), name, cut);
}

static void
data_list_begin(struct teller *teller, const char *name, bool of_strings)
{
	struct data_teller *to = data_teller(teller);

	to->list_name = name;
	to->of_strings = of_strings;
	to->list = rte_tel_data_alloc();
	if (to->list != NULL)
		rte_tel_data_start_array(to->list,
				of_strings ? RTE_TEL_STRING_VAL : COMPAT_TEL_ARRAY_UINT);
}

static void
data_list_number(struct teller *teller, uint64_t number)
{
	struct rte_tel_data *list = data_teller(teller)->list;

	if (list != NULL)
		COMPAT_TEL_ADD_ARRAY_UINT(list, number);
}

static void
data_list_string(struct teller *teller, const char *string)
{
	struct rte_tel_data *list = data_teller(teller)->list;
	char cut[RTE_TEL_MAX_STRING_LEN];

	snprintf(cut, sizeof(cut), "%s", string);
	if (list != NULL)
		rte_tel_data_add_array_string(list, cut);
}

static void
data_list_end(struct teller *teller)
{
	struct data_teller *to = data_teller(teller);

	if (to->list != NULL &&
			rte_tel_data_add_dict_container(dict_of(teller), to->list_name, to->list,
					0) != 0)
		rte_tel_data_free(to->list);
	to->list = NULL;
}

static const struct teller_way data_way = {
	.words = data_words,
	.number = data_number,
	.string = data_string,
	.list_begin = data_list_begin,
	.list_number = data_list_number,
	.list_string = data_list_string,
	.list_end = data_list_end,
};

static const struct {
	const char *command;
	answer_t answer;
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
	{ "/estab/capture", answer_capture, "The last --capture or start capture. Takes nothing" },
	{ "/estab/log", answer_log, "Lines about states of connections. Takes nothing" },
	{ "/estab/config", answer_config, "What is in force. Takes nothing" },
};

static int
on_command(const char *command, const char *params, struct rte_tel_data *data)
{
	struct data_teller to = { .teller.way = &data_way, .data = data };
	int ret = -ENODEV;

	telemetry_ask_begin();
	for (size_t i = 0; source != NULL && i < RTE_DIM(commands); i++) {
		if (strcmp(command, commands[i].command) == 0) {
			const struct question question = { .source = source,
				.params = params,
				.teller = &to.teller };

			commands[i].answer(&question);
			ret = 0;
			break;
		}
	}
	telemetry_ask_end();
	return ret;
}

void
telemetry_begin(const struct telemetry_source *what)
{
	telemetry_ask_begin();
	source = what;
	telemetry_ask_end();
	for (size_t i = 0; i < RTE_DIM(commands); i++)
		rte_telemetry_register_cmd(commands[i].command, on_command, commands[i].help);
}

void
telemetry_end(void)
{
	telemetry_ask_no_more();
	telemetry_ask_begin();
	source = NULL;
	telemetry_ask_end();
}
