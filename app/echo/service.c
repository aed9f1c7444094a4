/* SPDX-License-Identifier: BSD-3-Clause */
#include "service.h"

#include <stddef.h>
#include <string.h>

#include <rte_common.h>

static const struct service services[] = {
	{ "echo", 7, echo_progress },
	{ "discard", 9, discard_progress },
	{ "chargen", 19, chargen_progress },
};

const struct service *
service_named(const char *name)
{
	for (size_t i = 0; i < RTE_DIM(services); i++) {
		if (strcmp(services[i].name, name) == 0)
			return &services[i];
	}
	return NULL;
}
