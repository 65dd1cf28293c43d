/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/context.h"
#include "cli/db.h"
#include "cli/output.h"

void db_print_line(const char *format, ...)
{
    Buf buf CLEANUP(buf_fini) = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&buf, format, args);
    va_end(args);
    for (size_t i = 0; i < buf.len; i++) {
        unsigned char c = (unsigned char)buf.ptr[i];
        if ((c < 0x20 && c != '\n') || c == 0x7f)
            buf.ptr[i] = '?';
    }
    buf_put_char(&buf, '\n');
    fwrite(buf.ptr, 1, buf.len, stdout);
}

void db_put_strings(JsonOut *o, const StrVec *strings)
{
    json_put_array(o);
    for (size_t i = 0; i < strings->len; i++)
        json_put_str(o, strings->at[i]);
    json_put_end(o, ']');
}

static Str join(Arena *arena, const StrVec *strings)
{
    Str out = {0};
    for (size_t i = 0; i < strings->len; i++)
        out = arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(out), i ? ", " : "",
                           STR_ARG(strings->at[i]));
    return out;
}

static Str exploits_str(const Vulnerability *v, Arena *arena)
{
    StrVec names = {0};
    for (int e = 0; e < EXPLOITS; e++)
        if (v->exploit[e])
            *vec_push(arena, &names) = exploit_name((Exploit)e);
    return join(arena, &names);
}

void db_print_vulnerability(const Vulnerability *v, Arena *arena)
{
    if (v->aliases.len)
        db_print_line("  aliases    " STR_FMT, STR_ARG(join(arena, &v->aliases)));
    if (v->published != DATE_NONE)
        db_print_line("  published  " STR_FMT "%s%s", STR_ARG(date_str(arena, v->published)),
                      v->disputed ? ", disputed" : "", v->rejected ? ", rejected" : "");
    for (size_t i = 0; i < v->cvss.len; i++)
        db_print_line("  CVSS       %.1f " STR_FMT " (" STR_FMT ")", v->cvss.at[i].score,
                      STR_ARG(v->cvss.at[i].vector), STR_ARG(v->cvss.at[i].source));
    if (v->epss >= 0)
        db_print_line("  EPSS       %.5f, percentile %.5f", v->epss, v->epss_percentile);
    if (v->kev_added != DATE_NONE)
        db_print_line("  KEV        added " STR_FMT ", due " STR_FMT,
                      STR_ARG(date_str(arena, v->kev_added)), STR_ARG(date_str(arena, v->kev_due)));
    if (exploits_str(v, arena).len)
        db_print_line("  exploits   " STR_FMT, STR_ARG(exploits_str(v, arena)));
    if (v->ssvc_exploitation.len)
        db_print_line("  SSVC       exploitation " STR_FMT ", automatable " STR_FMT
                      ", technical impact " STR_FMT,
                      STR_ARG(v->ssvc_exploitation), STR_ARG(v->ssvc_automatable),
                      STR_ARG(v->ssvc_technical_impact));
    if (v->cwes.len)
        db_print_line("  weakness   " STR_FMT, STR_ARG(join(arena, &v->cwes)));
}

static void put_cvss(JsonOut *o, const Vulnerability *v)
{
    json_put_array(o);
    for (size_t i = 0; i < v->cvss.len; i++) {
        json_put_object(o);
        json_field_str(o, "version", v->cvss.at[i].version);
        json_field_fixed(o, "score", v->cvss.at[i].score, 1);
        json_field_str(o, "vector", v->cvss.at[i].vector);
        json_field_str(o, "source", v->cvss.at[i].source);
        json_put_end(o, '}');
    }
    json_put_end(o, ']');
}

void db_put_vulnerability(JsonOut *o, const Vulnerability *v)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    json_put_object(o);
    json_field_str(o, "id", v->id);
    json_put_key(o, "aliases");
    db_put_strings(o, &v->aliases);
    json_field_str_if(o, "title", v->title);
    json_field_str_if(o, "published", date_str(&scratch, v->published));
    json_field_bool(o, "disputed", v->disputed);
    json_field_bool(o, "rejected", v->rejected);
    json_put_key(o, "cvss");
    put_cvss(o, v);
    json_put_key(o, "cwes");
    db_put_strings(o, &v->cwes);
    if (v->epss >= 0) {
        json_put_key(o, "epss");
        json_put_object(o);
        json_field_fixed(o, "score", v->epss, 5);
        json_field_fixed(o, "percentile", v->epss_percentile, 5);
        json_put_end(o, '}');
    }
    if (v->kev_added != DATE_NONE) {
        json_put_key(o, "kev");
        json_put_object(o);
        json_field_str(o, "added", date_str(&scratch, v->kev_added));
        json_field_str_if(o, "due", date_str(&scratch, v->kev_due));
        json_put_end(o, '}');
    }
    json_put_key(o, "exploits");
    json_put_array(o);
    for (int e = 0; e < EXPLOITS; e++)
        if (v->exploit[e])
            json_put_str(o, exploit_name((Exploit)e));
    json_put_end(o, ']');
    json_put_end(o, '}');
}

static void print_status(const DatabaseInfo *info, Date as_of, Arena *arena)
{
    printf("version  " STR_FMT "%s\n", STR_ARG(info->version),
           info->seed ? " (the seed that came with the program)" : "");
    if (info->built != DATE_NONE)
        printf("built    " STR_FMT ", %d day%s ago\n", STR_ARG(date_str(arena, info->built)),
               as_of - info->built, as_of - info->built == 1 ? "" : "s");
    for (size_t i = 0; i < info->sources.len; i++)
        printf("%9llu  " STR_FMT "%s" STR_FMT "\n", (unsigned long long)info->sources.at[i].records,
               STR_ARG(info->sources.at[i].name), info->sources.at[i].modified.len ? "  " : "",
               STR_ARG(info->sources.at[i].modified));
}

static void print_status_json(const DatabaseInfo *info, Date as_of, Arena *arena)
{
    Buf buf CLEANUP(buf_fini) = {0};
    JsonOut o;
    json_out_init(&o, &buf, 2);
    json_put_object(&o);
    json_field_str(&o, "version", info->version);
    json_field_str_if(&o, "built", date_str(arena, info->built));
    if (info->built != DATE_NONE)
        json_field_int(&o, "age_days", as_of - info->built);
    json_field_bool(&o, "seed", info->seed);
    json_put_key(&o, "sources");
    json_put_array(&o);
    for (size_t i = 0; i < info->sources.len; i++) {
        json_put_object(&o);
        json_field_str(&o, "name", info->sources.at[i].name);
        json_field_str_if(&o, "modified", info->sources.at[i].modified);
        json_field_int(&o, "records", (int64_t)info->sources.at[i].records);
        json_put_end(&o, '}');
    }
    json_put_end(&o, ']');
    json_put_end(&o, '}');
    printf(STR_FMT "\n", STR_ARG(buf_str(&buf)));
}

bool db_status(const Options *options, const Database *db, Arena *arena, int *exit_code, Error *err)
{
    (void)exit_code;
    DatabaseInfo info;
    if (!database_verify(db, err))
        return false;
    database_info(db, arena, &info);
    bool json;
    if (!print_begin(options, &json, err))
        return false;
    json ? print_status_json(&info, option_as_of(options), arena)
         : print_status(&info, option_as_of(options), arena);
    return print_end(options, true, err);
}
