/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/seed.h"

#include <dirent.h>
#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <unistd.h>
#include "advisories/feed.h"
#include "base/fd.h"

typedef struct Seed {
    Facts *facts;
    Arena *arena;
    Map named; /* CVEs that a record names */
    Buf text, packed;
    Vec(size_t) ends; /* places in `text` where a file may end */
    Str out;
    VulnerabilityFacts **vulnerabilities; /* by id */
    size_t vulnerability_count;
} Seed;

/* --- lines --- */

static void item_put(Buf *out, Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        char plain = c == '\t' ? 't' : c == '\n' ? 'n' : c == ' ' ? 's' : c == '\\' ? '\\' : 0;
        if (plain)
            buf_put_char(out, '\\');
        buf_put_char(out, plain ? plain : c);
    }
}

static void field_put(Buf *out, Str s)
{
    buf_put_char(out, '\t');
    item_put(out, s);
}

static void items_put(Buf *out, const StrVec *items)
{
    for (size_t i = 0; i < items->len; i++) {
        if (i)
            buf_put_char(out, ' ');
        item_put(out, items->at[i]);
    }
}

static void date_put(Seed *seed, Date date)
{
    field_put(&seed->text, date_str(&seed->facts->scratch, date));
}

static void line_end(Buf *out)
{
    while (out->len && out->ptr[out->len - 1] == '\t')
        out->len--;
    buf_put_char(out, '\n');
}

/* From here on a new file may begin. */
static void part_end(Seed *seed)
{
    line_end(&seed->text);
    *vec_push(seed->arena, &seed->ends) = seed->text.len;
}

/* --- files --- */

static bool pack(Str text, Buf *out, Error *err)
{
    size_t cap = lzma_stream_buffer_bound(text.len), used = 0;
    buf_clear(out);
    uint8_t *room = (uint8_t *)buf_reserve(out, cap);
    lzma_ret code = lzma_easy_buffer_encode(9 | LZMA_PRESET_EXTREME, LZMA_CHECK_CRC32, NULL,
                                            (const uint8_t *)text.ptr, text.len, room, &used, cap);
    if (code != LZMA_OK)
        return error_set(err, ERR_INTERNAL, "seed: xz fails with %d", (int)code);
    out->len = used;
    return true;
}

static bool part_write(Seed *seed, Str source, unsigned part, Str head, Str lines, bool *fits,
                       Error *err)
{
    Buf whole CLEANUP(buf_fini) = {0};
    buf_put(&whole, head);
    buf_put(&whole, lines);
    if (!pack(buf_str(&whole), &seed->packed, err))
        return false;
    *fits = seed->packed.len <= SEED_FILE_BYTES;
    if (!*fits)
        return true;
    Str name = arena_lower(seed->arena, source), folder, leaf;
    if (str_cut(name, '/', &folder, &leaf))
        name = arena_printf(seed->arena, STR_FMT "-" STR_FMT, STR_ARG(folder), STR_ARG(leaf));
    Str number = part ? arena_printf(seed->arena, "-%u", part) : (Str){0};
    Str path = arena_printf(seed->arena, STR_FMT "/" STR_FMT STR_FMT ".txt.xz", STR_ARG(seed->out),
                            STR_ARG(name), STR_ARG(number));
    return file_write_atomic(path, buf_str(&seed->packed), err);
}

