/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A target of the fuzzers: prepared once, then tried with one input after the other. The same two
 * functions are driven by clang's libFuzzer (engine.c), which looks for new inputs, and by replay.c,
 * which tries the ones of the corpus with any compiler.
 *
 * What is wrong shows by abort: something that must be so and is not, an assert of the library, a
 * complaint of the fixture, a sanitizer.
 */
#ifndef TEST_FUZZ_FUZZ_H
#define TEST_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* As assert, but in builds without asserts too. */
#define must(what)                                                                                 \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what);         \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* @return 0, or -1 where the target cannot run here */
int fuzz_start(void);

/* Any bytes; leaves nothing behind that the next input could notice. */
void fuzz_one(const uint8_t *data, size_t size);

#endif
