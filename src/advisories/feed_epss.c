/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/feed.h"

/* Parts of EPSS_ONE; EPSS_NONE for what is no share. */
static uint32_t share_of(Str text)
{
    double value;
    if (!str_to_double(text, &value) || !(value >= 0 && value <= 1))
        return EPSS_NONE;
    return (uint32_t)(value * EPSS_ONE + 0.5);
}

static void row_keep(FeedFile *file, uint32_t source, const Str *columns)
{
    if (!cve_is(columns[0]))
        return;
    VulnerabilityFacts *v = facts_vulnerability(file->facts, columns[0]);
    v->epss = share_of(columns[1]);
    v->percentile = share_of(columns[2]);
    facts_source_saw(file->facts, source, (Str){0});
}

/* "#model_version:v2025.03.14,score_date:2026-08-16T00:00:00+0000" */
static Str score_date(Str text)
{
    Str line, rest = text;
    size_t at;
    if (!str_next_line(&rest, &line) || (at = str_find(line, STR("score_date:"))) == STR_NONE)
        return (Str){0};
    Str date, more;
    str_cut(str_from_pos(line, at + STR("score_date:").len), ',', &date, &more);
    return date;
}

static bool epss_read(FeedFile *file, Error *err)
{
    static const Str columns[] = {STR_INIT("cve"), STR_INIT("epss"), STR_INIT("percentile")};
    uint32_t source = facts_source(file->facts, STR("epss"));
    Str day = score_date(file->bytes);
    file->facts->epss_date = date_parse(day);
    if (day.len)
        file->facts->sources.at[source].modified = arena_str(file->facts->arena, day);
    return feed_csv(file, source, columns, COUNT_OF(columns), row_keep, err);
}

const Feed feed_epss = {
    .name = STR_INIT("epss"),
    .summary = STR_INIT("probability that a CVE is exploited within 30 days"),
    .spec = STR_INIT("https://www.first.org/epss/data_stats"),
    .paths = STR_INIT("epss/epss_scores-current.csv.gz epss/epss_scores-current.csv"),
    .address = STR_INIT("https://epss.empiricalsecurity.com"),
    .files = STR_INIT("epss/epss_scores-current.csv.gz"),
    .read = epss_read,
};
