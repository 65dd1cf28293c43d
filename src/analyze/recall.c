/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/recall.h"

#include <gnu/libc-version.h>

#include "analyze/worker.h"
#include "base/program.h"
#include "inventory/wire.h"
#include "results/wire.h"

static bool is_kept(const AnalyzeRequest *request, const SourceInput *input)
{
    return input->image_id.len && request->cache.dir.len;
}

/* Another platform than the one that was asked for is refused by who reads the image. */
static Str inventory_key(Arena *arena, const SourceInput *input)
{
    return arena_printf(arena, STR_FMT " " STR_FMT,
                        STR_ARG(worker_cache_key(arena, "engine", input->image_id)),
                        STR_ARG(input->platform));
}

bool inventory_recall(const AnalyzeRequest *request, const SourceInput *input, Arena *arena,
                      Inventory *out)
{
    Str bytes;
    if (!is_kept(request, input) ||
        !cache_find(&request->cache, inventory_key(arena, input), arena, &bytes) ||
        !inventory_decode(bytes, arena, &request->limits, out, NULL))
        return false;
    out->subject.name = input->name; /* one content, many tags */
    return true;
}

void inventory_keep(const AnalyzeRequest *request, const SourceInput *input,
                    const Inventory *inventory)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf bytes CLEANUP(buf_fini) = {0};
    if (!is_kept(request, input))
        return;
    inventory_encode(inventory, &bytes);
    cache_put(&request->cache, inventory_key(&arena, input), buf_str(&bytes));
}

/* --- results --- */

static void put_words(Buf *out, const StrVec *words)
{
    buf_varint(out, words->len);
    for (size_t i = 0; i < words->len; i++)
        buf_str_wire(out, words->at[i]);
}

static void put_context(Buf *out, const Context *context)
{
    buf_varint(out, context->properties.len);
    for (size_t i = 0; i < context->properties.len; i++) {
        const ContextProperty *property = &context->properties.at[i];
        buf_str_wire(out, property->name);
        put_words(out, &property->values);
        buf_str_wire(out, property->why);
    }
}

static Str result_place(const AnalyzeRequest *request, const SourceInput *input, Arena *arena)
{
    return arena_printf(arena, STR_FMT " %s " STR_FMT,
                        STR_ARG(worker_cache_key(arena, "result", input->image_id)),
                        request->masked ? "all" : "some", STR_ARG(input->name));
}

/* Everything the result depends on, in full: a cache compares keys whole. Empty where the build
 * cannot be told from another. */
static Str result_key(const AnalyzeRequest *request, const SourceInput *input, Arena *arena)
{
    Buf key CLEANUP(buf_fini) = {0};
    Str build = program_build_id(arena);
    if (build.len == 0)
        return (Str){0};
    buf_put(&key, worker_cache_key(arena, "result", (Str){0}));
    buf_str_wire(&key, input->image_id);
    buf_str_wire(&key, input->platform);
    buf_str_wire(&key, build);
    buf_str_wire(&key, str_from(gnu_get_libc_version())); /* scores are powers and roots */
    buf_str_wire(&key, input->name);
    database_identify(request->db, &key);
    buf_str_wire(&key, request->policy->hash);
    put_context(&key, &request->context);
    put_words(&key, &request->fixed);
    buf_u32le(&key, (uint32_t)request->as_of);
    buf_u8(&key, request->masked);
    return arena_str(arena, buf_str(&key));
}

bool result_recall(const AnalyzeRequest *request, const SourceInput *input, Arena *arena,
                   Result *out)
{
    Str key, bytes;
    return is_kept(request, input) && (key = result_key(request, input, arena)).len &&
           cache_find_at(&request->cache, result_place(request, input, arena), key, arena,
                         &bytes) &&
           result_decode(bytes, arena, &request->limits, out, NULL);
}

void result_keep(const AnalyzeRequest *request, const SourceInput *input, const Result *result)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf bytes CLEANUP(buf_fini) = {0};
    Str key;
    if (!is_kept(request, input) || (key = result_key(request, input, &arena)).len == 0)
        return;
    result_encode(result, &bytes);
    if (bytes.len <= RESULT_BYTES)
        cache_put_at(&request->cache, result_place(request, input, &arena), key, buf_str(&bytes));
}
