/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "advisories/database.h"
#include "base/json_out.h"
#include "cli/db.h"
#include "cli/output.h"
#include "model/ecosystem.h"
#include "model/purl.h"

/* One answer: a vulnerability with all its statements, or the statements about one package. */
typedef struct Answer {
    bool has_vulnerability;
    Vulnerability vulnerability;
    AdvisoryVec advisories;
} Answer;
typedef Vec(Answer) AnswerVec;

static void answer_by_id(const Database *db, Str id, Arena *arena, AnswerVec *out)
{
    Vulnerability v;
    for (size_t nth = 0; database_vulnerability(db, id, nth, arena, &v); nth++) {
        Answer *answer = vec_push(arena, out);
        answer->has_vulnerability = true;
        answer->vulnerability = v;
        database_advisories_of(db, v.id, arena, &answer->advisories);
    }
}

/* `wanted` NULL: every ecosystem. A purl's distro or an ecosystem's release is not asked for:
 * whoever looks a package up wants to see all of them. */
static void answer_by_package(const Database *db, const Ecosystem *wanted, Str name, Arena *arena,
                              AnswerVec *out)
{
    StrVec all = {0};
    AdvisoryVec found = {0};
    database_ecosystems(db, arena, &all);
    for (size_t i = 0; i < all.len; i++) {
        const Ecosystem *eco = ecosystem_find(all.at[i]);
        if (wanted && eco != wanted)
            continue;
        Str key = eco ? ecosystem_package_key(arena, eco, name) : name;
        database_find(db, all.at[i], key, arena, &found);
    }
    if (found.len)
        vec_push(arena, out)->advisories = found;
}

static const Ecosystem *ecosystem_of_purl(const Purl *purl)
{
    PackageType type;
    Str distro, release;
    if (!package_type_parse(purl->type, &type))
        return NULL;
    if (!package_type_is_os(type))
        return ecosystem_of_type(type);
    str_cut(purl->distro, '-', &distro, &release);
    const Ecosystem *eco = ecosystem_of_distro(purl->namespace);
    return eco ? eco : ecosystem_of_distro(distro);
}

/* "0" is how feeds write the beginning of time. */
static Str range_str(Arena *arena, const AdvisoryRange *range)
{
    bool from_start = range->introduced.len == 0 || str_eq(range->introduced, STR("0"));
    Str from =
        from_start ? (Str){0} : arena_printf(arena, ">= " STR_FMT, STR_ARG(range->introduced));
    Str to = (Str){0};
    if (range->fixed.len)
        to = arena_printf(arena, "< " STR_FMT, STR_ARG(range->fixed));
    else if (range->last_affected.len)
        to = arena_printf(arena, "<= " STR_FMT, STR_ARG(range->last_affected));
    if (from.len && to.len)
        return arena_printf(arena, STR_FMT " " STR_FMT, STR_ARG(from), STR_ARG(to));
    return from.len ? from : to.len ? to : STR("all versions");
}

static Str ranges_str(Arena *arena, const Advisory *a)
{
    Str out = {0};
    if (a->not_affected)
        return STR("not affected");
    for (size_t i = 0; i < a->ranges.len; i++)
        out = arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(out), i ? ", " : "",
                           STR_ARG(range_str(arena, &a->ranges.at[i])));
    if (a->versions.len && out.len == 0)
        return arena_printf(arena, "%zu listed versions", a->versions.len);
    return out.len ? out : STR("all versions");
}

