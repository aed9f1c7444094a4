/* SPDX-License-Identifier: BSD-3-Clause */
/* Traffic on connections that stand: see struct engine_kind for what each function is. */
#ifndef APP_BENCH_ENGINE_STANDING_H
#define APP_BENCH_ENGINE_STANDING_H

#include <stdbool.h>

struct engine;
struct heard;
struct rte_mbuf;

bool standing_open(struct engine *engine);
bool standing_offer_requests(struct engine *engine);
bool standing_offer_bulk(struct engine *engine);
bool standing_offer_bulk_with_loss(struct engine *engine);
void standing_echo(struct engine *engine);
void standing_take(struct engine *engine);
void standing_answer(struct engine *engine, struct rte_mbuf *packet, const struct heard *heard);

#endif
