/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/facts.h"

#include <assert.h>
#include "advisories/row.h"
#include "model/ecosystem.h"

/* No record names more (a distribution's kernel update names some 2,000 CVEs). */
enum { TITLE_BYTES = 120, NAMES_MAX = 4096 };

void facts_init(Facts *facts, Arena *arena)
{
    *facts = (Facts){.arena = arena, .epss_date = DATE_NONE, .built = DATE_NONE};
    arena_init(&facts->scratch);
    strings_init(&facts->strings, arena);
    map_init(&facts->packages, arena);
    map_init(&facts->vulnerabilities, arena);
    map_init(&facts->words, arena);
}

void facts_fini(Facts *facts)
{
    strings_fini(&facts->strings);
    buf_fini(&facts->rows);
    arena_fini(&facts->scratch);
}

Str facts_word(Facts *facts, Str s)
{
    if (s.len == 0)
        return (Str){0};
    const Str *known = map_find(&facts->words, s);
    if (known)
        return *known;
    Str *copy = arena_new(facts->arena, Str);
    *copy = arena_str(facts->arena, s);
    *map_get(&facts->words, *copy) = copy;
    return *copy;
}

uint32_t facts_source(Facts *facts, Str name)
{
    for (uint32_t i = 0; i < facts->sources.len; i++)
        if (str_eq(facts->sources.at[i].name, name))
            return i;
    vec_push(facts->arena, &facts->sources)->name = facts_word(facts, name);
    return (uint32_t)facts->sources.len - 1;
}

void facts_source_saw(Facts *facts, uint32_t source, Str modified)
{
    SourceFacts *row = &facts->sources.at[source];
    row->records++;
    bool said = !str_starts(modified, STR("0001-")); /* Go's zero time: not said */
    if (said && str_cmp(modified, row->modified) > 0)
        row->modified = arena_str(facts->arena, modified);
}

static StrVec names_copy(Facts *facts, const StrVec *list)
{
    size_t count = list->len < NAMES_MAX ? list->len : NAMES_MAX;
    StrVec out = {.at = arena_new_array(facts->arena, Str, count), .cap = count};
    for (; out.len < count; out.len++)
        out.at[out.len] = arena_str(facts->arena, list->at[out.len]);
    return out;
}

static StrVec words_copy(Facts *facts, const StrVec *list)
{
    StrVec out = {.at = arena_new_array(facts->arena, Str, list->len), .cap = list->len};
    for (; out.len < list->len; out.len++)
        out.at[out.len] = facts_word(facts, list->at[out.len]);
    return out;
}

static uint32_t package_of(Facts *facts, const Advisory *a, Str *key)
{
    Arena *scratch = &facts->scratch;
    const Ecosystem *eco = ecosystem_find(a->ecosystem);
    *key = eco ? ecosystem_package_key(scratch, eco, a->package) : a->package;
    Str both = arena_printf(scratch, STR_FMT "\x1f" STR_FMT, STR_ARG(a->ecosystem), STR_ARG(*key));
    const PackageFacts *known = map_find(&facts->packages, both);
    if (known)
        return known->index;
    PackageFacts *made = arena_new(facts->arena, PackageFacts);
    Str kept = arena_str(facts->arena, both);
    made->ecosystem = facts_word(facts, a->ecosystem);
    made->key = str_from_pos(kept, a->ecosystem.len + 1);
    made->index = (uint32_t)map_len(&facts->packages);
    *map_get(&facts->packages, kept) = made;
    return made->index;
}

static void row_add(Facts *facts, const Advisory *given, uint32_t record)
{
    ArenaMark mark = arena_mark(&facts->scratch);
    Str key;
    RowFacts *row = vec_push(facts->arena, &facts->row_list);
    row->package = package_of(facts, given, &key);
    row->record = record;
    row->row = facts->rows.len;
    Advisory a = *given;
    if (str_eq(key, a.package))
        a.package = (Str){0}; /* row_put keeps the name only where it is not the key */
    row_put(&facts->rows, &facts->strings, &a);
    arena_reset(&facts->scratch, mark);
}

void facts_add_record(Facts *facts, uint32_t source, const Record *record)
{
    RecordFacts *kept = vec_push(facts->arena, &facts->records);
    uint32_t index = (uint32_t)facts->records.len - 1;
    *kept = (RecordFacts){
        .id = arena_str(facts->arena, record->id),
        .title = arena_str(facts->arena, str_head(record->title, TITLE_BYTES)),
        .source = source,
        /* day 0, and what lies before it, is how records say that they do not know */
        .published = record->published > 0 ? record->published : DATE_NONE,
        .names = names_copy(facts, &record->names),
        .cwes = words_copy(facts, &record->cwes),
        .vectors = words_copy(facts, &record->vectors),
        .word = facts_word(facts, record->word),
    };
    for (size_t i = 0; i < record->affected.len; i++)
        row_add(facts, &record->affected.at[i], index);
}

