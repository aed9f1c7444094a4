/* SPDX-License-Identifier: BSD-3-Clause */
#include "host.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* "model name\t: AMD EPYC ..." */
static bool
take_model_name(char *line, char *buf, size_t size)
{
	char *value = strchr(line, ':');

	if (strncmp(line, "model name", strlen("model name")) != 0 || value == NULL)
		return false;
	value += 1 + strspn(value + 1, " \t");
	value[strcspn(value, "\n")] = '\0';
	snprintf(buf, size, "%s", value);
	return true;
}

char *
host_cpu(char *buf, size_t size)
{
	char line[512];
	FILE *file = fopen("/proc/cpuinfo", "r");

	snprintf(buf, size, "unknown");
	if (file == NULL)
		return buf;
	while (fgets(line, sizeof(line), file) != NULL && !take_model_name(line, buf, size))
		;
	fclose(file);
	return buf;
}

uint64_t
host_rss(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long long pages = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%*u %llu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

char *
host_kernel(char *buf, size_t size)
{
	struct utsname name;

	snprintf(buf, size, "%s", uname(&name) == 0 ? name.release : "unknown");
	return buf;
}
