/* SPDX-License-Identifier: Apache-2.0 */
/* OSV records, of whatever ecosystem: one JSON document each, mostly in zips.
 *
 * Events of a range are points on a line: sorted in the order of their ecosystem's versions they
 * become intervals. A GIT range speaks of commits, which no package manager knows: it is passed
 * over. An entry without any range and any version means every version; one that has only GIT
 * ranges means nothing that we could compare, and is dropped with a note. */
#include "advisories/feed.h"

#include "model/ecosystem.h"
#include "versions/version.h"

typedef enum EventKind { EVENT_INTRODUCED, EVENT_FIXED, EVENT_LAST, EVENT_LIMIT } EventKind;

typedef struct Event {
    Str version;
    EventKind kind;
    size_t order; /* as it stands in the record */
} Event;
typedef Vec(Event) EventVec;
typedef Vec(EventVec) RangeVec;

typedef struct OsvRecord {
    Record record;
    Str modified;
    bool withdrawn, malware;
    StrVec related;
    size_t git_only; /* entries that could not be compared */
    FeedFile *file;
} OsvRecord;

/* --- ranges --- */

static const struct {
    Str name;
    EventKind kind;
} event_names[] = {
    {STR_INIT("introduced"), EVENT_INTRODUCED},
    {STR_INIT("fixed"), EVENT_FIXED},
    {STR_INIT("last_affected"), EVENT_LAST},
    {STR_INIT("limit"), EVENT_LIMIT},
};

static void events_read(Json *j, Arena *arena, EventVec *out)
{
    if (!json_enter_array(j))
        return;
    while (json_next_object(j)) {
        Str key;
        while (json_next_key(j, &key)) {
            size_t i = 0;
            while (i < COUNT_OF(event_names) && !str_eq(key, event_names[i].name))
                i++;
            if (i == COUNT_OF(event_names)) {
                json_skip(j);
                continue;
            }
            Event event = {json_take_str(j), event_names[i].kind, out->len};
            if (event.version.len)
                *vec_push(arena, out) = event;
        }
    }
}

static bool event_after(const VersionScheme *scheme, const Event *a, const Event *b)
{
    bool zero_a = str_eq(a->version, STR("0")), zero_b = str_eq(b->version, STR("0"));
    if (zero_a || zero_b)
        return zero_b && !zero_a;
    VersionOrder order = version_compare(scheme, a->version, b->version);
    if (order == VERSION_EQUAL) /* an end, then a new beginning, at one version */
        return a->kind == EVENT_INTRODUCED && b->kind == EVENT_FIXED && a->order > b->order;
    return order == VERSION_GREATER;
}

/* Insertion: they mostly are in order, and stay in theirs where versions are equal. */
static void events_sort(EventVec *events, const VersionScheme *scheme)
{
    enum { EVENTS_MAX = 4096 };
    if (!scheme || events->len > EVENTS_MAX)
        return;
    for (size_t i = 1; i < events->len; i++)
        for (size_t n = i; n > 0 && event_after(scheme, &events->at[n - 1], &events->at[n]); n--) {
            Event swap = events->at[n];
            events->at[n] = events->at[n - 1];
            events->at[n - 1] = swap;
        }
}

static void intervals_add(Arena *arena, const EventVec *events, Advisory *out)
{
    AdvisoryRange *open = NULL;
    for (size_t i = 0; i < events->len; i++) {
        const Event *event = &events->at[i];
        if (event->kind == EVENT_INTRODUCED) {
            if (open)
                continue;
            open = vec_push(arena, &out->ranges);
            if (!str_eq(event->version, STR("0")))
                open->introduced = event->version;
            continue;
        }
        if (!open || (event->kind == EVENT_LIMIT && str_eq(event->version, STR("*"))))
            continue;
        if (event->kind == EVENT_LAST)
            open->last_affected = event->version;
        else
            open->fixed = event->version;
        open = NULL;
    }
}

static void ranges_read(Json *j, Arena *arena, RangeVec *out, bool *git)
{
    if (!json_enter_array(j))
        return;
    while (json_next_object(j)) {
        Str key, type = {0};
        EventVec events = {0};
        while (json_next_key(j, &key))
            if (str_eq(key, STR("type")))
                type = json_take_str(j);
            else if (str_eq(key, STR("events")))
                events_read(j, arena, &events);
            else
                json_skip(j);
        if (str_eq(type, STR("GIT")))
            *git = true;
        else if (events.len)
            *vec_push(arena, out) = events;
    }
}