static void print_text(const AnswerVec *answers, Arena *arena)
{
    for (size_t i = 0; i < answers->len; i++) {
        const Answer *answer = &answers->at[i];
        const Vulnerability *v = &answer->vulnerability;
        if (answer->has_vulnerability) {
            db_print_line("%s" STR_FMT "%s" STR_FMT, i ? "\n" : "", STR_ARG(v->id),
                          v->title.len ? "  " : "", STR_ARG(v->title));
            db_print_vulnerability(v, arena);
        }
        for (size_t k = 0; k < answer->advisories.len; k++) {
            const Advisory *a = &answer->advisories.at[k];
            db_print_line("  " STR_FMT "  " STR_FMT "  " STR_FMT "  " STR_FMT "  (" STR_FMT ")",
                          STR_ARG(a->ecosystem), STR_ARG(a->package), STR_ARG(a->id),
                          STR_ARG(ranges_str(arena, a)), STR_ARG(a->record));
        }
    }
}

static void put_advisory(JsonOut *o, const Advisory *a)
{
    json_put_object(o);
    json_field_str(o, "id", a->id);
    json_field_str(o, "record", a->record);
    json_field_str(o, "source", a->feed);
    json_field_str(o, "ecosystem", a->ecosystem);
    json_field_str(o, "package", a->package);
    json_field_str(o, "status",
                   finding_status_name(a->not_affected ? STATUS_NOT_AFFECTED : a->status));
    json_field_bool(o, "malware", a->malware);
    json_field_str_if(o, "urgency", a->urgency);
    json_field_str_if(o, "module", a->module);
    json_put_key(o, "ranges");
    json_put_array(o);
    for (size_t i = 0; i < a->ranges.len; i++) {
        json_put_object(o);
        json_field_str_if(o, "introduced", a->ranges.at[i].introduced);
        json_field_str_if(o, "fixed", a->ranges.at[i].fixed);
        json_field_str_if(o, "last_affected", a->ranges.at[i].last_affected);
        json_put_end(o, '}');
    }
    json_put_end(o, ']');
    json_put_key(o, "versions");
    db_put_strings(o, &a->versions);
    json_put_end(o, '}');
}

static void print_json(const AnswerVec *answers)
{
    Buf buf CLEANUP(buf_fini) = {0};
    JsonOut o;
    json_out_init(&o, &buf, 2);
    json_put_array(&o);
    for (size_t i = 0; i < answers->len; i++) {
        const Answer *answer = &answers->at[i];
        json_put_object(&o);
        if (answer->has_vulnerability) {
            json_put_key(&o, "vulnerability");
            db_put_vulnerability(&o, &answer->vulnerability);
        }
        json_put_key(&o, "advisories");
        json_put_array(&o);
        for (size_t k = 0; k < answer->advisories.len; k++)
            put_advisory(&o, &answer->advisories.at[k]);
        json_put_end(&o, ']');
        json_put_end(&o, '}');
    }
    json_put_end(&o, ']');
    printf(STR_FMT "\n", STR_ARG(buf_str(&buf)));
}

bool db_lookup(const Options *options, const Database *db, Arena *arena, int *exit_code, Error *err)
{
    (void)exit_code;
    AnswerVec answers = {0};
    Purl purl;
    if (options->operands.len != 2)
        return error_set(err, ERR_USAGE, "lookup: expected one ID, purl or package name");
    Str what = options->operands.at[1];
    if (purl_parse(arena, what, &purl)) {
        const Ecosystem *eco = ecosystem_of_purl(&purl);
        if (!eco)
            return error_set(err, ERR_ABSENT, STR_FMT ": no ecosystem known for this type of purl",
                             STR_ARG(what));
        answer_by_package(db, eco, purl_package_name(arena, &purl), arena, &answers);
        if (purl.upstream.len)
            answer_by_package(db, eco, purl.upstream, arena, &answers);
    } else {
        answer_by_id(db, what, arena, &answers);
        if (answers.len == 0)
            answer_by_package(db, NULL, what, arena, &answers);
    }
    if (answers.len == 0)
        return error_set(err, ERR_ABSENT, STR_FMT ": the database knows no such id or package",
                         STR_ARG(what));
    bool json;
    if (!print_begin(options, &json, err))
        return false;
    json ? print_json(&answers) : print_text(&answers, arena);
    return print_end(options, true, err);
}
