/* SPDX-License-Identifier: Apache-2.0 */
/* CISA's Vulnrichment: CVE records (format 5) to which CISA has added its SSVC answers, CVSS and
 * weaknesses; also as a table of nothing but the answers. */
#include "advisories/feed.h"

typedef struct CveRecord {
    Str id, state, updated;
    bool disputed;
    Str ssvc[SSVC_POINTS];
    PairVec cvss;
    StrVec cwes;
} CveRecord;

static void ssvc_set(Facts *facts, VulnerabilityFacts *v, const Str *answers)
{
    for (size_t i = 0; i < SSVC_POINTS; i++)
        if (answers[i].len)
            v->ssvc[i] = strings_put(&facts->strings, arena_lower(&facts->scratch, answers[i]));
}

/* --- the table --- */

static void row_keep(FeedFile *file, uint32_t source, const Str *columns)
{
    if (!cve_is(columns[0]))
        return;
    ssvc_set(file->facts, facts_vulnerability(file->facts, columns[0]), &columns[1]);
    facts_source_saw(file->facts, source, columns[4]);
}

static bool table_read(FeedFile *file, Error *err)
{
    static const Str columns[] = {STR_INIT("cve"), STR_INIT("exploitation"),
                                  STR_INIT("automatable"), STR_INIT("technical_impact"),
                                  STR_INIT("date")};
    return feed_csv(file, facts_source(file->facts, STR("vulnrichment")), columns,
                    COUNT_OF(columns), row_keep, err);
}

/* --- the records --- */

static void options_read(Json *j, CveRecord *out)
{
    static const Str names[SSVC_POINTS] = {STR_INIT("Exploitation"), STR_INIT("Automatable"),
                                           STR_INIT("Technical Impact")};
    if (!json_enter_array(j))
        return;
    while (json_next_object(j)) {
        Str key;
        while (json_next_key(j, &key)) {
            size_t i = 0;
            while (i < SSVC_POINTS && !str_eq(key, names[i]))
                i++;
            if (i < SSVC_POINTS)
                out->ssvc[i] = json_take_str(j);
            else
                json_skip(j);
        }
    }
}

static void other_read(Json *j, Arena *arena, CveRecord *out)
{
    Str key, type = {0}, content = {0};
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("type")))
            type = json_take_str(j);
        else if (str_eq(key, STR("content")))
            content = json_take_raw(j);
        else
            json_skip(j);
    if (!str_eq(type, STR("ssvc")))
        return;
    Json inner;
    json_init(&inner, content, arena);
    if (!json_enter_object(&inner))
        return;
    while (json_next_key(&inner, &key))
        if (str_eq(key, STR("options")))
            options_read(&inner, out);
        else
            json_skip(&inner);
}

static void metrics_read(Json *j, Arena *arena, StrVec *vectors, CveRecord *out)
{
    if (!json_enter_array(j))
        return;
    while (json_next_object(j)) {
        Str key;
        while (json_next_key(j, &key))
            if (str_starts(key, STR("cvssV")))
                *vec_push(arena, vectors) = feed_member(j, STR("vectorString"));
            else if (str_eq(key, STR("other")))
                other_read(j, arena, out);
            else
                json_skip(j);
    }
}

static void descriptions_read(Json *j, Arena *arena, StrVec *cwes)
{
    if (!json_enter_array(j))
        return;
    while (json_next_item(j)) {
        Str cwe = feed_member(j, STR("cweId"));
        if (cwe.len)
            *vec_push(arena, cwes) = cwe;
    }
}

static void problems_read(Json *j, Arena *arena, StrVec *cwes)
{
    if (!json_enter_array(j))
        return;
    while (json_next_object(j)) {
        Str key;
        while (json_next_key(j, &key))
            if (str_eq(key, STR("descriptions")))
                descriptions_read(j, arena, cwes);
            else
                json_skip(j);
    }
}

