/* SPDX-License-Identifier: Apache-2.0 */
/* Which names mean one flaw.
 *
 * A record that names exactly one CVE, or none, speaks of one flaw: all names it gives are names of
 * that flaw, and are joined (union-find). A record that names several CVEs is a bundle (a DSA, an
 * ALSA, a GHSA with two): it speaks of each of them and joins nothing. Two CVEs are never joined,
 * whatever records say: who comes second with a name that already belongs to another CVE keeps its
 * own CVE and leaves the name where it is. First every record's own id is tied to its own CVE, then
 * the rest in the order of ids, so that the order of files does not matter. */
#include "advisories/facts.h"

#include <stdlib.h>

typedef struct Name {
    struct Name *parent;
    Str name, cve;    /* cve: of the set, kept at its root */
    Str best;         /* the name to go by where there is no CVE, at the root */
    bool best_record; /* a record bears it, it is not only some alias */
} Name;

typedef struct Resolver {
    Facts *facts;
    Map names;
} Resolver;

static StrVec cves_of(Facts *facts, const RecordFacts *record)
{
    StrVec out = {0};
    Str own = cve_of(record->id);
    if (own.len)
        facts_list_add(facts, &out, own);
    for (size_t i = 0; i < record->names.len; i++) {
        Str cve = cve_of(record->names.at[i]);
        if (cve.len)
            facts_list_add(facts, &out, cve);
    }
    return out;
}

static Name *name_get(Resolver *resolver, Str text)
{
    void **place = map_get(&resolver->names, text);
    if (!*place) {
        Name *made = arena_new(resolver->facts->arena, Name);
        made->name = made->best = text;
        made->parent = made;
        made->cve = cve_is(text) ? text : (Str){0};
        *place = made;
    }
    return *place;
}

static Name *name_root(Name *name)
{
    while (name->parent != name)
        name = name->parent = name->parent->parent;
    return name;
}

/* GHSA ids before others, ids of records before mere aliases, then by bytes. */
static bool goes_before(const Name *a, const Name *b)
{
    bool ghsa_a = str_starts(a->best, STR("GHSA-")), ghsa_b = str_starts(b->best, STR("GHSA-"));
    if (ghsa_a != ghsa_b)
        return ghsa_a;
    if (a->best_record != b->best_record)
        return a->best_record;
    return str_cmp(a->best, b->best) < 0;
}

static void names_join(Resolver *resolver, Str a, Str b)
{
    Name *x = name_root(name_get(resolver, a)), *y = name_root(name_get(resolver, b));
    if (x == y || (x->cve.len && y->cve.len))
        return;
    if (goes_before(y, x)) {
        x->best = y->best;
        x->best_record = y->best_record;
    }
    if (y->cve.len)
        x->cve = y->cve;
    y->parent = x;
}

static int record_cmp(const void *a, const void *b)
{
    const RecordFacts *x = *(const RecordFacts *const *)a, *y = *(const RecordFacts *const *)b;
    int by_id = str_cmp(x->id, y->id);
    return by_id ? by_id : (x->names.len > y->names.len) - (x->names.len < y->names.len);
}