/* The first place at or behind `at` where a part may end. */
static size_t part_place(const Seed *seed, size_t at)
{
    size_t low = 0, high = seed->ends.len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (seed->ends.at[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < seed->ends.len ? seed->ends.at[low] : seed->text.len;
}

/* All lines in as few files of about equal size as fit. */
static bool source_write(Seed *seed, const SourceFacts *source, Error *err)
{
    Str text = buf_str(&seed->text);
    Str head = arena_printf(seed->arena, STR_FMT "\t" STR_FMT "\t" STR_FMT "\t%llu\n",
                            STR_ARG(SEED_MAGIC), STR_ARG(source->name), STR_ARG(source->modified),
                            (unsigned long long)source->records);
    bool fits = text.len == 0;
    for (unsigned parts = 1; !fits && parts < 100; parts++) {
        size_t from = 0;
        fits = true;
        for (unsigned i = 1; fits && i <= parts; i++) {
            size_t to = i == parts ? text.len : part_place(seed, text.len / parts * i);
            if (!part_write(seed, source->name, parts > 1 ? i : 0, head, str_sub(text, from, to),
                            &fits, err))
                return false;
            from = to;
        }
    }
    buf_clear(&seed->text);
    seed->ends.len = 0;
    return fits || error_set(err, ERR_LIMIT, "seed: " STR_FMT " fits into no number of files",
                             STR_ARG(source->name));
}

/* --- records --- */

static void ranges_put(Buf *out, const Advisory *a)
{
    for (size_t i = 0; i < a->ranges.len; i++) {
        const AdvisoryRange *range = &a->ranges.at[i];
        bool open = range->fixed.len == 0 && range->last_affected.len == 0;
        if (i)
            buf_put_char(out, ' ');
        if (range->introduced.len || open) {
            buf_put(out, STR(">="));
            item_put(out, range->introduced);
        }
        if (open)
            continue;
        if (range->introduced.len)
            buf_put_char(out, ' ');
        buf_put(out, range->fixed.len ? STR("<") : STR("<="));
        item_put(out, range->fixed.len ? range->fixed : range->last_affected);
    }
}

static void key_put(Buf *out, const char *key, const StrVec *items)
{
    if (items->len == 0)
        return;
    buf_printf(out, "\t%s=", key);
    items_put(out, items);
}

static void word_put(Buf *out, const char *key, Str value)
{
    buf_printf(out, "\t%s=", key);
    item_put(out, value);
}

static void imports_put(Buf *out, const Advisory *a)
{
    for (size_t i = 0; i < a->imports.len; i++) {
        const AdvisoryImport *import = &a->imports.at[i];
        word_put(out, "import", import->path);
        if (import->symbols.len)
            buf_put_char(out, ' ');
        items_put(out, &import->symbols);
    }
}

static void row_line(Seed *seed, const RecordFacts *record, const RowFacts *row)
{
    static const PackageFacts none = {0};
    Buf *out = &seed->text;
    Advisory a;
    ArenaMark mark = arena_mark(&seed->facts->scratch);
    facts_row(seed->facts, row, &seed->facts->scratch, &a);
    const MapEntry *entry = &seed->facts->packages.entries.at[row->package];
    const PackageFacts *package = entry->value ? entry->value : &none;
    buf_put(out, STR("A"));
    field_put(out, package->ecosystem);
    field_put(out, a.package.len ? a.package : package->key);
    buf_put_char(out, '\t');
    ranges_put(out, &a);
    key_put(out, "versions", &a.versions);
    if (!str_eq(a.cvss.vector, cvss_best(&record->vectors)))
        word_put(out, "cvss", a.cvss.vector);
    if (!str_eq(a.urgency, record->word))
        word_put(out, "urgency", a.urgency);
    if (a.module.len)
        word_put(out, "module", a.module);
    if (a.status != STATUS_AFFECTED)
        word_put(out, "status", finding_status_name(a.status));
    key_put(out, "arches", &a.arches);
    key_put(out, "goos", &a.goos);
    key_put(out, "goarch", &a.goarch);
    imports_put(out, &a);
    buf_put(out, a.all_versions ? STR("\tall") : (Str){0});
    buf_put(out, a.malware ? STR("\tmalware") : (Str){0});
    buf_put(out, a.not_affected ? STR("\tnot-affected") : (Str){0});
    line_end(out);
    arena_reset(&seed->facts->scratch, mark);
}

static void record_line(Seed *seed, const RecordFacts *record, Buf *out)
{
    buf_put(out, STR("R"));
    field_put(out, record->id);
    buf_put_char(out, '\t');
    items_put(out, &record->names);
    field_put(out, date_str(&seed->facts->scratch, record->published));
    buf_put_char(out, '\t');
    items_put(out, &record->vectors);
    field_put(out, record->word);
    buf_put_char(out, '\t');
    items_put(out, &record->cwes);
    line_end(out);
}

typedef struct RecordPlace {
    const RecordFacts *record;
    size_t first, count; /* rows */
} RecordPlace;

static int place_cmp(const void *a, const void *b)
{
    const RecordPlace *x = a, *y = b;
    int by_id = str_cmp(x->record->id, y->record->id);
    return by_id ? by_id : (x->first > y->first) - (x->first < y->first);
}

/* Records of one source by id; those of equal heads share one. */
static bool records_write(Seed *seed, uint32_t source, const RecordPlace *all, Error *err)
{
    const Facts *facts = seed->facts;
    Vec(RecordPlace) list = {0};
    Buf head CLEANUP(buf_fini) = {0}, last CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < facts->records.len; i++)
        if (facts->records.at[i].source == source)
            *vec_push(seed->arena, &list) = all[i];
    if (list.len)
        qsort(list.at, list.len, sizeof(RecordPlace), place_cmp);
    for (size_t i = 0; i < list.len; i++) {
        buf_clear(&head);
        record_line(seed, list.at[i].record, &head);
        if (!str_eq(buf_str(&head), buf_str(&last))) {
            if (i)
                *vec_push(seed->arena, &seed->ends) = seed->text.len;
            buf_put(&seed->text, buf_str(&head));
            buf_clear(&last);
            buf_put(&last, buf_str(&head));
        }
        for (size_t n = 0; n < list.at[i].count; n++)
            row_line(seed, list.at[i].record, &facts->row_list.at[list.at[i].first + n]);
    }
    return source_write(seed, &facts->sources.at[source], err);
}

/* --- single vulnerabilities --- */

typedef bool VulnerabilityLine(Seed *seed, const VulnerabilityFacts *v);

static bool severity_line(Seed *seed, const VulnerabilityFacts *v)
{
    Buf *out = &seed->text;
    if (v->published == DATE_NONE && v->cvss.len == 0 && v->cwes.len == 0 && !v->disputed &&
        !v->rejected)
        return false;
    buf_put(out, STR("V"));
    field_put(out, v->id);
    date_put(seed, v->published);
    field_put(out, v->disputed   ? v->rejected ? STR("dr") : STR("d")
                     : v->rejected ? STR("r")
                                 : (Str){0});
    buf_put_char(out, '\t');
    items_put(out, &v->cwes);
    for (size_t i = 0; i < v->cvss.len; i++) {
        field_put(out, v->cvss.at[i].a);
        buf_put_char(out, '=');
        item_put(out, v->cvss.at[i].b);
    }
    return true;
}

static bool epss_line(Seed *seed, const VulnerabilityFacts *v)
{
    if (v->epss == EPSS_NONE)
        return false;
    buf_put(&seed->text, STR("E"));
    field_put(&seed->text, v->id);
    buf_printf(&seed->text, "\t%u", v->epss);
    if (v->percentile != EPSS_NONE)
        buf_printf(&seed->text, "\t%u", v->percentile);
    return true;
}

static bool kev_line(Seed *seed, const VulnerabilityFacts *v)
{
    if (v->kev_added == DATE_NONE)
        return false;
    buf_put(&seed->text, STR("K"));
    field_put(&seed->text, v->id);
    date_put(seed, v->kev_added);
    date_put(seed, v->kev_due);
    field_put(&seed->text, v->exploits >> EXPLOIT_RANSOMWARE & 1 ? STR("ransomware") : (Str){0});
    return true;
}

static bool exploits_line(Seed *seed, const VulnerabilityFacts *v)
{
    StrVec names = {0};
    for (unsigned i = EXPLOIT_OTHER_KEV; i < EXPLOITS; i++)
        if (v->exploits >> i & 1)
            *vec_push(&seed->facts->scratch, &names) = exploit_name((Exploit)i);
    if (names.len == 0)
        return false;
    buf_put(&seed->text, STR("X"));
    field_put(&seed->text, v->id);
    buf_put_char(&seed->text, '\t');
    items_put(&seed->text, &names);
    return true;
}

static bool ssvc_line(Seed *seed, const VulnerabilityFacts *v)
{
    Str pool = buf_str(&seed->facts->strings.bytes);
    bool any = false;
    for (size_t i = 0; i < SSVC_POINTS; i++)
        any = any || v->ssvc[i];
    if (!any)
        return false;
    buf_put(&seed->text, STR("S"));
    field_put(&seed->text, v->id);
    for (size_t i = 0; i < SSVC_POINTS; i++)
        field_put(&seed->text, strings_at(pool, v->ssvc[i]));
    return true;
}

static bool vulnerabilities_write(Seed *seed, Str source, VulnerabilityLine *line, Error *err)
{
    for (size_t i = 0; i < seed->vulnerability_count; i++) {
        const VulnerabilityFacts *v = seed->vulnerabilities[i];
        ArenaMark mark = arena_mark(&seed->facts->scratch);
        if ((v->kev_added != DATE_NONE || map_has(&seed->named, v->id)) && line(seed, v))
            part_end(seed);
        arena_reset(&seed->facts->scratch, mark);
    }
    return source_write(seed, &seed->facts->sources.at[facts_source(seed->facts, source)], err);
}

/* --- the small tables --- */

static bool eol_write(Seed *seed, Error *err)
{
    for (size_t i = 0; i < seed->facts->eol.len; i++) {
        const EolFacts *eol = &seed->facts->eol.at[i];
        buf_put(&seed->text, STR("L"));
        field_put(&seed->text, eol->product);
        field_put(&seed->text, eol->release);
        field_put(&seed->text, eol->codename);
        if (eol->ended)
            field_put(&seed->text, STR("ended"));
        else
            date_put(seed, eol->eol);
        date_put(seed, eol->extended_eol);
        part_end(seed);
    }
    return source_write(seed, &seed->facts->sources.at[facts_source(seed->facts, STR("eol"))], err);
}

static bool cwes_write(Seed *seed, Error *err)
{
    for (size_t i = 0; i < seed->facts->cwes.len; i++) {
        buf_put(&seed->text, STR("W"));
        field_put(&seed->text, seed->facts->cwes.at[i].a);
        field_put(&seed->text, seed->facts->cwes.at[i].b);
        part_end(seed);
    }
    return source_write(seed, &seed->facts->sources.at[facts_source(seed->facts, STR("cwe"))], err);
}

/* --- the whole --- */

static int vulnerability_cmp(const void *a, const void *b)
{
    const VulnerabilityFacts *x = *(VulnerabilityFacts *const *)a;
    const VulnerabilityFacts *y = *(VulnerabilityFacts *const *)b;
    return str_cmp(x->id, y->id);
}

static void name_note(Seed *seed, Str name)
{
    Str cve = cve_of(name);
    if (cve.len)
        *map_get(&seed->named, cve) = seed;
}

static void vulnerabilities_choose(Seed *seed)
{
    const Facts *facts = seed->facts;
    size_t count = map_len(&facts->vulnerabilities);
    for (size_t i = 0; i < facts->records.len; i++) {
        name_note(seed, facts->records.at[i].id);
        for (size_t n = 0; n < facts->records.at[i].names.len; n++)
            name_note(seed, facts->records.at[i].names.at[n]);
    }
    seed->vulnerabilities = arena_new_array(seed->arena, VulnerabilityFacts *, count);
    for (size_t i = 0; i < count; i++)
        seed->vulnerabilities[i] = facts->vulnerabilities.entries.at[i].value;
    seed->vulnerability_count = count;
    if (count)
        qsort(seed->vulnerabilities, count, sizeof(VulnerabilityFacts *), vulnerability_cmp);
}

/* Rows stand in the order of their records. */
static const RecordPlace *records_place(Seed *seed)
{
    const Facts *facts = seed->facts;
    RecordPlace *out = arena_new_array(seed->arena, RecordPlace, facts->records.len);
    for (size_t i = 0; i < facts->records.len; i++)
        out[i].record = &facts->records.at[i];
    for (size_t i = 0; i < facts->row_list.len; i++) {
        RecordPlace *place = &out[facts->row_list.at[i].record];
        place->first = place->count ? place->first : i;
        place->count++;
    }
    return out;
}

static bool old_remove(Str folder, Error *err)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    DIR *dir = opendir(arena_c_str(&arena, folder));
    if (!dir)
        return error_sys(err, "seed: folder " STR_FMT, STR_ARG(folder));
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(dir));)
        if (str_ends(str_from(entry->d_name), STR(".txt.xz")) &&
            unlinkat(dirfd(dir), entry->d_name, 0) != 0)
            ok = error_sys(err, "seed: %s", entry->d_name);
    closedir(dir);
    return ok;
}

