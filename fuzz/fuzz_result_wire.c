/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a result as a cache keeps them. */
#include <assert.h>

#include "base/reader.h"
#include "base/sum.h"
#include "fuzz.h"
#include "inventory/wire.h"
#include "report/result_json.h"
#include "results/wire.h"

static void findings_check(const FindingVec *findings, size_t packages, size_t layers)
{
    for (size_t i = 0; i < findings->len; i++) {
        const Finding *f = &findings->at[i];
        assert(f->kind < FINDING_KINDS && f->severity < SEVERITIES && f->status < FINDING_STATUSES);
        assert(f->inputs.severity < SEVERITIES && f->inputs.level < LEVELS);
        assert(f->inputs.code < CODE_STATES && f->inputs.fix < FIX_STATES);
        for (size_t k = 0; k < f->packages.len; k++)
            assert(f->packages.at[k] < packages);
        for (size_t k = 0; k < f->places.len; k++)
            assert(f->places.at[k].layer == LAYER_NONE || f->places.at[k].layer < layers);
    }
}

static void result_check(const Result *r)
{
    findings_check(&r->findings, r->inventory.packages.len, r->inventory.subject.layers.len);
    for (size_t i = 1; i < r->findings.len; i++)
        assert(finding_cmp(&r->findings.at[i - 1], &r->findings.at[i]) <= 0);
    for (size_t i = 0; i < r->score.contributions.len; i++)
        assert(r->score.contributions.at[i].finding == UINT32_MAX ||
               r->score.contributions.at[i].finding < r->findings.len);
    findings_check(&r->vertical.host.findings, 0, 0);
    for (size_t i = 0; i < r->vertical.containers.len; i++)
        findings_check(&r->vertical.containers.at[i].findings, 0, 0);
}

/* The sum of the index, as the index and the tables follow: no fuzzer would find it. */
static void summed(Str symbols, Buf *out)
{
    Reader r = reader_of(symbols);
    buf_u64le(out, sum_of(reader_str(&r)));
    buf_put(out, symbols);
}

/* All of them that are there. */
static bool symbols_known(const Inventory *inventory)
{
    bool all = true;
    for (size_t i = 0; i < inventory->executables.len; i++) {
        const Executable *e = &inventory->executables.at[i];
        assert(e->symbols.len % 4 == 0);
        bool known = executable_has_symbols(e);
        all = all && known == (e->symbols.len > 0);
    }
    return all;
}

/* What the cache keeps of an image: its inventory, the symbols of that, and a result of it. */
static bool inventory(Reader *r, Arena *arena, const Limits *limits, Inventory *out)
{
    Buf symbols CLEANUP(buf_fini) = {0};
    Str rest = reader_str(r);
    Inventory kept;
    summed(reader_str(r), &symbols);
    if (!reader_ok(r) || !inventory_decode(rest, arena, limits, out, NULL))
        return false;
    bool again = inventory_decode_kept(rest, arena, limits, &kept);
    assert(again && kept.packages.len == out->packages.len);
    if (inventory_decode_symbols(buf_str(&symbols), arena, out)) {
        Buf others CLEANUP(buf_fini) = {0}, others_rest CLEANUP(buf_fini) = {0};
        assert(symbols_known(out) || inventory_is_damaged(out));
        inventory_encode_parts(out, &others_rest, &others);
        again = inventory_decode_symbols(buf_str(&others), arena, out);
        assert(again && symbols_known(out) && !inventory_is_damaged(out));
    }
    inventory_forget_symbols(out);
    return true;
}

/* What was accepted is written to bytes that are accepted, and written again to the same; a report of
 * it can be made. */
static void wire(Str bytes, Arena *arena, const Limits *limits)
{
    Buf first CLEANUP(buf_fini) = {0}, second CLEANUP(buf_fini) = {0},
              shown CLEANUP(buf_fini) = {0};
    Reader r = reader_of(bytes);
    Result out = {0};
    Error err = {0};
    if (!inventory(&r, arena, limits, &out.inventory))
        return;
    const Inventory given = out.inventory;
    if (!result_decode(reader_take(&r, reader_left(&r)), arena, &out, &err)) {
        assert(err.code == ERR_FORMAT && out.findings.len == 0);
        return;
    }
    result_check(&out);
    result_write_json(&out, &shown);
    result_encode(&out, &first);
    Result again = {.inventory = given};
    bool ok = result_decode(buf_str(&first), arena, &again, &err);
    assert(ok);
    result_encode(&again, &second);
    assert(str_eq(buf_str(&first), buf_str(&second)));
}

/* A result that a file holds comes back as it was. */
static void file(Str text, Arena *arena, const Limits *limits)
{
    Buf bytes CLEANUP(buf_fini) = {0}, before CLEANUP(buf_fini) = {0},
              after CLEANUP(buf_fini) = {0};
    Result result;
    (void)limits;
    if (!result_read_json(text, arena, &result, NULL))
        return;
    result_encode(&result, &bytes);
    Result out = {.inventory = result.inventory};
    if (!result_decode(buf_str(&bytes), arena, &out, NULL))
        return;
    result_check(&out);
    result_write_json(&result, &before);
    result_write_json(&out, &after);
    assert(str_eq(buf_str(&before), buf_str(&after)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const Str start = STR_INIT("{");
    Limits limits = LIMITS_DEFAULT;
    Str bytes = str_of(data, size);
    (str_starts(bytes, start) ? file : wire)(bytes, fuzz_arena(64 << 10), &limits);
    return 0;
}
