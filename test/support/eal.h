/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EAL for a test binary: started once, without hugepages, devices or telemetry, and quiet.
 */
#ifndef TEST_SUPPORT_EAL_H
#define TEST_SUPPORT_EAL_H

/* cmocka group setup. @return 0, or -1 where EAL does not start */
int eal_start(void **state);

/* cmocka group teardown. */
int eal_stop(void **state);

#endif
