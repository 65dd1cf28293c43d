/* SPDX-License-Identifier: Apache-2.0 */
/* An alias can be wrong (rule 78): a record about one package names the CVE of another. Nobody says
 * so, but it shows: other records of that CVE agree on a package, and nothing they name resembles
 * this one. The statement stays; what the others name stands beside it. At least one of those that
 * agree must come from another language's registry: distributions alone name what they build the
 * package into. A CVE of many packages (a protocol, a vendored library) tells nothing. */
#include "advisories/facts.h"

#include "model/ecosystem.h"

enum { NAMED_MAX = 64, GROUPS_MAX = 2, DOUBT_MAX = 4, WORD_MIN = 3 };

typedef struct Other {
    Str record, name;
    bool registry; /* of another language than ours */
} Other;
typedef Vec(Other) OtherVec;

static Str last_part(Str name)
{
    Str head, tail;
    if (str_rcut(name, '/', &head, &tail))
        name = tail;
    return str_rcut(name, ':', &head, &tail) ? tail : name;
}

static bool resembles(Str a, Str b)
{
    a = last_part(a);
    b = last_part(b);
    if (a.len < WORD_MIN || b.len < WORD_MIN)
        return str_eq_fold(a, b);
    return str_find_fold(a, b) != STR_NONE || str_find_fold(b, a) != STR_NONE;
}

static const PackageFacts *package_at(const Facts *facts, uint32_t index)
{
    return facts->packages.entries.at[index].value;
}

static bool is_language(Str ecosystem)
{
    const Ecosystem *eco = ecosystem_find(ecosystem);
    return eco && !package_type_is_os(eco->type) && eco->type != PACKAGE_BITNAMI;
}

static void named_collect(Facts *facts)
{
    for (size_t i = 0; i < facts->row_list.len; i++) {
        const RowFacts *row = &facts->row_list.at[i];
        const RecordFacts *record = &facts->records.at[row->record];
        if (record->flaw_count == 1 && record->flaws[0]->named.len <= NAMED_MAX)
            *vec_push(facts->arena, &record->flaws[0]->named) = (uint32_t)i;
    }
}

/* What other records name: true as long as nothing of it resembles `own`. */
static bool others_of(const Facts *facts, const RowFacts *row, const VulnerabilityFacts *v,
                      Arena *arena, OtherVec *out)
{
    const PackageFacts *own = package_at(facts, row->package);
    Str id = facts->records.at[row->record].id;
    for (size_t i = 0; i < v->named.len; i++) {
        const RowFacts *other = &facts->row_list.at[v->named.at[i]];
        const PackageFacts *package = package_at(facts, other->package);
        Other found = {facts->records.at[other->record].id, package->key,
                       is_language(package->ecosystem) &&
                           !str_eq(package->ecosystem, own->ecosystem)};
        if (str_eq(found.record, id))
            continue;
        if (resembles(found.name, own->key))
            return false;
        *vec_push(arena, out) = found;
    }
    return true;
}

/* Names on which two records agree; the rest are counted as groups of their own. */
static size_t agreed(Facts *facts, const OtherVec *others, StrVec *out)
{
    size_t groups = 0;
    for (size_t i = 0; i < others->len; i++) {
        bool first = true, shared = false, registry = false;
        for (size_t n = 0; n < others->len; n++) {
            if (!resembles(others->at[i].name, others->at[n].name))
                continue;
            first = first && n >= i;
            shared = shared || !str_eq(others->at[i].record, others->at[n].record);
            registry = registry || others->at[n].registry;
        }
        groups += first;
        if (shared && registry && out->len <= DOUBT_MAX)
            facts_list_add(facts, out, others->at[i].name);
    }
    return groups;
}

static bool is_asked(const Facts *facts, const RowFacts *row)
{
    return is_language(package_at(facts, row->package)->ecosystem) &&
           cve_of(facts->records.at[row->record].id).len == 0;
}

static void flaw_doubt(Facts *facts, RowFacts *row, const VulnerabilityFacts *v)
{
    ArenaMark mark = arena_mark(&facts->scratch);
    OtherVec others = {0};
    StrVec doubt = {0};
    if (cve_is(v->id) && v->named.len <= NAMED_MAX &&
        others_of(facts, row, v, &facts->scratch, &others)) {
        facts_list_add(facts, &doubt, v->id);
        if (agreed(facts, &others, &doubt) <= GROUPS_MAX && doubt.len > 1) {
            row->doubt = arena_new(facts->arena, StrVec);
            *row->doubt = doubt;
        }
    }
    arena_reset(&facts->scratch, mark);
}

void facts_doubt(Facts *facts)
{
    named_collect(facts);
    for (size_t i = 0; i < facts->row_list.len; i++) {
        RowFacts *row = &facts->row_list.at[i];
        const RecordFacts *record = &facts->records.at[row->record];
        for (size_t n = 0; n < record->flaw_count && !row->doubt && is_asked(facts, row); n++)
            flaw_doubt(facts, row, record->flaws[n]);
    }
}