/* --- lists and details --- */

static void import_read(Json *j, Arena *arena, Advisory *out)
{
    Str key;
    AdvisoryImport import = {0};
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("path")))
            import.path = json_take_str(j);
        else if (str_eq(key, STR("symbols")))
            feed_strings(j, arena, &import.symbols);
        else if (str_eq(key, STR("goos")))
            feed_strings(j, arena, &out->goos);
        else if (str_eq(key, STR("goarch")))
            feed_strings(j, arena, &out->goarch);
        else
            json_skip(j);
    *vec_push(arena, &out->imports) = import;
}

static void imports_read(Json *j, Arena *arena, Advisory *out)
{
    if (!json_enter_array(j))
        return;
    while (json_next_item(j))
        import_read(j, arena, out);
}

/* ecosystem_specific and database_specific, of an entry: what several feeds call the same. */
static void specific_read(Json *j, OsvRecord *osv, Advisory *out)
{
    Str key;
    Arena *arena = osv->file->arena;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key)) {
        if (str_eq(key, STR("imports")))
            imports_read(j, arena, out);
        else if (str_eq(key, STR("urgency")) || str_eq(key, STR("severity")) ||
                 str_eq(key, STR("ubuntu_priority")))
            out->urgency = json_take_str(j);
        else if (str_eq(key, STR("rpm_modularity")) || str_eq(key, STR("modularity")) ||
                 str_eq(key, STR("module")))
            out->module = json_take_str(j);
        else if (str_eq(key, STR("arches")) || str_eq(key, STR("arch")))
            feed_strings(j, arena, &out->arches);
        else if (str_eq(key, STR("goos")))
            feed_strings(j, arena, &out->goos);
        else if (str_eq(key, STR("goarch")))
            feed_strings(j, arena, &out->goarch);
        else
            json_skip(j);
    }
}

static Str qualifier_of(Str purl, Str name)
{
    size_t at = str_find(purl, name);
    Str value, rest;
    if (at == STR_NONE)
        return (Str){0};
    str_cut(str_from_pos(purl, at + name.len), '&', &value, &rest);
    return value;
}

/* rpm: builds for one architecture, packages of one module stream. */
static void purl_read(Str purl, Arena *arena, Advisory *out)
{
    Str arch = qualifier_of(purl, STR("arch=")), module = qualifier_of(purl, STR("rpmmod="));
    Str name, stream;
    if (!str_starts(purl, STR("pkg:rpm/")))
        return;
    if (arch.len && !str_eq(arch, STR("src")) && !str_eq(arch, STR("source")))
        *vec_push(arena, &out->arches) = arch;
    size_t colon = str_find_fold(module, STR("%3a"));
    name = colon == STR_NONE ? module : str_head(module, colon);
    stream = colon == STR_NONE ? (Str){0} : str_from_pos(module, colon + 3);
    out->module = stream.len
                      ? arena_printf(arena, STR_FMT ":" STR_FMT, STR_ARG(name), STR_ARG(stream))
                      : name;
}

static void package_read(Json *j, Arena *arena, Advisory *out)
{
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("ecosystem")))
            out->ecosystem = json_take_str(j);
        else if (str_eq(key, STR("name")))
            out->package = json_take_str(j);
        else if (str_eq(key, STR("purl")))
            purl_read(json_take_str(j), arena, out);
        else
            json_skip(j);
}

/* The newest version of CVSS wins for the entry; all go to the record. */
static void severity_read(Json *j, Arena *arena, StrVec *vectors, Str *word)
{
    if (!json_enter_array(j))
        return;
    while (json_next_object(j)) {
        Str key, type = {0}, score = {0};
        while (json_next_key(j, &key))
            if (str_eq(key, STR("type")))
                type = json_take_str(j);
            else if (str_eq(key, STR("score")))
                score = json_take_str(j);
            else
                json_skip(j);
        if (str_starts(type, STR("CVSS")) && score.len)
            *vec_push(arena, vectors) = score;
        else if (str_eq(type, STR("Ubuntu")))
            *word = score;
    }
}

