/* SPDX-License-Identifier: Apache-2.0 */
/* NVD's yearly files, API 2.0: severity, weaknesses, dates and states of CVEs. Its product lists
 * are not read: packages are matched by their own ecosystem's records. */
#include "advisories/feed.h"

typedef struct NvdItem {
    Str id, status, published, modified, description;
    bool disputed;
    PairVec cvss; /* source, vector */
    StrVec cwes;
} NvdItem;

static Str source_of(Str source)
{
    if (str_eq(source, STR("nvd@nist.gov")))
        return STR("nvd");
    if (str_eq(source, STR("134c704f-9b21-4f2e-91b3-4a467353bcc0")))
        return STR("cisa-adp");
    return source;
}

static void metric_read(Json *j, Arena *arena, NvdItem *out)
{
    Str key;
    Pair pair = {0};
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("source")))
            pair.a = source_of(json_take_str(j));
        else if (str_eq(key, STR("cvssData")))
            pair.b = feed_member(j, STR("vectorString"));
        else
            json_skip(j);
    if (pair.b.len)
        *vec_push(arena, &out->cvss) = pair;
}

static void metric_list_read(Json *j, Arena *arena, NvdItem *out)
{
    if (!json_enter_array(j))
        return;
    while (json_next_item(j))
        metric_read(j, arena, out);
}

static void metrics_read(Json *j, Arena *arena, NvdItem *out)
{
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_starts(key, STR("cvssMetric")))
            metric_list_read(j, arena, out);
        else
            json_skip(j);
}

/* An array of {lang, value}: the English one, else the first. */
static void texts_read(Json *j, Arena *arena, StrVec *out)
{
    if (!json_enter_array(j))
        return;
    while (json_next_object(j)) {
        Str key, lang = {0}, value = {0};
        while (json_next_key(j, &key))
            if (str_eq(key, STR("lang")))
                lang = json_take_str(j);
            else if (str_eq(key, STR("value")))
                value = json_take_str(j);
            else
                json_skip(j);
        if (lang.len == 0 || str_starts(lang, STR("en")))
            *vec_push(arena, out) = value;
    }
}

static void weaknesses_read(Json *j, Arena *arena, NvdItem *out)
{
    if (!json_enter_array(j))
        return;
    while (json_next_object(j)) {
        Str key;
        while (json_next_key(j, &key))
            if (str_eq(key, STR("description")))
                texts_read(j, arena, &out->cwes);
            else
                json_skip(j);
    }
}

static bool tags_disputed(Json *j, Arena *arena)
{
    bool disputed = false;
    if (!json_enter_array(j))
        return false;
    while (json_next_object(j)) {
        Str key;
        StrVec tags = {0};
        while (json_next_key(j, &key))
            if (str_eq(key, STR("tags")))
                feed_strings(j, arena, &tags);
            else
                json_skip(j);
        for (size_t i = 0; i < tags.len; i++)
            disputed = disputed || str_eq_fold(tags.at[i], STR("disputed"));
    }
    return disputed;
}

static void cve_read(Json *j, Arena *arena, NvdItem *out)
{
    Str key;
    StrVec texts = {0};
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("id")))
            out->id = json_take_str(j);
        else if (str_eq(key, STR("published")))
            out->published = json_take_str(j);
        else if (str_eq(key, STR("lastModified")))
            out->modified = json_take_str(j);
        else if (str_eq(key, STR("vulnStatus")))
            out->status = json_take_str(j);
        else if (str_eq(key, STR("descriptions")))
            texts_read(j, arena, &texts);
        else if (str_eq(key, STR("metrics")))
            metrics_read(j, arena, out);
        else if (str_eq(key, STR("weaknesses")))
            weaknesses_read(j, arena, out);
        else if (str_eq(key, STR("cveTags")))
            out->disputed = tags_disputed(j, arena);
        else
            json_skip(j);
    if (texts.len)
        out->description = texts.at[0];
}

/* Up to the end of its first sentence. */
static Str first_sentence(Str text)
{
    size_t end = str_find(text, STR(". "));
    return end == STR_NONE ? text : str_head(text, end);
}

static void item_keep(FeedFile *file, uint32_t source, const NvdItem *item)
{
    Facts *facts = file->facts;
    VulnerabilityFacts *v = facts_vulnerability(facts, item->id);
    facts_source_saw(facts, source, item->modified);
    v->published = date_parse(item->published);
    v->rejected = str_eq_fold(item->status, STR("Rejected")) ||
                  str_starts(item->description, STR("** REJECT **")) ||
                  str_starts(item->description, STR("Rejected reason:"));
    v->disputed = item->disputed || str_contains(item->description, STR("** DISPUTED **"));
    for (size_t i = 0; i < item->cvss.len; i++)
        facts_add_cvss(facts, v, item->cvss.at[i].a, item->cvss.at[i].b);
    for (size_t i = 0; i < item->cwes.len; i++)
        facts_add_cwe(facts, v, item->cwes.at[i]);
    facts_set_title(facts, v, TITLE_NVD, first_sentence(item->description));
}

static void items_read(FeedFile *file, uint32_t source, Json *j)
{
    if (!json_enter_array(j))
        return;
    while (json_next_object(j)) {
        ArenaMark mark = arena_mark(file->arena);
        NvdItem item = {0};
        Str key;
        while (json_next_key(j, &key))
            if (str_eq(key, STR("cve")))
                cve_read(j, file->arena, &item);
            else
                json_skip(j);
        if (cve_is(item.id))
            item_keep(file, source, &item);
        arena_reset(file->arena, mark);
    }
}

static bool nvd_read(FeedFile *file, Error *err)
{
    Json j;
    Str key;
    uint32_t source = facts_source(file->facts, STR("nvd"));
    json_init(&j, file->bytes, file->arena);
    if (!json_enter_object(&j))
        return error_set(err, ERR_FORMAT, "is no file of NVD's: no JSON object");
    while (json_next_key(&j, &key))
        if (str_eq(key, STR("vulnerabilities")))
            items_read(file, source, &j);
        else
            json_skip(&j);
    return json_finish(&j, err);
}

const Feed feed_nvd = {
    .name = STR_INIT("nvd"),
    .summary = STR_INIT("severity, weaknesses and states of CVEs"),
    .spec = STR_INIT("https://nvd.nist.gov/developers/vulnerabilities"),
    .paths = STR_INIT("nvd/nvdcve-2.0-*.json.gz nvd/nvdcve-2.0-*.json"),
    .address = STR_INIT("https://nvd.nist.gov/feeds/json/cve/2.0"),
    .files = STR_INIT("nvd/nvdcve-2.0-{year}.json.gz"),
    .read = nvd_read,
};
