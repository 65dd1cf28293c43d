/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/write.h"

#include <stdlib.h>
#include "advisories/layout.h"
#include "advisories/row.h"
#include "base/hash.h"

typedef struct IndexEntry {
    uint64_t hash;
    uint32_t value;
} IndexEntry;
typedef Vec(IndexEntry) IndexVec;

typedef struct Writer {
    Facts *facts;
    Arena *arena;
    Strings pool;
    Buf sections[SECTIONS];
    IndexVec packages, names;
    uint32_t *source_order;               /* indices into sources, by name */
    uint32_t *source_rank;                /* and the other way round */
    VulnerabilityFacts **vulnerabilities; /* by ordinal */
    size_t vulnerability_count;
    Map artifacts; /* Maven artifact to PlaceVec */
} Writer;
typedef Vec(uint32_t) PlaceVec;

static int entry_cmp(const void *a, const void *b)
{
    const IndexEntry *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static void index_put(Buf *out, IndexVec *entries, Arena *arena)
{
    unsigned bits = 1;
    while (bits < 24 && (size_t)2 << bits < entries->len)
        bits++;
    if (entries->len)
        qsort(entries->at, entries->len, sizeof *entries->at, entry_cmp);
    size_t buckets = (size_t)1 << bits;
    uint32_t *starts = arena_new_array(arena, uint32_t, buckets + 1);
    for (size_t i = 0; i < entries->len; i++)
        starts[(entries->at[i].hash >> (64 - bits)) + 1]++;
    buf_u32le(out, bits);
    buf_u32le(out, (uint32_t)entries->len);
    for (size_t i = 0; i <= buckets; i++) {
        starts[i] += i ? starts[i - 1] : 0;
        buf_u32le(out, starts[i]);
    }
    for (size_t i = 0; i < entries->len; i++) {
        buf_u32le(out, (uint32_t)entries->at[i].hash);
        buf_u32le(out, entries->at[i].value);
    }
}

static int vulnerability_cmp(const void *a, const void *b)
{
    const VulnerabilityFacts *x = *(VulnerabilityFacts *const *)a;
    const VulnerabilityFacts *y = *(VulnerabilityFacts *const *)b;
    return str_cmp(x->id, y->id);
}

static void vulnerabilities_order(Writer *w)
{
    const Map *map = &w->facts->vulnerabilities;
    w->vulnerability_count = map_len(map);
    w->vulnerabilities = arena_new_array(w->arena, VulnerabilityFacts *, map_len(map));
    for (size_t i = 0; i < map_len(map); i++)
        w->vulnerabilities[i] = map->entries.at[i].value;
    if (map_len(map))
        qsort(w->vulnerabilities, map_len(map), sizeof(VulnerabilityFacts *), vulnerability_cmp);
    for (size_t i = 0; i < map_len(map); i++)
        w->vulnerabilities[i]->ordinal = (uint32_t)i;
}

static const Facts *sorting; /* qsort hands on no context: set right before each call */

static int source_cmp(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return str_cmp(sorting->sources.at[*x].name, sorting->sources.at[*y].name);
}

static void sources_order(Writer *w)
{
    size_t count = w->facts->sources.len;
    w->source_order = arena_new_array(w->arena, uint32_t, count);
    w->source_rank = arena_new_array(w->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++)
        w->source_order[i] = i;
    sorting = w->facts;
    if (count)
        qsort(w->source_order, count, sizeof(uint32_t), source_cmp);
    for (uint32_t i = 0; i < count; i++)
        w->source_rank[w->source_order[i]] = i;
}

/* --- packages --- */

static int row_cmp(const void *a, const void *b)
{
    const RowFacts *x = a, *y = b;
    if (x->package != y->package)
        return x->package < y->package ? -1 : 1;
    const RecordFacts *p = &sorting->records.at[x->record], *q = &sorting->records.at[y->record];
    Str source_p = sorting->sources.at[p->source].name,
        source_q = sorting->sources.at[q->source].name;
    int by_source = str_cmp(source_p, source_q), by_id = str_cmp(p->id, q->id);
    if (by_source || by_id)
        return by_id ? by_id : by_source;
    return (x->row > y->row) - (x->row < y->row);
}

static int package_cmp(const void *a, const void *b)
{
    const PackageFacts *x = *(const PackageFacts *const *)a, *y = *(const PackageFacts *const *)b;
    int by_ecosystem = str_cmp(x->ecosystem, y->ecosystem);
    return by_ecosystem ? by_ecosystem : str_cmp(x->key, y->key);
}

/* --- rows --- */

/* What one record says of a package: which vulnerabilities it names, and the rest. */
typedef struct Saying {
    const RecordFacts *record;
    Str names, says;
    bool malware;
} Saying;

/* Records that say the same. */
typedef struct Row {
    Vec(Saying) by;
} Row;

typedef struct PackageRows {
    Map rows;     /* what is said to Row */
    bool is_once; /* see PACKAGE_ONCE */
} PackageRows;

static Str names_bytes(Writer *w, const RecordFacts *record, Arena *arena)
{
    Buf out CLEANUP(buf_fini) = {0};
    buf_str_wire(&out, record->id);
    buf_varint(&out, record->flaw_count);
    for (size_t i = 0; i < record->flaw_count; i++) {
        Str id = record->flaws[i]->id;
        bool suffix = str_ends(record->id, id);
        buf_varint(&out, suffix ? id.len : 0);
        if (!suffix)
            buf_varint(&out, strings_put(&w->pool, id));
        buf_varint(&out, (uint64_t)record->flaws[i]->ordinal << 1 | record->flaws[i]->rejected);
    }
    return arena_str(arena, buf_str(&out));
}

static Saying saying_of(Writer *w, const RowFacts *row, Arena *arena)
{
    Buf out CLEANUP(buf_fini) = {0};
    Saying saying = {.record = &w->facts->records.at[row->record]};
    Advisory a;
    facts_row(w->facts, row, arena, &a);
    if (row->doubt)
        a.doubt = *row->doubt;
    buf_varint(&out, w->source_rank[saying.record->source]);
    row_put(&out, &w->pool, &a);
    saying.malware = a.malware;
    saying.names = names_bytes(w, saying.record, arena);
    saying.says = arena_str(arena, buf_str(&out));
    return saying;
}

/* False where it was already said of this package. */
static bool place_add(Writer *w, VulnerabilityFacts *v, uint32_t place)
{
    if (v->packages.len && v->packages.at[v->packages.len - 1] == place)
        return false;
    *vec_push(w->arena, &v->packages) = place;
    return true;
}

static void saying_add(Writer *w, const Saying *saying, uint32_t place, PackageRows *out)
{
    void **found = map_get(&out->rows, saying->says);
    if (!*found)
        *found = arena_new(out->rows.arena, Row);
    Row *row = *found;
    *vec_push(out->rows.arena, &row->by) = *saying;
    for (size_t i = 0; i < saying->record->flaw_count; i++)
        out->is_once &= place_add(w, saying->record->flaws[i], place);
    out->is_once &= !saying->malware;
}

static void rows_put(const PackageRows *rows, Buf *body)
{
    Buf records CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < map_len(&rows->rows); i++) {
        const Row *row = rows->rows.entries.at[i].value;
        uint64_t standing = 0;
        buf_clear(&records);
        for (size_t n = 0; n < row->by.len; n++) {
            const RecordFacts *record = row->by.at[n].record;
            buf_put(&records, row->by.at[n].names);
            for (size_t k = 0; k < record->flaw_count; k++)
                standing += !record->flaws[k]->rejected;
        }
        buf_put(body, rows->rows.entries.at[i].key);
        buf_varint(body, standing);
        buf_str_wire(body, buf_str(&records));
    }
}