static const VersionScheme *scheme_of(Str ecosystem)
{
    const Ecosystem *eco = ecosystem_find(ecosystem);
    return eco ? version_scheme_find(eco->scheme) : NULL;
}

/* --- one affected entry --- */

static void affected_read(Json *j, OsvRecord *osv)
{
    Arena *arena = osv->file->arena;
    Advisory a = {.status = STATUS_AFFECTED};
    RangeVec ranges = {0};
    StrVec vectors = {0};
    Str key;
    bool git = false;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("package")))
            package_read(j, arena, &a);
        else if (str_eq(key, STR("ranges")))
            ranges_read(j, arena, &ranges, &git);
        else if (str_eq(key, STR("versions")))
            feed_strings(j, arena, &a.versions);
        else if (str_eq(key, STR("severity")))
            severity_read(j, arena, &vectors, &a.urgency);
        else if (str_eq(key, STR("ecosystem_specific")) || str_eq(key, STR("database_specific")))
            specific_read(j, osv, &a);
        else
            json_skip(j);
    if (a.package.len == 0 || a.ecosystem.len == 0)
        return;
    const VersionScheme *scheme = scheme_of(a.ecosystem);
    for (size_t i = 0; i < ranges.len; i++) {
        events_sort(&ranges.at[i], scheme);
        intervals_add(arena, &ranges.at[i], &a);
    }
    a.all_versions = ranges.len == 0 && a.versions.len == 0 && !git;
    a.cvss.vector = cvss_best(&vectors);
    for (size_t i = 0; i < vectors.len; i++)
        *vec_push(arena, &osv->record.vectors) = vectors.at[i];
    if (a.all_versions || a.ranges.len || a.versions.len)
        *vec_push(arena, &osv->record.affected) = a;
    else
        osv->git_only++;
}

static void entries_read(Json *j, OsvRecord *osv)
{
    if (!json_enter_array(j))
        return;
    while (json_next_item(j))
        affected_read(j, osv);
}

/* --- the record --- */

static void record_specific_read(Json *j, OsvRecord *osv)
{
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("severity")))
            osv->record.word = json_take_str(j);
        else if (str_eq(key, STR("cwe_ids")))
            feed_strings(j, osv->file->arena, &osv->record.cwes);
        else
            json_skip(j);
}

static void record_read(Json *j, OsvRecord *osv)
{
    Arena *arena = osv->file->arena;
    Record *record = &osv->record;
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key)) {
        if (str_eq(key, STR("id")))
            record->id = json_take_str(j);
        else if (str_eq(key, STR("modified")))
            osv->modified = json_take_str(j);
        else if (str_eq(key, STR("published")))
            record->published = date_parse(json_take_str(j));
        else if (str_eq(key, STR("withdrawn")))
            osv->withdrawn = json_take_str(j).len > 0;
        else if (str_eq(key, STR("summary")))
            record->title = json_take_str(j);
        else if (str_eq(key, STR("aliases")) || str_eq(key, STR("upstream")))
            feed_strings(j, arena, &record->names);
        else if (str_eq(key, STR("related")))
            feed_strings(j, arena, &osv->related);
        else if (str_eq(key, STR("severity")))
            severity_read(j, arena, &record->vectors, &record->word);
        else if (str_eq(key, STR("affected")))
            entries_read(j, osv);
        else if (str_eq(key, STR("database_specific")))
            record_specific_read(j, osv);
        else
            json_skip(j);
    }
}

static bool has_cve(const StrVec *names)
{
    for (size_t i = 0; i < names->len; i++)
        if (str_contains(names->at[i], STR("CVE-")))
            return true;
    return false;
}

static bool is_distribution(const Record *record)
{
    const Ecosystem *eco =
        record->affected.len ? ecosystem_find(record->affected.at[0].ecosystem) : NULL;
    return record->affected.len && (eco ? package_type_is_os(eco->type)
                                        : str_contains(record->affected.at[0].ecosystem, STR(":")));
}

