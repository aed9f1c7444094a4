/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A race, which must be found: two lcores' worth of threads and a number that nobody hands over. Where this ends well,
 * nothing that is looked at is seen.
 */
#include <pthread.h>
#include <stddef.h>

static int number;

static void *
add(void *argument)
{
	(void)argument;
	number++;
	return NULL;
}

int
main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, add, NULL) != 0)
		return 0;
	add(NULL);
	pthread_join(thread, NULL);
	return 0;
}
