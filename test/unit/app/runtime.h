/* SPDX-License-Identifier: BSD-3-Clause */
/* As test/support/eal.h, whose names the applications have for a start of their own. */
#ifndef TEST_UNIT_APP_RUNTIME_H
#define TEST_UNIT_APP_RUNTIME_H

/* cmocka group setup. @return 0, or -1 where EAL does not start */
int runtime_start(void **state);

/* cmocka group teardown. */
int runtime_stop(void **state);

#endif