/* "Important: squid security update": the vendor's word stands before the colon. */
static Str summary_word(Str summary)
{
    static const Str words[] = {STR_INIT("Low"), STR_INIT("Moderate"), STR_INIT("Medium"),
                                STR_INIT("Important"), STR_INIT("Critical")};
    Str head, tail;
    if (!str_cut(summary, ':', &head, &tail))
        return (Str){0};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_eq_fold(head, words[i]))
            return words[i];
    return (Str){0};
}

/* Distributions: their erratum's CVEs may stand in `related` alone, and its summary is no title of
 * the flaw. */
static void distribution_adjust(OsvRecord *osv)
{
    Record *record = &osv->record;
    if (!is_distribution(record))
        return;
    if (!has_cve(&record->names))
        for (size_t i = 0; i < osv->related.len; i++)
            *vec_push(osv->file->arena, &record->names) = osv->related.at[i];
    if (record->word.len == 0)
        record->word = summary_word(record->title);
    record->title = (Str){0};
}

/* Rule 50: malicious code is no flaw of the package. */
static bool is_malware(const Record *record)
{
    for (size_t i = 0; i < record->cwes.len; i++)
        if (str_eq(record->cwes.at[i], STR("CWE-506")))
            return true;
    return str_starts(record->id, STR("MAL-"));
}

/* Rule 64: bug fixes and enhancements. */
static bool is_no_vulnerability(const Record *record)
{
    return str_starts(record->id, STR("ALBA-")) || str_starts(record->id, STR("ALEA-"));
}

static void affected_finish(OsvRecord *osv)
{
    Record *record = &osv->record;
    bool malware = is_malware(record);
    Str vector = cvss_best(&record->vectors);
    for (size_t i = 0; i < record->affected.len; i++) {
        Advisory *a = &record->affected.at[i];
        a->malware = malware;
        if (a->urgency.len == 0)
            a->urgency = record->word;
        if (str_eq(a->urgency, STR("not yet assigned")))
            a->urgency = (Str){0};
        if (a->cvss.vector.len == 0)
            a->cvss.vector = vector;
    }
}

/* A single record beside the zip that holds it is newer. */
static bool is_replaced(FeedFile *file, Str member)
{
    Str folder, leaf;
    if (!file->paths || !str_ends(file->path, STR(".zip")))
        return false;
    str_rcut(file->path, '/', &folder, &leaf);
    ArenaMark mark = arena_mark(file->arena);
    bool found = feed_has_path(
        file, arena_printf(file->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(member)));
    arena_reset(file->arena, mark);
    return found;
}

static void osv_document(FeedFile *file, uint32_t source, Str name, Str text)
{
    Json j;
    if (is_replaced(file, name))
        return;
    ArenaMark mark = arena_mark(file->arena);
    OsvRecord osv = {.file = file, .record.published = DATE_NONE};
    json_init(&j, text, file->arena);
    record_read(&j, &osv);
    bool ok = feed_json_ok(file, &j, name);
    if (ok && osv.record.id.len == 0)
        feed_note(file, name, STR("no OSV record: it has no id"));
    if (ok && osv.record.id.len && !osv.withdrawn) {
        facts_source_saw(file->facts, source, osv.modified);
        distribution_adjust(&osv);
        affected_finish(&osv);
        if (!is_no_vulnerability(&osv.record))
            facts_add_record(file->facts, source, &osv.record);
    }
    if (osv.git_only)
        feed_note(file, name, STR("names commits only, which no package manager knows"));
    arena_reset(file->arena, mark);
}

static bool osv_read(FeedFile *file, Error *err)
{
    Str folder, ecosystem, rest;
    str_cut(file->path, '/', &folder, &rest);
    str_cut(rest, '/', &ecosystem, &rest);
    Str name = arena_printf(file->arena, "osv/" STR_FMT, STR_ARG(ecosystem));
    return feed_documents(file, facts_source(file->facts, name), osv_document, err);
}

const Feed feed_osv = {
    .name = STR_INIT("osv"),
    .summary = STR_INIT("OSV records of every ecosystem"),
    .spec = STR_INIT("https://ossf.github.io/osv-schema/"),
    .paths = STR_INIT("osv/*/*.zip osv/*/*.json"),
    .address = STR_INIT("https://osv-vulnerabilities.storage.googleapis.com"),
    .files = STR_INIT("osv/{ecosystem}/all.zip"),
    .read = osv_read,
};
