/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * replay FILE...
 *
 * Tries a target with the files named: a .txt file is a corpus, one input a line, in hexadecimal, with
 * comments after '#'; any other file is one input. No input at all is an error: a corpus that is not
 * there has tested nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { INPUT_MAX = 1 << 16 };

/* In memory of just that size: a reader beyond the end meets a red zone. */
static void
try_input(const uint8_t *bytes, size_t size)
{
	uint8_t *exact = malloc(size + (size == 0));

	if (exact == NULL)
		exit(1);
	memcpy(exact, bytes, size);
	fuzz_one(exact, size);
	free(exact);
}

static int
try_whole(FILE *file)
{
	static uint8_t bytes[INPUT_MAX];

	try_input(bytes, fread(bytes, 1, sizeof(bytes), file));
	return 1;
}

/* @return -1 where the text is not pairs of hexadecimal digits */
static int
read_line(const char *text, uint8_t bytes[INPUT_MAX])
{
	int size = 0;

	for (; strchr(" \n#", *text) == NULL; text += 2) {
		unsigned int byte;

		if (sscanf(text, "%2x", &byte) != 1 || text[1] == '\n' || size == INPUT_MAX)
			return -1;
		bytes[size++] = (uint8_t)byte;
	}
	return size;
}

static int
try_corpus(FILE *file, const char *path)
{
	static char text[2 * INPUT_MAX + 2];
	static uint8_t bytes[INPUT_MAX];
	int inputs = 0;

	while (fgets(text, sizeof(text), file) != NULL) {
		const int size = read_line(text, bytes);

		if (size < 0) {
			fprintf(stderr, "%s: input %d is not hexadecimal\n", path, inputs + 1);
			exit(1);
		}
		if (size == 0)
			continue;
		try_input(bytes, (size_t)size);
		inputs++;
	}
	return inputs;
}

int
main(int argc, char **argv)
{
	int inputs = 0;

	if (fuzz_start() != 0)
		return 1;
	for (int i = 1; i < argc; i++) {
		const char *end = strrchr(argv[i], '.');
		FILE *file = fopen(argv[i], "rb");

		if (file == NULL) {
			perror(argv[i]);
			return 1;
		}
		inputs += end != NULL && strcmp(end, ".txt") == 0 ? try_corpus(file, argv[i])
								  : try_whole(file);
		fclose(file);
	}
	printf("%d inputs\n", inputs);
	return inputs > 0 ? 0 : 1;
}
