/* SPDX-License-Identifier: Apache-2.0 */
#include "report/result_json.h"

#include <stdlib.h>

#include "report/result_record.h"

void result_write_json(const Result *result, Buf *out)
{
    Arena arena CLEANUP(arena_fini) = {0};
    RecordWriter w = {.result = result, .arena = &arena};
    json_out_init(&w.out, out, 2);
    record_write(&w, &result_record, result);
    buf_put_char(out, '\n');
}

/* --- what can be resolved only when all is read --- */

static Map package_ids(RecordReader *r, Result *result)
{
    Map ids;
    map_init(&ids, r->arena);
    for (size_t i = 0; i < result->inventory.packages.len; i++) {
        void **place = map_get(&ids, result->inventory.packages.at[i].id);
        if (!*place)
            *place = &result->inventory.packages.at[i];
    }
    return ids;
}

static bool link_find(RecordReader *r, const Result *result, const Map *ids,
                      const PackageLink *link, uint32_t *out)
{
    const Package *package = map_find(ids, link->id);
    if (!package)
        return record_expected(r, "the id of one of packages");
    *out = (uint32_t)(package - result->inventory.packages.at);
    return true;
}

static bool owners_resolve(RecordReader *r, Result *result, const Map *ids)
{
    for (size_t i = 0; i < r->owners.len; i++) {
        const PackageLink *link = &r->owners.at[i];
        r->depth = 0;
        record_enter(r, STR("packages"), 0);
        record_enter(r, (Str){0}, link->index);
        record_enter(r, STR("owner"), 0);
        if (!link_find(r, result, ids, link, &result->inventory.packages.at[link->index].owner))
            return false;
    }
    return true;
}

static bool links_resolve(RecordReader *r, Result *result, const Map *ids)
{
    for (size_t i = 0; i < r->links.len; i++) {
        const PackageLink *link = &r->links.at[i];
        Finding *finding = &result->findings.at[link->index];
        r->depth = 0;
        record_enter(r, STR("findings"), 0);
        record_enter(r, (Str){0}, link->index);
        record_enter(r, STR("packages"), 0);
        record_enter(r, (Str){0}, link->item);
        if (!link_find(r, result, ids, link, vec_push(r->arena, &finding->packages)))
            return false;
    }
    return true;
}

static bool layer_check(RecordReader *r, const Result *result, uint32_t layer)
{
    record_enter(r, STR("layer"), 0);
    if (layer != LAYER_NONE && layer >= result->inventory.subject.layers.len)
        return record_expected(r, "the position of one of subject.layers, or null");
    return true;
}

static bool layers_check(RecordReader *r, const Result *result)
{
    for (size_t i = 0; i < result->inventory.packages.len; i++) {
        r->depth = 0;
        record_enter(r, STR("packages"), 0);
        record_enter(r, (Str){0}, i);
        if (!layer_check(r, result, result->inventory.packages.at[i].layer))
            return false;
    }
    for (size_t i = 0; i < result->findings.len; i++)
        for (size_t k = 0; k < result->findings.at[i].places.len; k++) {
            r->depth = 0;
            record_enter(r, STR("findings"), 0);
            record_enter(r, (Str){0}, i);
            record_enter(r, STR("places"), 0);
            record_enter(r, (Str){0}, k);
            if (!layer_check(r, result, result->findings.at[i].places.at[k].layer))
                return false;
        }
    return true;
}

static void derived_apply(RecordReader *r, Context *context)
{
    for (size_t i = 0; i < r->derived.len; i++) {
        const ContextProperty *property = context_find(context, r->derived.at[i].what);
        if (property)
            context->properties.at[property - context->properties.at].why = r->derived.at[i].why;
    }
}

/* A file written by hand says the inputs alone. A unit nobody names is the finding's own. */
static void findings_complete(FindingVec *findings)
{
    for (size_t i = 0; i < findings->len; i++) {
        Finding *f = &findings->at[i];
        if (f->unit.len == 0)
            f->unit = f->id;
        if (f->severity != SEVERITIES)
            continue;
        f->severity = SEVERITY_UNKNOWN;
        if (f->inputs.known & INPUT_SEVERITY)
            f->severity = f->inputs.severity;
        else if (f->inputs.known & INPUT_LEVEL)
            f->severity = severity_of_level(f->inputs.level);
    }
}

static int finding_order(const void *a, const void *b)
{
    const Finding *const *x = a, *const *y = b;
    int order = finding_cmp(*x, *y);
    return order ? order : (*x > *y) - (*x < *y);
}

static void findings_sort(Arena *arena, FindingVec *findings)
{
    size_t count = findings->len;
    if (count < 2)
        return;
    const Finding **order = arena_new_array(arena, const Finding *, count);
    Finding *sorted = arena_new_array(arena, Finding, count);
    for (size_t i = 0; i < count; i++)
        order[i] = &findings->at[i];
    qsort(order, count, sizeof *order, finding_order);
    for (size_t i = 0; i < count; i++)
        sorted[i] = *order[i];
    findings->at = sorted;
    findings->cap = count;
}

/* A contribution belongs to the finding whose key it has. */
static void contributions_resolve(Arena *arena, Result *result)
{
    Map keys;
    map_init(&keys, arena);
    if (result->score.contributions.len == 0)
        return;
    for (size_t i = 0; i < result->findings.len; i++)
        *map_get(&keys, finding_key(arena, &result->findings.at[i])) = &result->findings.at[i];
    for (size_t i = 0; i < result->score.contributions.len; i++) {
        Contribution *contribution = &result->score.contributions.at[i];
        const Finding *finding = map_find(&keys, contribution->key);
        if (finding)
            contribution->finding = (uint32_t)(finding - result->findings.at);
    }
}

static bool resolve(RecordReader *r, Result *result)
{
    Map ids = package_ids(r, result);
    if (!owners_resolve(r, result, &ids) || !links_resolve(r, result, &ids) ||
        !layers_check(r, result))
        return false;
    derived_apply(r, &result->context);
    result->fixed = result->score.fixed;
    findings_complete(&result->findings);
    findings_complete(&result->vertical.host.findings);
    for (size_t i = 0; i < result->vertical.containers.len; i++)
        findings_complete(&result->vertical.containers.at[i].findings);
    for (size_t i = 0; i < result->findings.len; i++)
        if (result->findings.at[i].cvss.vector.len) {
            Cvss again = {0};
            if (cvss_parse(result->findings.at[i].cvss.vector, &again))
                result->findings.at[i].cvss.av = again.av;
        }
    findings_sort(r->arena, &result->findings);
    contributions_resolve(r->arena, result);
    return true;
}

bool result_read_json(Str text, Arena *arena, Result *out, Error *err)
{
    RecordReader r = {.arena = arena, .err = err};
    if (!str_is_utf8(text))
        return error_set(err, ERR_FORMAT, "a result has to be UTF-8");
    json_init(&r.json, text, arena);
    return record_read(&r, &result_record, out) && json_finish(&r.json, err) && resolve(&r, out);
}