VulnerabilityFacts *facts_vulnerability(Facts *facts, Str id)
{
    VulnerabilityFacts *known = map_find(&facts->vulnerabilities, id);
    if (known)
        return known;
    VulnerabilityFacts *made = arena_new(facts->arena, VulnerabilityFacts);
    made->id = arena_str(facts->arena, id);
    made->published = made->published_record = DATE_NONE;
    made->kev_added = made->kev_due = DATE_NONE;
    made->epss = made->percentile = EPSS_NONE;
    *map_get(&facts->vulnerabilities, made->id) = made;
    return made;
}

static void pair_add(Facts *facts, PairVec *pairs, Str a, Str b)
{
    if (b.len == 0)
        return;
    for (size_t i = 0; i < pairs->len; i++)
        if (str_eq(pairs->at[i].a, a) && str_eq(pairs->at[i].b, b))
            return;
    if (pairs->len == pairs->cap) {
        PairVec grown = {.cap = pairs->cap ? pairs->cap * 2 : 1};
        grown.at = arena_new_array(facts->arena, Pair, grown.cap);
        for (; grown.len < pairs->len; grown.len++)
            grown.at[grown.len] = pairs->at[grown.len];
        *pairs = grown;
    }
    pairs->at[pairs->len++] = (Pair){facts_word(facts, a), facts_word(facts, b)};
}

void facts_list_add(Facts *facts, StrVec *list, Str s)
{
    for (size_t i = 0; i < list->len; i++)
        if (str_eq(list->at[i], s))
            return;
    if (list->len == list->cap) {
        StrVec grown = {.cap = list->cap ? list->cap * 2 : 1};
        grown.at = arena_new_array(facts->arena, Str, grown.cap);
        for (; grown.len < list->len; grown.len++)
            grown.at[grown.len] = list->at[grown.len];
        *list = grown;
    }
    list->at[list->len++] = s;
}

void facts_add_cvss(Facts *facts, VulnerabilityFacts *v, Str source, Str vector)
{
    pair_add(facts, &v->cvss, source, vector);
}

void facts_add_word(Facts *facts, VulnerabilityFacts *v, Str source, Str word)
{
    pair_add(facts, &v->words, source, word);
}

void facts_add_cwe(Facts *facts, VulnerabilityFacts *v, Str cwe)
{
    if (str_starts(cwe, STR("CWE-"))) /* NVD-CWE-noinfo and the like say nothing */
        facts_list_add(facts, &v->cwes, facts_word(facts, cwe));
}

void facts_set_title(Facts *facts, VulnerabilityFacts *v, unsigned rank, Str title)
{
    title = str_head(str_trim(title), TITLE_BYTES);
    bool better = rank > v->title_rank || (rank == v->title_rank && str_cmp(title, v->title) < 0);
    if (title.len == 0 || !better)
        return;
    v->title = arena_str(facts->arena, title);
    v->title_rank = rank;
}

void facts_add_eol(Facts *facts, const EolFacts *eol)
{
    EolFacts *kept = vec_push(facts->arena, &facts->eol);
    *kept = *eol;
    kept->product = facts_word(facts, eol->product);
    kept->release = facts_word(facts, eol->release);
    kept->codename = facts_word(facts, eol->codename);
}

void facts_add_cwe_name(Facts *facts, Str cwe, Str name)
{
    *vec_push(facts->arena, &facts->cwes) = (Pair){facts_word(facts, cwe), facts_word(facts, name)};
}

void facts_row(const Facts *facts, const RowFacts *row, Arena *arena, Advisory *out)
{
    *out = (Advisory){0};
    Reader r = reader_of(str_from_pos(buf_str(&facts->rows), row->row));
    struct RowTexts texts;
    bool ok = row_take(&r, buf_str(&facts->strings.bytes), arena, out, &texts);
    row_take_texts(&texts, buf_str(&facts->strings.bytes), out);
    assert(ok);
}

Str cve_of(Str name)
{
    size_t at = str_find(name, STR("CVE-"));
    Str tail = str_from_pos(name, at == STR_NONE ? name.len : at);
    bool begins = at == 0 || (at != STR_NONE && str_at(name, at - 1) == '-');
    return begins && cve_is(tail) ? tail : (Str){0};
}

bool cve_is(Str id)
{
    Str rest = str_from_pos(id, 4), year, number;
    if (!str_starts(id, STR("CVE-")) || !str_cut(rest, '-', &year, &number))
        return false;
    uint64_t value;
    return year.len == 4 && number.len >= 4 && str_to_u64(year, &value) &&
           str_to_u64(number, &value);
}

static int vector_rank(Str vector)
{
    static const Str heads[] = {STR_INIT("CVSS:3.0"), STR_INIT("CVSS:3.1"), STR_INIT("CVSS:4")};
    for (int i = COUNT_OF(heads); i > 0; i--)
        if (str_starts(vector, heads[i - 1]))
            return i;
    return 0;
}

Str cvss_best(const StrVec *vectors)
{
    Str best = {0};
    for (size_t i = 0; i < vectors->len; i++)
        if (best.len == 0 || vector_rank(vectors->at[i]) > vector_rank(best))
            best = vectors->at[i];
    return best;
}
