/* SPDX-License-Identifier: BSD-3-Clause */
#include "ages.h"

#include "service.h"

void
ages_init(struct ages *ages, uint64_t period_ns)
{
	ages->period_ns = period_ns;
	TAILQ_INIT(&ages->sessions);
}

void
ages_renew(struct ages *ages, struct session *session, uint64_t now_ns)
{
	if (ages->period_ns == 0)
		return;
	ages_forget(ages, session);
	session->deadline_ns = now_ns + ages->period_ns;
	session->ages = true;
	TAILQ_INSERT_TAIL(&ages->sessions, session, by_age);
}

void
ages_forget(struct ages *ages, struct session *session)
{
	if (session->ages)
		TAILQ_REMOVE(&ages->sessions, session, by_age);
	session->ages = false;
}

struct session *
ages_over(const struct ages *ages, uint64_t now_ns)
{
	struct session *first = TAILQ_FIRST(&ages->sessions);

	return first != NULL && first->deadline_ns <= now_ns ? first : NULL;
}