static bool files_write(Seed *seed, Error *err)
{
    const RecordPlace *places = records_place(seed);
    for (uint32_t i = 0; i < seed->facts->sources.len; i++)
        if (!records_write(seed, i, places, err))
            return false;
    vulnerabilities_choose(seed);
    return vulnerabilities_write(seed, STR("nvd"), severity_line, err) &&
           vulnerabilities_write(seed, STR("epss"), epss_line, err) &&
           vulnerabilities_write(seed, STR("kev"), kev_line, err) &&
           vulnerabilities_write(seed, STR("exploits"), exploits_line, err) &&
           vulnerabilities_write(seed, STR("vulnrichment"), ssvc_line, err) &&
           eol_write(seed, err) && cwes_write(seed, err);
}

bool database_seed(const BuildOptions *options, Str out, Arena *arena, BuildReport *report,
                   Error *err)
{
    Arena store CLEANUP(arena_fini);
    Facts facts CLEANUP(facts_fini);
    Seed seed = {.facts = &facts, .arena = &store, .out = out};
    arena_init(&store);
    facts_init(&facts, &store);
    map_init(&seed.named, &store);
    bool ok = feeds_read(options, &facts, arena, report, err) && old_remove(out, err) &&
              files_write(&seed, err);
    buf_fini(&seed.text);
    buf_fini(&seed.packed);
    return ok;
}
