/* SPDX-License-Identifier: Apache-2.0 */
/* The seed's own files; seed.h describes their lines. */
#include "advisories/feed.h"
#include "advisories/seed.h"

enum { FIELDS = 4096 };

typedef struct SeedReader {
    FeedFile *file;
    uint32_t source;
    unsigned line;
    Record record; /* whose rows are being read */
    bool has_record;
    ArenaMark mark; /* from before it */
    StrVec fields;
} SeedReader;

static Str unescape(Arena *arena, Str s)
{
    if (str_find_char(s, '\\') == STR_NONE)
        return s;
    char *out = arena_alloc(arena, s.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '\\' && i + 1 < s.len) {
            c = s.ptr[++i];
            c = c == 't' ? '\t' : c == 'n' ? '\n' : c == 's' ? ' ' : c;
        }
        out[len++] = c;
    }
    return (Str){out, len};
}

static Str field(const SeedReader *r, size_t i)
{
    return i < r->fields.len ? unescape(r->file->arena, r->fields.at[i]) : (Str){0};
}

static StrVec items(const SeedReader *r, Str text)
{
    StrVec out = {0};
    for (Str rest = text, item; str_next_word(&rest, &item);)
        *vec_push(r->file->arena, &out) = unescape(r->file->arena, item);
    return out;
}

static StrVec field_items(const SeedReader *r, size_t i)
{
    return i < r->fields.len ? items(r, r->fields.at[i]) : (StrVec){0};
}

/* --- records --- */

static void record_flush(SeedReader *r)
{
    if (!r->has_record)
        return;
    facts_add_record(r->file->facts, r->source, &r->record);
    r->has_record = false;
    arena_reset(r->file->arena, r->mark);
}

static void record_line(SeedReader *r)
{
    r->has_record = true;
    r->record = (Record){.id = field(r, 1),
                         .names = field_items(r, 2),
                         .published = date_parse(field(r, 3)),
                         .vectors = field_items(r, 4),
                         .word = field(r, 5),
                         .cwes = field_items(r, 6)};
}

static void ranges_take(SeedReader *r, Str text, Advisory *a)
{
    AdvisoryRange *open = NULL;
    for (Str rest = text, word; str_next_word(&rest, &word);) {
        bool begins = str_starts(word, STR(">=")), last = str_starts(word, STR("<="));
        Str version = unescape(r->file->arena, str_from_pos(word, begins || last ? 2 : 1));
        if (begins || !open)
            open = vec_push(r->file->arena, &a->ranges);
        if (begins) {
            open->introduced = version;
            continue;
        }
        if (last)
            open->last_affected = version;
        else
            open->fixed = version;
        open = NULL;
    }
}

static void import_take(SeedReader *r, Str text, Advisory *a)
{
    StrVec list = items(r, text);
    AdvisoryImport *import = vec_push(r->file->arena, &a->imports);
    import->path = list.len ? list.at[0] : (Str){0};
    for (size_t i = 1; i < list.len; i++)
        *vec_push(r->file->arena, &import->symbols) = list.at[i];
}

static void key_take(SeedReader *r, Str text, Advisory *a)
{
    Str key, value;
    str_cut(text, '=', &key, &value);
    if (str_eq(key, STR("versions")))
        a->versions = items(r, value);
    else if (str_eq(key, STR("cvss")))
        a->cvss.vector = unescape(r->file->arena, value);
    else if (str_eq(key, STR("urgency")))
        a->urgency = unescape(r->file->arena, value);
    else if (str_eq(key, STR("module")))
        a->module = unescape(r->file->arena, value);
    else if (str_eq(key, STR("status")))
        finding_status_parse(value, &a->status);
    else if (str_eq(key, STR("arches")))
        a->arches = items(r, value);
    else if (str_eq(key, STR("goos")))
        a->goos = items(r, value);
    else if (str_eq(key, STR("goarch")))
        a->goarch = items(r, value);
    else if (str_eq(key, STR("import")))
        import_take(r, value, a);
    else if (str_eq(key, STR("all")))
        a->all_versions = true;
    else if (str_eq(key, STR("malware")))
        a->malware = true;
    else if (str_eq(key, STR("not-affected")))
        a->not_affected = true;
}

static void row_line(SeedReader *r)
{
    Advisory a = {.ecosystem = field(r, 1), .package = field(r, 2), .status = STATUS_AFFECTED};
    a.cvss.vector = cvss_best(&r->record.vectors);
    a.urgency = r->record.word;
    if (r->fields.len > 3)
        ranges_take(r, r->fields.at[3], &a);
    for (size_t i = 4; i < r->fields.len; i++)
        key_take(r, r->fields.at[i], &a);
    if (a.ecosystem.len && a.package.len)
        *vec_push(r->file->arena, &r->record.affected) = a;
}

/* --- single vulnerabilities and small tables --- */

static VulnerabilityFacts *vulnerability(const SeedReader *r)
{
    return facts_vulnerability(r->file->facts, field(r, 1));
}

