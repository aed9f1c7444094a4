/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What differs between DPDK 22.11 and newer releases, and that we use: one inline function or macro
 * for each, so that no other file asks for RTE_VERSION. A shim that nobody calls is removed.
 */

#ifndef ESTAB_LIB_COMPAT_H
#define ESTAB_LIB_COMPAT_H

#include <pthread.h>
#include <stdint.h>

#include <rte_ip.h>
#include <rte_lcore.h>
#include <rte_version.h>

/* The 16 bytes of an IPv6 header's addresses: bare arrays up to 24.07, struct rte_ipv6_addr since. */
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
#define COMPAT_IPV6_BYTES(addr) ((addr).a)
#else
#define COMPAT_IPV6_BYTES(addr) (addr)
#endif

static inline const uint8_t *
compat_ipv6_src(const struct rte_ipv6_hdr *hdr)
{
	return COMPAT_IPV6_BYTES(hdr->src_addr);
}

static inline const uint8_t *
compat_ipv6_dst(const struct rte_ipv6_hdr *hdr)
{
	return COMPAT_IPV6_BYTES(hdr->dst_addr);
}

static inline uint8_t *
compat_ipv6_src_mutable(struct rte_ipv6_hdr *hdr)
{
	return COMPAT_IPV6_BYTES(hdr->src_addr);
}

static inline uint8_t *
compat_ipv6_dst_mutable(struct rte_ipv6_hdr *hdr)
{
	return COMPAT_IPV6_BYTES(hdr->dst_addr);
}

/* Whether a struct rte_eth_rss_conf says Toeplitz; it says nothing else up to 23.07. */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
#define COMPAT_RSS_IS_TOEPLITZ(conf)                                                               \
	((conf)->algorithm == RTE_ETH_HASH_FUNCTION_DEFAULT ||                                     \
			(conf)->algorithm == RTE_ETH_HASH_FUNCTION_TOEPLITZ)
#else
#define COMPAT_RSS_IS_TOEPLITZ(conf) ((void)(conf), true)
#endif

/* Unsigned numbers in telemetry: called u64 up to 22.11, and uint since 23.03 (u64 is gone in 25.11). */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#define COMPAT_TEL_ARRAY_UINT     RTE_TEL_UINT_VAL
#define COMPAT_TEL_ADD_ARRAY_UINT rte_tel_data_add_array_uint
#define COMPAT_TEL_ADD_DICT_UINT  rte_tel_data_add_dict_uint
#else
#define COMPAT_TEL_ARRAY_UINT     RTE_TEL_U64_VAL
#define COMPAT_TEL_ADD_ARRAY_UINT rte_tel_data_add_array_u64
#define COMPAT_TEL_ADD_DICT_UINT  rte_tel_data_add_dict_u64
#endif

/*
 * A thread of EAL's beside the lcores: rte_ctrl_thread_create up to 23.07, rte_thread_create_control since.
 * static COMPAT_CTRL_THREAD_RETURN main(void *argument) { ... return COMPAT_CTRL_THREAD_DONE; }
 */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
#define COMPAT_CTRL_THREAD_RETURN uint32_t
#define COMPAT_CTRL_THREAD_DONE   0
typedef rte_thread_t compat_ctrl_thread_t;
#define compat_ctrl_thread_create(thread, name, main, argument)                                    \
	rte_thread_create_control(thread, name, main, argument)
#define compat_ctrl_thread_join(thread) rte_thread_join(thread, NULL)
#else
#define COMPAT_CTRL_THREAD_RETURN void *
#define COMPAT_CTRL_THREAD_DONE   NULL
typedef pthread_t compat_ctrl_thread_t;
#define compat_ctrl_thread_create(thread, name, main, argument)                                    \
	rte_ctrl_thread_create(thread, name, NULL, main, argument)
#define compat_ctrl_thread_join(thread) pthread_join(thread, NULL)
#endif

#endif /* ESTAB_LIB_COMPAT_H */