static void package_head(Writer *w, Str ecosystem, Str key, PackageKind kind, size_t count,
                         Buf *body)
{
    Buf *out = &w->sections[SECTION_PACKAGES];
    IndexEntry *entry = vec_push(w->arena, &w->packages);
    entry->hash = package_hash(ecosystem, key);
    entry->value = (uint32_t)out->len;
    buf_varint(out, strings_put(&w->pool, ecosystem));
    buf_str_wire(out, key);
    buf_u8(out, (uint8_t)kind);
    buf_varint(out, count);
    buf_str_wire(out, buf_str(body));
    buf_clear(body);
}

static void artifact_add(Writer *w, Str key, uint32_t place)
{
    Str group, artifact;
    if (!str_rcut(key, ':', &group, &artifact))
        return;
    void **found = map_get(&w->artifacts, artifact);
    if (!*found)
        *found = arena_new(w->arena, PlaceVec);
    PlaceVec *places = *found;
    *vec_push(w->arena, places) = place;
}

static void artifacts_put(Writer *w)
{
    Buf body CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < map_len(&w->artifacts); i++) {
        const PlaceVec *places = w->artifacts.entries.at[i].value;
        for (size_t n = 0; n < places->len; n++)
            buf_varint(&body, places->at[n]);
        Str key = arena_printf(w->arena, "*:" STR_FMT, STR_ARG(w->artifacts.entries.at[i].key));
        package_head(w, STR("Maven"), key, PACKAGE_LIST, places->len, &body);
    }
}

