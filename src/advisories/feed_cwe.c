/* SPDX-License-Identifier: Apache-2.0 */
/* Names of weaknesses: a table, or MITRE's XML. */
#include "advisories/feed.h"

#include <expat.h>

static void row_keep(FeedFile *file, uint32_t source, const Str *columns)
{
    facts_add_cwe_name(file->facts, columns[0], columns[1]);
    facts_source_saw(file->facts, source, (Str){0});
}

static bool table_read(FeedFile *file, Error *err)
{
    static const Str columns[] = {STR_INIT("id"), STR_INIT("name")};
    return feed_csv(file, facts_source(file->facts, STR("cwe")), columns, COUNT_OF(columns),
                    row_keep, err);
}

typedef struct Catalog {
    FeedFile *file;
    uint32_t source;
    XML_Parser parser;
} Catalog;

static Str attribute(const char **attributes, Str name)
{
    for (size_t i = 0; attributes[i] && attributes[i + 1]; i += 2)
        if (str_eq(str_from(attributes[i]), name))
            return str_from(attributes[i + 1]);
    return (Str){0};
}

static void element_start(void *context, const char *name, const char **attributes)
{
    Catalog *catalog = context;
    FeedFile *file = catalog->file;
    if (str_eq(str_from(name), STR("Weakness_Catalog")))
        file->facts->sources.at[catalog->source].modified =
            arena_str(file->facts->arena, attribute(attributes, STR("Date")));
    if (!str_eq(str_from(name), STR("Weakness")))
        return;
    Str id = attribute(attributes, STR("ID")), title = attribute(attributes, STR("Name"));
    if (id.len == 0 || title.len == 0)
        return;
    facts_add_cwe_name(file->facts, arena_printf(file->arena, "CWE-" STR_FMT, STR_ARG(id)), title);
    facts_source_saw(file->facts, catalog->source, (Str){0});
}

/* Entities of one's own are of no use here, and dangerous. */
static void doctype_start(void *context, const char *name, const char *system, const char *public,
                          int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    XML_StopParser(((Catalog *)context)->parser, XML_FALSE);
}

static bool xml_read(FeedFile *file, Str text, Error *err)
{
    Catalog catalog = {file, facts_source(file->facts, STR("cwe")), XML_ParserCreate(NULL)};
    enum { STEP = 1 << 20 };
    if (!catalog.parser)
        return error_set(err, ERR_INTERNAL, "no memory for an XML parser");
    XML_SetUserData(catalog.parser, &catalog);
    XML_SetElementHandler(catalog.parser, element_start, NULL);
    XML_SetStartDoctypeDeclHandler(catalog.parser, doctype_start);
    bool ok = true, last = false;
    for (Str rest = text; ok && !last;) {
        Str step = str_head(rest, STEP);
        rest = str_from_pos(rest, step.len);
        last = rest.len == 0;
        ok = XML_Parse(catalog.parser, step.ptr, (int)step.len, last) == XML_STATUS_OK;
    }
    if (!ok)
        error_set(err, ERR_FORMAT, "is no XML that we read: line %lu: %s",
                  (unsigned long)XML_GetCurrentLineNumber(catalog.parser),
                  XML_ErrorString(XML_GetErrorCode(catalog.parser)));
    XML_ParserFree(catalog.parser);
    return ok;
}

static bool catalog_read(FeedFile *file, Error *err)
{
    Buf text CLEANUP(buf_fini) = {0};
    if (!str_ends(file->path, STR(".zip")))
        return xml_read(file, file->bytes, err);
    return feed_unzip(file, STR(".xml"), &text, err) && xml_read(file, buf_str(&text), err);
}

const Feed feed_cwe = {
    .name = STR_INIT("cwe-table"),
    .summary = STR_INIT("names of weaknesses as a table"),
    .spec = STR_INIT("https://cwe.mitre.org/data/downloads.html"),
    .paths = STR_INIT("cwe/cwe.csv.gz cwe/cwe.csv"),
    .files = STR_INIT("cwe/cwe.csv.gz"),
    .read = table_read,
};

const Feed feed_cwe_xml = {
    .name = STR_INIT("cwe"),
    .summary = STR_INIT("MITRE's catalog of weaknesses"),
    .spec = STR_INIT("https://cwe.mitre.org/documents/schema/"),
    .paths = STR_INIT("cwe/*.xml.zip cwe/*.xml"),
    .address = STR_INIT("https://cwe.mitre.org/data/xml"),
    .files = STR_INIT("cwe/cwec_latest.xml.zip"),
    .read = catalog_read,
};
