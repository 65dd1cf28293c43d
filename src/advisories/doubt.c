/* SPDX-License-Identifier: Apache-2.0 */
/* An alias can be wrong (rule 78): a record about one package names the CVE of another. Nobody says
 * so, but it shows: other records of that CVE agree on a package, and nothing they name resembles
 * this one. The statement stays; what the others name stands beside it. A CVE of many packages (a
 * protocol, a vendored library) tells nothing, and no doubt is raised. */
#include "advisories/facts.h"

#include "model/ecosystem.h"

enum { NAMED_MAX = 64, GROUPS_MAX = 2, DOUBT_MAX = 4, WORD_MIN = 3 };

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
static bool others_of(const Facts *facts, const RowFacts *row, Arena *arena, PairVec *out)
{
    const RecordFacts *record = &facts->records.at[row->record];
    Str own = package_at(facts, row->package)->key;
    for (size_t i = 0; i < record->flaws[0]->named.len; i++) {
        const RowFacts *other = &facts->row_list.at[record->flaws[0]->named.at[i]];
        Pair pair = {facts->records.at[other->record].id, package_at(facts, other->package)->key};
        if (str_eq(pair.a, record->id))
            continue;
        if (resembles(pair.b, own))
            return false;
        *vec_push(arena, out) = pair;
    }
    return true;
}

/* Names on which two records agree; the rest are counted as groups of their own. */
static size_t agreed(Facts *facts, const PairVec *others, StrVec *out)
{
    size_t groups = 0;
    for (size_t i = 0; i < others->len; i++) {
        bool first = true, shared = false;
        for (size_t n = 0; n < others->len; n++) {
            if (!resembles(others->at[i].b, others->at[n].b))
                continue;
            first = first && n >= i;
            shared = shared || !str_eq(others->at[i].a, others->at[n].a);
        }
        groups += first;
        if (shared && out->len < DOUBT_MAX)
            facts_list_add(facts, out, others->at[i].b);
    }
    return groups;
}

static bool is_asked(const Facts *facts, const RowFacts *row)
{
    const RecordFacts *record = &facts->records.at[row->record];
    const Ecosystem *eco = ecosystem_find(package_at(facts, row->package)->ecosystem);
    return eco && !package_type_is_os(eco->type) && record->flaw_count == 1 &&
           cve_is(record->flaws[0]->id) && cve_of(record->id).len == 0 &&
           record->flaws[0]->named.len <= NAMED_MAX;
}

void facts_doubt(Facts *facts)
{
    named_collect(facts);
    for (size_t i = 0; i < facts->row_list.len; i++) {
        RowFacts *row = &facts->row_list.at[i];
        ArenaMark mark = arena_mark(&facts->scratch);
        PairVec others = {0};
        StrVec doubt = {0};
        if (is_asked(facts, row) && others_of(facts, row, &facts->scratch, &others) &&
            agreed(facts, &others, &doubt) <= GROUPS_MAX && doubt.len) {
            row->doubt = arena_new(facts->arena, StrVec);
            *row->doubt = doubt;
        }
        arena_reset(&facts->scratch, mark);
    }
}