static int str_order(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static bool is_spelling(Str name)
{
    Str cve = cve_of(name);
    return cve.len && cve.len < name.len;
}

static void record_join(Resolver *resolver, const RecordFacts *record, const StrVec *cves)
{
    Str anchor = cves->len ? cves->at[0] : record->id;
    for (size_t i = 0; i < record->names.len; i++)
        if (!is_spelling(record->names.at[i]))
            names_join(resolver, anchor, record->names.at[i]);
}

/* Canonical ids of a record: its CVEs, else the CVE that its names lead to, else GHSA, else own. */
static StrVec ids_of(Resolver *resolver, const RecordFacts *record, StrVec cves)
{
    if (cves.len)
        return cves;
    const Name *root = name_root(name_get(resolver, record->id));
    facts_list_add(resolver->facts, &cves, root->cve.len ? root->cve : root->best);
    return cves;
}

static void record_tell(Facts *facts, const RecordFacts *record, VulnerabilityFacts *v)
{
    Str source = facts->sources.at[record->source].name;
    for (size_t i = 0; i < record->vectors.len; i++)
        facts_add_cvss(facts, v, source, record->vectors.at[i]);
    facts_add_word(facts, v, source, record->word);
    for (size_t i = 0; i < record->cwes.len; i++)
        facts_add_cwe(facts, v, record->cwes.at[i]);
    facts_set_title(facts, v, TITLE_RECORD, record->title);
}

static void published_at_most(VulnerabilityFacts *v, Date date)
{
    if (date != DATE_NONE && (v->published_record == DATE_NONE || date < v->published_record))
        v->published_record = date;
}

static void record_resolve(Resolver *resolver, RecordFacts *record, StrVec cves)
{
    Facts *facts = resolver->facts;
    StrVec ids = ids_of(resolver, record, cves);
    record->flaws = arena_new_array(facts->arena, VulnerabilityFacts *, ids.len);
    for (size_t i = 0; i < ids.len; i++) {
        VulnerabilityFacts *v = facts_vulnerability(facts, ids.at[i]);
        record->flaws[record->flaw_count++] = v;
        published_at_most(v, record->published);
        if (is_spelling(record->id))
            facts_list_add(facts, &v->hidden, record->id);
        else if (!str_eq(record->id, v->id))
            facts_list_add(facts, &v->aliases, record->id);
    }
    if (ids.len == 1)
        record_tell(facts, record, record->flaws[0]);
    for (size_t n = 0; ids.len > 1 && n < record->names.len; n++)
        if (!cve_of(record->names.at[n]).len && !map_has(&resolver->names, record->names.at[n]))
            for (size_t i = 0; i < ids.len; i++)
                facts_list_add(facts, &record->flaws[i]->aliases, record->names.at[n]);
}

/* Every name that was joined to a vulnerability is an alias of it. */
static void aliases_give(Resolver *resolver)
{
    Facts *facts = resolver->facts;
    for (size_t i = 0; i < map_len(&resolver->names); i++) {
        Name *name = resolver->names.entries.at[i].value;
        const Name *root = name_root(name);
        Str id = root->cve.len ? root->cve : root->best;
        if (!str_eq(name->name, id) && !is_spelling(name->name))
            facts_list_add(facts, &facts_vulnerability(facts, id)->aliases, name->name);
    }
}

static void vulnerabilities_finish(Facts *facts)
{
    Map *map = &facts->vulnerabilities;
    for (size_t i = 0; i < map_len(map); i++) {
        VulnerabilityFacts *v = map->entries.at[i].value;
        if (v->published == DATE_NONE)
            v->published = v->published_record;
        if (v->aliases.len)
            qsort(v->aliases.at, v->aliases.len, sizeof(Str), str_order);
        if (v->cwes.len)
            qsort(v->cwes.at, v->cwes.len, sizeof(Str), str_order);
    }
}

void facts_resolve(Facts *facts)
{
    Resolver resolver = {.facts = facts};
    map_init(&resolver.names, facts->arena);
    size_t count = facts->records.len;
    RecordFacts **order = arena_new_array(facts->arena, RecordFacts *, count);
    for (size_t i = 0; i < count; i++)
        order[i] = &facts->records.at[i];
    if (count)
        qsort(order, count, sizeof(RecordFacts *), record_cmp);
    StrVec *cves = arena_new_array(facts->arena, StrVec, count);
    for (size_t i = 0; i < count; i++)
        name_get(&resolver, order[i]->id)->best_record = true;
    for (size_t i = 0; i < count; i++) {
        cves[i] = cves_of(facts, order[i]);
        if (cves[i].len == 1 && !is_spelling(order[i]->id))
            names_join(&resolver, cves[i].at[0], order[i]->id);
    }
    for (size_t i = 0; i < count; i++)
        if (cves[i].len <= 1)
            record_join(&resolver, order[i], &cves[i]);
    for (size_t i = 0; i < count; i++)
        record_resolve(&resolver, order[i], cves[i]);
    aliases_give(&resolver);
    vulnerabilities_finish(facts);
}
