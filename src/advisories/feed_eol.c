/* SPDX-License-Identifier: Apache-2.0 */
/* End of life: a table of many products, or endoflife.date's file of one. Where several say
 * something about one release, the first read counts. */
#include "advisories/feed.h"

/* "2026-07-11", "yes" or "true" (over, nobody says since when), "no" or "false". */
static Date end_of(Str text, bool *ended)
{
    if (ended)
        *ended = str_eq(text, STR("yes")) || str_eq(text, STR("true"));
    return date_parse(text);
}

static void eol_keep(FeedFile *file, uint32_t source, const EolFacts *eol)
{
    Facts *facts = file->facts;
    for (size_t i = 0; i < facts->eol.len; i++) {
        EolFacts *known = &facts->eol.at[i];
        if (!str_eq(known->product, eol->product) || !str_eq(known->release, eol->release))
            continue;
        if (known->codename.len == 0)
            known->codename = facts_word(facts, eol->codename);
        return;
    }
    facts_add_eol(facts, eol);
    facts_source_saw(facts, source, (Str){0});
}

static void row_keep(FeedFile *file, uint32_t source, const Str *columns)
{
    EolFacts eol = {.product = columns[0], .release = columns[1], .codename = columns[2]};
    eol.eol = end_of(columns[3], &eol.ended);
    eol.extended_eol = end_of(columns[4], NULL);
    eol_keep(file, source, &eol);
}

static bool table_read(FeedFile *file, Error *err)
{
    static const Str columns[] = {STR_INIT("distro"), STR_INIT("release"), STR_INIT("codename"),
                                  STR_INIT("eol"), STR_INIT("extended_eol")};
    return feed_csv(file, facts_source(file->facts, STR("eol")), columns, COUNT_OF(columns),
                    row_keep, err);
}

/* A string, or true or false. */
static Str word_take(Json *j)
{
    if (json_peek(j) == JSON_BOOL)
        return json_take_bool(j, false) ? STR("true") : STR("false");
    return json_take_str(j);
}

static void cycle_read(FeedFile *file, uint32_t source, Str product, Json *j)
{
    EolFacts eol = {.product = product, .eol = DATE_NONE, .extended_eol = DATE_NONE};
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("cycle")))
            eol.release = json_peek(j) == JSON_NUMBER ? json_take_raw(j) : json_take_str(j);
        else if (str_eq(key, STR("codename")))
            eol.codename = json_take_str(j);
        else if (str_eq(key, STR("eol")))
            eol.eol = end_of(word_take(j), &eol.ended);
        else if (str_eq(key, STR("extendedSupport")))
            eol.extended_eol = end_of(word_take(j), NULL);
        else
            json_skip(j);
    if (eol.release.len)
        eol_keep(file, source, &eol);
}

/* Products go by their os-release ID where they have one. */
static Str product_of(Str slug)
{
    static const Str names[][2] = {
        {STR_INIT("alpine-linux"), STR_INIT("alpine")},
        {STR_INIT("amazon-linux"), STR_INIT("amzn")},
        {STR_INIT("opensuse"), STR_INIT("opensuse-leap")},
        {STR_INIT("oracle-linux"), STR_INIT("ol")},
        {STR_INIT("rocky-linux"), STR_INIT("rocky")},
    };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(names[i][0], slug))
            return names[i][1];
    return slug;
}

static bool product_read(FeedFile *file, Error *err)
{
    Json j;
    Str folder, name;
    str_rcut(file->path, '/', &folder, &name);
    Str product = product_of(str_head(name, name.len - STR(".json").len));
    uint32_t source = facts_source(file->facts, STR("eol"));
    json_init(&j, file->bytes, file->arena);
    if (!json_enter_array(&j))
        return error_set(err, ERR_FORMAT, "is no list of releases: no JSON array");
    while (json_next_item(&j))
        cycle_read(file, source, product, &j);
    return json_finish(&j, err);
}

const Feed feed_eol = {
    .name = STR_INIT("eol-table"),
    .summary = STR_INIT("end of life of distributions and runtimes as a table"),
    .spec = STR_INIT("https://endoflife.date/docs/api"),
    .paths = STR_INIT("eol/eol.csv"),
    .files = STR_INIT("eol/eol.csv"),
    .read = table_read,
};

const Feed feed_eol_json = {
    .name = STR_INIT("eol"),
    .summary = STR_INIT("endoflife.date: releases of one product"),
    .spec = STR_INIT("https://endoflife.date/docs/api"),
    .paths = STR_INIT("eol/*.json"),
    .address = STR_INIT("https://endoflife.date/api"),
    .files = STR_INIT("eol/almalinux.json eol/alpine-linux.json eol/amazon-linux.json "
                      "eol/centos.json eol/debian.json eol/fedora.json eol/opensuse.json "
                      "eol/oracle-linux.json eol/rhel.json eol/rocky-linux.json eol/sles.json "
                      "eol/ubuntu.json eol/go.json eol/nodejs.json eol/openssl.json "
                      "eol/php.json eol/postgresql.json eol/python.json eol/ruby.json "
                      "eol/nginx.json"),
    .read = product_read,
};