static void ecosystem_add(Writer *w, Str ecosystem, Str *last)
{
    if (str_eq(ecosystem, *last))
        return;
    buf_str_wire(&w->sections[SECTION_ECOSYSTEMS], ecosystem);
    *last = ecosystem;
}

/* OSV puts a record into the zip of every ecosystem it names. Where copies of different age meet, the
 * package's own ecosystem has the say; without it, the first. Empty: no copy is OSV's. */
static Str copy_chosen(const Facts *facts, const PackageFacts *package, const RowFacts *rows,
                       size_t count)
{
    Str own, release, chosen = {0};
    str_cut(package->ecosystem, ':', &own, &release);
    for (size_t i = 0; i < count; i++) {
        Str name = facts->sources.at[facts->records.at[rows[i].record].source].name;
        if (!str_starts(name, STR("osv/")))
            continue;
        if (chosen.len == 0 || str_eq(str_from_pos(name, 4), own))
            chosen = name;
    }
    return chosen;
}

static bool is_foreign_copy(const Facts *facts, const RowFacts *row, Str chosen)
{
    Str source = facts->sources.at[facts->records.at[row->record].source].name;
    return str_starts(source, STR("osv/")) && !str_eq(source, chosen);
}

/* The rows from here on that are of one record, whoever hands it out. */
static size_t same_record(const Facts *facts, const RowFacts *rows, size_t count)
{
    size_t same = 1;
    while (same < count &&
           str_eq(facts->records.at[rows[same].record].id, facts->records.at[rows[0].record].id))
        same++;
    return same;
}

/* Did another copy of the record, among the last `known`, say just this? */
static bool is_repeated(const Saying *saying, const Saying *before, size_t known)
{
    for (size_t i = 0; i < known; i++)
        if (str_eq(before[i].says, saying->says) && str_eq(before[i].names, saying->names))
            return true;
    return false;
}

static void package_rows(Writer *w, const PackageFacts *package, const RowFacts *rows, size_t count,
                         uint32_t place, PackageRows *out)
{
    enum { KNOWN = 16 };
    Arena *arena = out->rows.arena;
    Saying before[KNOWN];
    for (size_t i = 0, same; i < count; i += same) {
        size_t known = 0;
        same = same_record(w->facts, &rows[i], count - i);
        Str chosen = copy_chosen(w->facts, package, &rows[i], same);
        for (size_t n = i; n < i + same; n++) {
            if (is_foreign_copy(w->facts, &rows[n], chosen))
                continue;
            Saying saying = saying_of(w, &rows[n], arena);
            if (is_repeated(&saying, before, known))
                continue;
            if (known < KNOWN)
                before[known++] = saying;
            saying_add(w, &saying, place, out);
        }
    }
}

typedef struct Span {
    size_t from, count;
} Span;

/* The rows of every package, by its index, in an order that does not depend on that of files. */
static Span *rows_order(Writer *w)
{
    Facts *facts = w->facts;
    Span *spans = arena_new_array(w->arena, Span, map_len(&facts->packages));
    sorting = facts;
    if (facts->row_list.len)
        qsort(facts->row_list.at, facts->row_list.len, sizeof(RowFacts), row_cmp);
    for (size_t i = 0; i < facts->row_list.len; i++) {
        Span *span = &spans[facts->row_list.at[i].package];
        span->from = span->count ? span->from : i;
        span->count++;
    }
    return spans;
}