static void severity_line(SeedReader *r)
{
    Facts *facts = r->file->facts;
    VulnerabilityFacts *v = vulnerability(r);
    StrVec cwes = field_items(r, 4);
    v->published = date_parse(field(r, 2));
    v->disputed = str_find_char(field(r, 3), 'd') != STR_NONE;
    v->rejected = str_find_char(field(r, 3), 'r') != STR_NONE;
    for (size_t i = 0; i < cwes.len; i++)
        facts_add_cwe(facts, v, cwes.at[i]);
    for (size_t i = 5; i < r->fields.len; i++) {
        Str source, vector;
        if (str_cut(field(r, i), '=', &source, &vector))
            facts_add_cvss(facts, v, source, vector);
    }
}

static void epss_line(SeedReader *r)
{
    uint64_t value;
    VulnerabilityFacts *v = vulnerability(r);
    if (str_to_u64(field(r, 2), &value) && value <= EPSS_ONE)
        v->epss = (uint32_t)value;
    if (str_to_u64(field(r, 3), &value) && value <= EPSS_ONE)
        v->percentile = (uint32_t)value;
}

static void kev_line(SeedReader *r)
{
    VulnerabilityFacts *v = vulnerability(r);
    v->kev_added = date_parse(field(r, 2));
    v->kev_due = date_parse(field(r, 3));
    v->exploits |= 1u << EXPLOIT_KEV;
    if (field(r, 4).len)
        v->exploits |= 1u << EXPLOIT_RANSOMWARE;
}

static void exploits_line(SeedReader *r)
{
    VulnerabilityFacts *v = vulnerability(r);
    StrVec names = field_items(r, 2);
    for (size_t i = 0; i < names.len; i++)
        for (unsigned n = 0; n < EXPLOITS; n++)
            if (str_eq(names.at[i], exploit_name((Exploit)n)))
                v->exploits |= (uint8_t)(1u << n);
}

static void ssvc_line(SeedReader *r)
{
    VulnerabilityFacts *v = vulnerability(r);
    for (size_t i = 0; i < SSVC_POINTS; i++)
        v->ssvc[i] = strings_put(&r->file->facts->strings, field(r, 2 + i));
}

static void eol_line(SeedReader *r)
{
    EolFacts eol = {.product = field(r, 1), .release = field(r, 2), .codename = field(r, 3)};
    eol.ended = str_eq(field(r, 4), STR("ended"));
    eol.eol = date_parse(field(r, 4));
    eol.extended_eol = date_parse(field(r, 5));
    facts_add_eol(r->file->facts, &eol);
}

static void cwe_line(SeedReader *r)
{
    facts_add_cwe_name(r->file->facts, field(r, 1), field(r, 2));
}

static const struct {
    char letter;
    void (*take)(SeedReader *r);
} kinds[] = {
    {'V', severity_line}, {'E', epss_line}, {'K', kev_line}, {'X', exploits_line},
    {'S', ssvc_line},     {'L', eol_line},  {'W', cwe_line},
};

static void line_take(SeedReader *r, Str line)
{
    char letter = str_at(line, 0);
    if (letter != 'A')
        record_flush(r);
    else if (!r->has_record)
        letter = 0; /* a row of no record */
    ArenaMark mark = arena_mark(r->file->arena);
    if (letter == 'R')
        r->mark = mark;
    r->fields = (StrVec){0};
    for (Str rest = line, piece; str_next(&rest, '\t', &piece) && r->fields.len < FIELDS;)
        *vec_push(r->file->arena, &r->fields) = piece;
    if (letter == 'R' || letter == 'A') {
        (letter == 'R' ? record_line : row_line)(r);
        return;
    }
    size_t i = 0;
    while (i < COUNT_OF(kinds) && kinds[i].letter != letter)
        i++;
    if (i < COUNT_OF(kinds))
        kinds[i].take(r);
    else
        feed_note(r->file, arena_printf(r->file->arena, "line %u", r->line),
                  STR("a kind of line that we do not know"));
    arena_reset(r->file->arena, mark);
}

/* Counts stand in the header of every part of a source: they are set, not added. */
static void header_take(SeedReader *r, Str line)
{
    Facts *facts = r->file->facts;
    Str rest = line, magic, name, modified = {0}, records = {0};
    str_next(&rest, '\t', &magic);
    str_next(&rest, '\t', &name);
    str_next(&rest, '\t', &modified);
    str_next(&rest, '\t', &records);
    r->source = facts_source(facts, name);
    SourceFacts *source = &facts->sources.at[r->source];
    source->modified = arena_str(facts->arena, modified);
    str_to_u64(records, &source->records);
    if (str_eq(name, STR("epss")))
        facts->epss_date = date_parse(modified);
    facts->seed = true;
}

static bool seed_read(FeedFile *file, Error *err)
{
    SeedReader r = {.file = file};
    Str rest = file->bytes, line;
    if (!str_next_line(&rest, &line) || !str_starts(line, SEED_MAGIC) ||
        str_find_char(line, '\t') == STR_NONE)
        return error_set(err, ERR_FORMAT, "is no seed of this version");
    header_take(&r, line);
    for (r.line = 2; str_next_line(&rest, &line); r.line++)
        line_take(&r, line);
    record_flush(&r);
    return true;
}

const Feed feed_seed = {
    .name = STR_INIT("seed"),
    .summary = STR_INIT("the facts that come with the program"),
    .spec = STR_INIT("data/README.md"),
    .paths = STR_INIT("*.txt.xz"),
    .read = seed_read,
};
