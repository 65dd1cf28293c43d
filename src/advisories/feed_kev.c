/* SPDX-License-Identifier: Apache-2.0 */
/* CISA's catalog of known exploited vulnerabilities, as JSON or as CSV (of which the JSON wins). */
#include "advisories/feed.h"

typedef struct KevItem {
    Str id, added, due, name, ransomware;
    StrVec cwes;
} KevItem;

static void item_keep(FeedFile *file, uint32_t source, const KevItem *item)
{
    if (!cve_is(item->id))
        return;
    VulnerabilityFacts *v = facts_vulnerability(file->facts, item->id);
    if (v->kev_added == DATE_NONE)
        facts_source_saw(file->facts, source, item->added);
    v->kev_added = date_parse(item->added);
    v->kev_due = date_parse(item->due);
    v->exploits |= 1u << EXPLOIT_KEV;
    if (str_eq_fold(item->ransomware, STR("Known")))
        v->exploits |= 1u << EXPLOIT_RANSOMWARE;
    for (size_t i = 0; i < item->cwes.len; i++)
        facts_add_cwe(file->facts, v, item->cwes.at[i]);
    facts_set_title(file->facts, v, TITLE_KEV, item->name);
}

static void item_read(FeedFile *file, uint32_t source, Json *j)
{
    KevItem item = {0};
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("cveID")))
            item.id = json_take_str(j);
        else if (str_eq(key, STR("vulnerabilityName")))
            item.name = json_take_str(j);
        else if (str_eq(key, STR("dateAdded")))
            item.added = json_take_str(j);
        else if (str_eq(key, STR("dueDate")))
            item.due = json_take_str(j);
        else if (str_eq(key, STR("knownRansomwareCampaignUse")))
            item.ransomware = json_take_str(j);
        else if (str_eq(key, STR("cwes")))
            feed_strings(j, file->arena, &item.cwes);
        else
            json_skip(j);
    item_keep(file, source, &item);
}

static void items_read(FeedFile *file, uint32_t source, Json *j)
{
    if (!json_enter_array(j))
        return;
    while (json_next_item(j))
        item_read(file, source, j);
}

static bool json_read(FeedFile *file, uint32_t source, Error *err)
{
    Json j;
    Str key;
    json_init(&j, file->bytes, file->arena);
    if (!json_enter_object(&j))
        return error_set(err, ERR_FORMAT, "is no KEV catalog: no JSON object");
    while (json_next_key(&j, &key))
        if (str_eq(key, STR("vulnerabilities")))
            items_read(file, source, &j);
        else
            json_skip(&j);
    return json_finish(&j, err);
}

static void row_keep(FeedFile *file, uint32_t source, const Str *columns)
{
    KevItem item = {columns[0], columns[1], columns[2], columns[3], columns[4], {0}};
    for (Str rest = columns[5], cwe; str_next(&rest, ',', &cwe);)
        *vec_push(file->arena, &item.cwes) = str_trim(cwe);
    item_keep(file, source, &item);
}

static bool kev_read(FeedFile *file, Error *err)
{
    static const Str columns[] = {STR_INIT("cveID"),
                                  STR_INIT("dateAdded"),
                                  STR_INIT("dueDate"),
                                  STR_INIT("vulnerabilityName"),
                                  STR_INIT("knownRansomwareCampaignUse"),
                                  STR_INIT("cwes")};
    uint32_t source = facts_source(file->facts, STR("kev"));
    if (str_ends(file->path, STR(".csv")))
        return feed_csv(file, source, columns, COUNT_OF(columns), row_keep, err);
    return json_read(file, source, err);
}

const Feed feed_kev = {
    .name = STR_INIT("kev"),
    .summary = STR_INIT("vulnerabilities known to be exploited"),
    .spec = STR_INIT("https://www.cisa.gov/known-exploited-vulnerabilities-catalog"),
    .paths = STR_INIT("kev/known_exploited_vulnerabilities.json "
                      "kev/known_exploited_vulnerabilities.csv"),
    .address = STR_INIT("https://www.cisa.gov/sites/default/files/feeds"),
    .files = STR_INIT("kev/known_exploited_vulnerabilities.json"),
    .read = kev_read,
};