static void packages_put(Writer *w)
{
    Facts *facts = w->facts;
    size_t count = map_len(&facts->packages);
    PackageFacts **order = arena_new_array(w->arena, PackageFacts *, count);
    Buf body CLEANUP(buf_fini) = {0};
    const Span *spans = rows_order(w);
    Str last = {0};
    for (size_t i = 0; i < count; i++)
        order[i] = facts->packages.entries.at[i].value;
    if (count)
        qsort(order, count, sizeof(PackageFacts *), package_cmp);
    for (size_t i = 0; i < count; i++) {
        const PackageFacts *package = order[i];
        Span span = spans[package->index];
        uint32_t place = (uint32_t)w->sections[SECTION_PACKAGES].len;
        ArenaMark mark = arena_mark(&facts->scratch);
        PackageRows rows = {.is_once = true};
        map_init(&rows.rows, &facts->scratch);
        package_rows(w, package, &facts->row_list.at[span.from], span.count, place, &rows);
        rows_put(&rows, &body);
        package_head(w, package->ecosystem, package->key,
                     rows.is_once ? PACKAGE_ONCE : PACKAGE_ROWS, map_len(&rows.rows), &body);
        arena_reset(&facts->scratch, mark);
        ecosystem_add(w, package->ecosystem, &last);
        if (str_eq(package->ecosystem, STR("Maven")))
            artifact_add(w, package->key, place);
    }
    artifacts_put(w);
}

/* --- vulnerabilities --- */

static void pairs_put(Writer *w, Buf *out, const PairVec *pairs)
{
    buf_varint(out, pairs->len);
    for (size_t i = 0; i < pairs->len; i++) {
        buf_varint(out, strings_put(&w->pool, pairs->at[i].a));
        buf_varint(out, strings_put(&w->pool, pairs->at[i].b));
    }
}

static void list_put(Writer *w, Buf *out, const StrVec *list)
{
    buf_varint(out, list->len);
    for (size_t i = 0; i < list->len; i++)
        buf_varint(out, strings_put(&w->pool, list->at[i]));
}

/* An unknown day is 0, day 0 is 1. */
static void date_put(Buf *out, Date date)
{
    zigzag_put(out, date == DATE_NONE ? 0 : date >= 0 ? (int64_t)date + 1 : date);
}

static uint64_t title_put(Writer *w, Str title)
{
    Buf *out = &w->sections[SECTION_TITLES];
    if (title.len == 0)
        return 0;
    uint64_t place = out->len + 1;
    buf_str_wire(out, title);
    return place;
}

static void name_add(Writer *w, Str name, uint32_t ordinal)
{
    IndexEntry *entry = vec_push(w->arena, &w->names);
    entry->hash = name_hash(name);
    entry->value = ordinal;
}

static int pair_cmp(const void *a, const void *b)
{
    const Pair *x = a, *y = b;
    int by_a = str_cmp(x->a, y->a);
    return by_a ? by_a : str_cmp(x->b, y->b);
}

static void vulnerability_put(Writer *w, VulnerabilityFacts *v)
{
    Buf *out = &w->sections[SECTION_VULNERABILITIES];
    buf_u32le(&w->sections[SECTION_OFFSETS], (uint32_t)out->len);
    if (v->cvss.len)
        qsort(v->cvss.at, v->cvss.len, sizeof(Pair), pair_cmp);
    if (v->words.len)
        qsort(v->words.at, v->words.len, sizeof(Pair), pair_cmp);
    buf_str_wire(out, v->id);
    buf_u8(out, (uint8_t)((v->disputed ? 1 : 0) | (v->rejected ? 2 : 0)));
    date_put(out, v->published);
    list_put(w, out, &v->aliases);
    pairs_put(w, out, &v->cvss);
    pairs_put(w, out, &v->words);
    list_put(w, out, &v->cwes);
    buf_varint(out, v->epss == EPSS_NONE ? 0 : (uint64_t)v->epss + 1);
    buf_varint(out, v->percentile == EPSS_NONE ? 0 : (uint64_t)v->percentile + 1);
    date_put(out, v->kev_added);
    date_put(out, v->kev_due);
    buf_u8(out, v->exploits);
    for (size_t i = 0; i < SSVC_POINTS; i++)
        buf_varint(
            out, strings_put(&w->pool, strings_at(buf_str(&w->facts->strings.bytes), v->ssvc[i])));
    buf_varint(out, title_put(w, v->title));
    list_put(w, out, &v->hidden);
    buf_varint(out, v->packages.len);
    for (size_t i = 0; i < v->packages.len; i++)
        buf_varint(out, v->packages.at[i] - (i ? v->packages.at[i - 1] : 0));
    name_add(w, v->id, v->ordinal);
    for (size_t i = 0; i < v->aliases.len; i++)
        name_add(w, v->aliases.at[i], v->ordinal);
    for (size_t i = 0; i < v->hidden.len; i++)
        name_add(w, v->hidden.at[i], v->ordinal);
}