/* What one provider says: the CNA, or an authorised data publisher such as CISA. */
static void container_read(Json *j, Arena *arena, CveRecord *out)
{
    Str key, provider = {0};
    StrVec vectors = {0}, tags = {0};
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("providerMetadata")))
            provider = feed_member(j, STR("shortName"));
        else if (str_eq(key, STR("metrics")))
            metrics_read(j, arena, &vectors, out);
        else if (str_eq(key, STR("problemTypes")))
            problems_read(j, arena, &out->cwes);
        else if (str_eq(key, STR("tags")))
            feed_strings(j, arena, &tags);
        else
            json_skip(j);
    for (size_t i = 0; i < tags.len; i++)
        out->disputed = out->disputed || str_eq_fold(tags.at[i], STR("disputed"));
    if (str_eq_fold(provider, STR("CISA-ADP")))
        provider = STR("cisa-adp");
    for (size_t i = 0; i < vectors.len; i++)
        *vec_push(arena, &out->cvss) = (Pair){provider, vectors.at[i]};
}

static void publishers_read(Json *j, Arena *arena, CveRecord *out)
{
    if (!json_enter_array(j))
        return;
    while (json_next_item(j))
        container_read(j, arena, out);
}

static void containers_read(Json *j, Arena *arena, CveRecord *out)
{
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("cna")))
            container_read(j, arena, out);
        else if (str_eq(key, STR("adp")))
            publishers_read(j, arena, out);
        else
            json_skip(j);
}

static void metadata_read(Json *j, CveRecord *out)
{
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("cveId")))
            out->id = json_take_str(j);
        else if (str_eq(key, STR("state")))
            out->state = json_take_str(j);
        else if (str_eq(key, STR("dateUpdated")))
            out->updated = json_take_str(j);
        else
            json_skip(j);
}

static void record_keep(FeedFile *file, uint32_t source, const CveRecord *record)
{
    VulnerabilityFacts *v = facts_vulnerability(file->facts, record->id);
    facts_source_saw(file->facts, source, record->updated);
    ssvc_set(file->facts, v, record->ssvc);
    v->rejected = v->rejected || str_eq(record->state, STR("REJECTED"));
    v->disputed = v->disputed || record->disputed;
    for (size_t i = 0; i < record->cvss.len; i++)
        facts_add_cvss(file->facts, v, record->cvss.at[i].a, record->cvss.at[i].b);
    for (size_t i = 0; i < record->cwes.len; i++)
        facts_add_cwe(file->facts, v, record->cwes.at[i]);
}

static void document_read(FeedFile *file, uint32_t source, Str name, Str text)
{
    Json j;
    Str key;
    CveRecord record = {0};
    ArenaMark mark = arena_mark(file->arena);
    json_init(&j, text, file->arena);
    bool object = json_enter_object(&j);
    while (object && json_next_key(&j, &key))
        if (str_eq(key, STR("cveMetadata")))
            metadata_read(&j, &record);
        else if (str_eq(key, STR("containers")))
            containers_read(&j, file->arena, &record);
        else
            json_skip(&j);
    if (feed_json_ok(file, &j, name) && cve_is(record.id))
        record_keep(file, source, &record);
    arena_reset(file->arena, mark);
}

static bool records_read(FeedFile *file, Error *err)
{
    uint32_t source = facts_source(file->facts, STR("vulnrichment"));
    return feed_documents(file, source, document_read, err);
}

const Feed feed_ssvc = {
    .name = STR_INIT("ssvc"),
    .summary = STR_INIT("CISA's SSVC answers as one table"),
    .spec = STR_INIT("https://certcc.github.io/SSVC/"),
    .paths = STR_INIT("vulnrichment/ssvc.csv.gz vulnrichment/ssvc.csv"),
    .files = STR_INIT("vulnrichment/ssvc.csv.gz"),
    .read = table_read,
};

const Feed feed_vulnrichment = {
    .name = STR_INIT("vulnrichment"),
    .summary = STR_INIT("CVE records with CISA's SSVC, CVSS and weaknesses"),
    .spec = STR_INIT("https://github.com/cisagov/vulnrichment"),
    .paths = STR_INIT("vulnrichment/*.zip vulnrichment/*.tar vulnrichment/*.tar.gz "
                      "vulnrichment/**CVE-*.json"),
    .address = STR_INIT("https://github.com/cisagov/vulnrichment/archive/refs/heads"),
    .files = STR_INIT("vulnrichment/develop.zip"),
    .read = records_read,
};
