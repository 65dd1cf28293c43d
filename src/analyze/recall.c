/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/recall.h"

#include <gnu/libc-version.h>

#include "analyze/worker.h"
#include "base/program.h"
#include "base/sum.h"
#include "inventory/wire.h"
#include "results/wire.h"

static bool is_kept(const AnalyzeRequest *request, const SourceInput *input)
{
    return input->image_id.len && request->cache.dir.len;
}

/* --- what names stand for --- */

static Str image_key(Arena *arena, Str socket, Str name)
{
    return arena_printf(arena, STR_FMT " " STR_FMT,
                        STR_ARG(worker_cache_key(arena, "stands", socket)), STR_ARG(name));
}

bool image_recall(const AnalyzeRequest *request, const SourceQuestion *question, Arena *arena,
                  SourceInput *out)
{
    *out = (SourceInput){.kind = SOURCE_OVERLAY,
                         .name = question->target,
                         .platform = question->platform,
                         .socket = question->socket,
                         .scratch = -1};
    Str bytes;
    if (!request->cache.dir.len ||
        !cache_find(&request->cache, image_key(arena, out->socket, out->name), arena, &bytes))
        return false;
    Reader r = reader_of(bytes);
    out->image_id = reader_str(&r);
    out->evidence = reader_str(&r);
    return reader_ok(&r) && out->image_id.len;
}

void image_keep(const AnalyzeRequest *request, const SourceInput *input)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf bytes CLEANUP(buf_fini) = {0};
    if (!is_kept(request, input))
        return;
    buf_str_wire(&bytes, input->image_id);
    buf_str_wire(&bytes, input->evidence);
    cache_put(&request->cache, image_key(&arena, input->socket, input->name), buf_str(&bytes));
}

/* --- inventories --- */

/* Another platform than the one that was asked for is refused by who reads the image. */
static Str inventory_key(Arena *arena, const SourceInput *input, const char *part)
{
    return arena_printf(arena, STR_FMT " " STR_FMT,
                        STR_ARG(worker_cache_key(arena, part, input->image_id)),
                        STR_ARG(input->platform));
}

bool inventory_recall(const AnalyzeRequest *request, const SourceInput *input, Arena *arena,
                      Inventory *out, InventoryMark *mark)
{
    Str bytes;
    uint64_t sum;
    *mark = (InventoryMark){0};
    if (!is_kept(request, input) ||
        !cache_find_summed(&request->cache, inventory_key(arena, input, "engine"), arena, &bytes,
                           &sum) ||
        !inventory_decode_kept(bytes, arena, &request->limits, out)) {
        *out = (Inventory){0};
        return false;
    }
    out->subject.name = input->name; /* one content, many tags */
    *mark = (InventoryMark){true, sum};
    return true;
}

bool symbols_recall(const AnalyzeRequest *request, const SourceInput *input, Arena *arena,
                    Mapping *mapping, Inventory *out)
{
    Str bytes;
    *mapping = (Mapping){0};
    return out->executables.len == 0 ||
           (cache_map(&request->cache, inventory_key(arena, input, "symbols"), mapping, &bytes) &&
            inventory_decode_symbols(bytes, arena, out));
}

void inventory_keep(const AnalyzeRequest *request, const SourceInput *input,
                    const Inventory *inventory, InventoryMark *mark)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf bytes CLEANUP(buf_fini) = {0}, symbols CLEANUP(buf_fini) = {0};
    if (!is_kept(request, input))
        return;
    inventory_encode_parts(inventory, &bytes, &symbols);
    if (inventory->executables.len)
        cache_put(&request->cache, inventory_key(&arena, input, "symbols"), buf_str(&symbols));
    cache_put(&request->cache, inventory_key(&arena, input, "engine"), buf_str(&bytes));
    *mark = (InventoryMark){true, sum_of(buf_str(&bytes))};
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
static Str result_key(const AnalyzeRequest *request, const SourceInput *input,
                      const InventoryMark *mark, Arena *arena)
{
    Buf key CLEANUP(buf_fini) = {0};
    Str build = program_build_id(arena);
    if (build.len == 0)
        return (Str){0};
    buf_put(&key, worker_cache_key(arena, "result", (Str){0}));
    buf_str_wire(&key, input->image_id);
    buf_str_wire(&key, input->platform);
    buf_u64le(&key, mark->sum);
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

bool result_recall(const AnalyzeRequest *request, const SourceInput *input,
                   const InventoryMark *mark, Arena *arena, Result *out)
{
    Result kept = {.inventory = out->inventory};
    Str key, bytes;
    if (!mark->kept || (key = result_key(request, input, mark, arena)).len == 0 ||
        !cache_find_at(&request->cache, result_place(request, input, arena), key, arena, &bytes) ||
        !result_decode(bytes, arena, &kept, NULL))
        return false;
    *out = kept;
    return true;
}

void result_keep(const AnalyzeRequest *request, const SourceInput *input, const InventoryMark *mark,
                 Arena *beside, const Result *result)
{
    enum { SPARE_BYTES = 128 << 10 };
    Arena arena CLEANUP(arena_fini) = {0};
    Buf bytes CLEANUP(buf_fini);
    Str key;
    buf_init_in(&bytes, arena_spare(beside, SPARE_BYTES), SPARE_BYTES);
    if (!mark->kept || (key = result_key(request, input, mark, &arena)).len == 0)
        return;
    result_encode(result, &bytes);
    if (bytes.len <= RESULT_BYTES)
        cache_put_at(&request->cache, result_place(request, input, &arena), key, buf_str(&bytes));
}