/* --- the small tables --- */

static void sources_put(Writer *w)
{
    Buf *out = &w->sections[SECTION_SOURCES];
    for (size_t i = 0; i < w->facts->sources.len; i++) {
        const SourceFacts *source = &w->facts->sources.at[w->source_order[i]];
        buf_str_wire(out, source->name);
        buf_str_wire(out, source->modified);
        buf_varint(out, source->records);
    }
}

static void eol_put(Writer *w)
{
    Buf *out = &w->sections[SECTION_EOL];
    Buf rest CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < w->facts->eol.len; i++) {
        const EolFacts *eol = &w->facts->eol.at[i];
        buf_clear(&rest);
        buf_str_wire(&rest, eol->release);
        buf_str_wire(&rest, eol->codename);
        buf_u8(&rest, eol->ended);
        date_put(&rest, eol->eol);
        date_put(&rest, eol->extended_eol);
        buf_str_wire(out, eol->product);
        buf_str_wire(out, buf_str(&rest));
    }
}

static void cwes_put(Writer *w)
{
    for (size_t i = 0; i < w->facts->cwes.len; i++) {
        buf_str_wire(&w->sections[SECTION_CWES], w->facts->cwes.at[i].a);
        buf_str_wire(&w->sections[SECTION_CWES], w->facts->cwes.at[i].b);
    }
}

/* --- the whole --- */

static bool sections_fit(const Writer *w, Error *err)
{
    for (size_t i = 0; i < SECTIONS; i++)
        if (w->sections[i].len >= UINT32_MAX)
            return error_set(err, ERR_LIMIT, "the vulnerability database would pass 4 GiB");
    return true;
}

/* Sections are given back as they are appended, so that the file is in memory once. */
static bool file_put(Writer *w, Date built, Buf *out, Error *err)
{
    uint64_t place = HEADER_BYTES;
    for (size_t i = 0; i < SECTIONS; i++)
        place += w->sections[i].len;
    buf_reserve(out, place);
    buf_put(out, DATABASE_MAGIC);
    buf_u32le(out, DATABASE_FORMAT);
    buf_u32le(out, w->facts->seed ? DATABASE_SEED : 0);
    buf_u64le(out, place);
    while (out->len < HEADER_DIGESTED)
        buf_u8(out, 0);
    buf_u32le(out, (uint32_t)built);
    buf_u32le(out, (uint32_t)w->facts->epss_date);
    place = HEADER_BYTES;
    for (size_t i = 0; i < SECTIONS; i++) {
        buf_u64le(out, place);
        buf_u64le(out, w->sections[i].len);
        place += w->sections[i].len;
    }
    for (size_t i = 0; i < SECTIONS; i++) {
        buf_put(out, buf_str(&w->sections[i]));
        buf_fini(&w->sections[i]);
    }
    Digest digest;
    if (!hash_bytes(HASH_SHA256, str_from_pos(buf_str(out), HEADER_DIGESTED), &digest, err))
        return false;
    for (size_t i = 0; i < digest.len; i++)
        out->ptr[HEADER_DIGEST + i] = (char)digest.bytes[i];
    return true;
}

bool database_bytes(Facts *facts, Date built, Buf *out, Error *err)
{
    Writer w = {.facts = facts, .arena = facts->arena};
    strings_init(&w.pool, facts->arena);
    map_init(&w.artifacts, facts->arena);
    sources_order(&w);
    vulnerabilities_order(&w);
    packages_put(&w);
    for (size_t i = 0; i < w.vulnerability_count; i++)
        vulnerability_put(&w, w.vulnerabilities[i]);
    sources_put(&w);
    eol_put(&w);
    cwes_put(&w);
    index_put(&w.sections[SECTION_PACKAGE_INDEX], &w.packages, facts->arena);
    index_put(&w.sections[SECTION_NAME_INDEX], &w.names, facts->arena);
    buf_put(&w.sections[SECTION_STRINGS], buf_str(&w.pool.bytes));
    bool ok = sections_fit(&w, err) && file_put(&w, built, out, err);
    for (size_t i = 0; i < SECTIONS; i++)
        buf_fini(&w.sections[i]);
    strings_fini(&w.pool);
    return ok;
}
