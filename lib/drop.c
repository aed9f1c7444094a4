/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names of the drop reasons, from the one list.
 */
#include <stddef.h>

#include <estab/drop.h>

const char *
estab_drop_name(unsigned int reason)
{
	static const char *const names[ESTAB_DROP_COUNT] = {
#define DROP_NAME(name, key, text) [ESTAB_DROP_##name] = key,
		ESTAB_DROP_REASONS(DROP_NAME)
#undef DROP_NAME
	};

	return reason < ESTAB_DROP_COUNT ? names[reason] : NULL;
}

const char *
estab_drop_text(unsigned int reason)
{
	static const char *const texts[ESTAB_DROP_COUNT] = {
#define DROP_TEXT(name, key, text) [ESTAB_DROP_##name] = text,
		ESTAB_DROP_REASONS(DROP_TEXT)
#undef DROP_TEXT
	};

	return reason < ESTAB_DROP_COUNT ? texts[reason] : NULL;
}
