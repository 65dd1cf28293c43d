/* SPDX-License-Identifier: Apache-2.0 */
#include "report/result_record.h"

#define FIELD(field_name, struct_name, member, ...)                                                \
    {                                                                                              \
        .name = STR_INIT(field_name), .offset = offsetof(struct_name, member), __VA_ARGS__         \
    }
#define RECORD(table, struct_name)                                                                 \
    {                                                                                              \
        .fields = (table), .count = COUNT_OF(table), .size = sizeof(struct_name)                   \
    }
/* With what else the record has: .init, .absent. */
#define RECORD_WITH(table, struct_name, ...)                                                       \
    {                                                                                              \
        .fields = (table), .count = COUNT_OF(table), .size = sizeof(struct_name), __VA_ARGS__      \
    }

WORDS(kind, finding_kind_name, FindingKind, FINDING_KINDS);
WORDS(severity, severity_name, Severity, SEVERITIES);
WORDS(status, finding_status_name, FindingStatus, FINDING_STATUSES);
WORDS(package_type, package_type_name, PackageType, PACKAGE_TYPES);
WORDS(subject, subject_kind_name, SubjectKind, SUBJECT_CONTAINER + 1);

/* --- the subject --- */

/* The end of life as one word. */
static Str support_word(size_t i)
{
    static const Str words[] = {STR_INIT("unknown"), STR_INIT("full"), STR_INIT("extended"),
                                STR_INIT("ended")};
    return words[i];
}

static const Words support_words = {support_word, 4};

static void support_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    const Result *result = value;
    size_t word = !result->eol.known ? 0 : result->eol.extended ? 2 : result->eol.past ? 3 : 1;
    json_put_str(&w->out, support_word(word));
}

static bool support_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    Result *result = value;
    unsigned word;
    if (!record_take_words(r, &support_words, &word))
        return false;
    result->eol.known = word > 0;
    result->eol.extended = word == 2;
    result->eol.past = word >= 2;
    return true;
}

static const FieldType field_support = {support_write, support_read};

static const Field os_fields[] = {
    FIELD("id", Result, inventory.subject.os.id, .type = &field_str),
    FIELD("version", Result, inventory.subject.os.version, .type = &field_str),
    FIELD("name", Result, inventory.subject.os.name, .type = &field_str),
    FIELD("eol", Result, eol.date, .type = &field_date),
    {.name = STR_INIT("support"), .type = &field_support},
};
static const Record os_record = RECORD(os_fields, Result);

static const Field layer_fields[] = {
    FIELD("diff_id", Layer, diff_id, .type = &field_str),
    FIELD("digest", Layer, digest, .type = &field_str),
    FIELD("size", Layer, size, .type = &field_count),
    FIELD("instruction", Layer, instruction, .type = &field_str),
};
static const Record layer_record = RECORD(layer_fields, Layer);

static const Field subject_fields[] = {
    FIELD("kind", Result, inventory.subject.kind, .type = &field_words, .of = &subject_words),
    FIELD("name", Result, inventory.subject.name, .type = &field_str),
    FIELD("digest", Result, inventory.subject.digest, .type = &field_str),
    FIELD("platform", Result, inventory.subject.platform, .type = &field_str),
    FIELD("created", Result, inventory.subject.created, .type = &field_date),
    {.name = STR_INIT("os"), .type = &field_record, .of = &os_record},
    FIELD("layers", Result, inventory.subject.layers, .type = &field_records, .of = &layer_record),
};
static const Record subject_record = RECORD(subject_fields, Result);

/* --- data, policy, score --- */

enum { LEVEL_MOST = 64 };

static const Field source_fields[] = {
    FIELD("name", DatabaseSource, name, .type = &field_str),
    FIELD("modified", DatabaseSource, modified, .type = &field_str),
    FIELD("records", DatabaseSource, records, .type = &field_count),
};
static const Record source_record = RECORD(source_fields, DatabaseSource);

static void database_init(void *value)
{
    ((DatabaseInfo *)value)->built = DATE_NONE;
}

static const Field database_fields[] = {
    FIELD("version", DatabaseInfo, version, .type = &field_str),
    FIELD("built", DatabaseInfo, built, .type = &field_date),
    FIELD("seed", DatabaseInfo, seed, .type = &field_bool),
    FIELD("sources", DatabaseInfo, sources, .type = &field_records, .of = &source_record),
};
static const Record database_record =
    RECORD_WITH(database_fields, DatabaseInfo, .init = database_init);

static const Field policy_fields[] = {
    FIELD("hash", Result, policy_hash, .type = &field_str),
    FIELD("model", Result, model, .type = &field_str),
};
static const Record policy_record = RECORD(policy_fields, Result);

static void combined_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    const Score *score = value;
    if (score->known)
        json_put_int(&w->out, score->combined);
    else
        json_put_null(&w->out);
}

static bool combined_read(RecordReader *r, const Field *field, void *value)
{
    Score *score = value;
    score->known = json_peek(&r->json) != JSON_NULL;
    if (!score->known) {
        json_skip(&r->json);
        return true;
    }
    if (!field_whole.read(r, field, &score->combined))
        return false;
    return score->combined <= 1000 || record_expected(r, "a whole number from 0 to 1000, or null");
}

static const FieldType field_combined = {combined_write, combined_read};

static void exact_write(RecordWriter *w, const Field *field, const void *value)
{
    const Score *score = value;
    if (score->known)
        field_tenths.write(w, field, &score->exact);
    else
        json_put_null(&w->out);
}

static bool exact_read(RecordReader *r, const Field *field, void *value)
{
    if (json_peek(&r->json) != JSON_NULL)
        return field_tenths.read(r, field, &((Score *)value)->exact);
    json_skip(&r->json);
    return true;
}

static const FieldType field_exact = {exact_write, exact_read};

/* A result that nothing has scored yet is unknown. */
static void score_level_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    const Str *level = value;
    json_put_str(&w->out, level->len ? *level : STR("UNKNOWN"));
}

/* A policy may give its bands other names. */
static bool score_level_read(RecordReader *r, const Field *field, void *value)
{
    Str *level = value;
    if (!field_str.read(r, field, level))
        return false;
    return (level->len > 0 && level->len <= LEVEL_MOST) ||
           record_expected(r, "UNKNOWN, NONE or the name of a band");
}

static const FieldType field_score_level = {score_level_write, score_level_read};

static void components_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    const Score *score = value;
    json_put_object(&w->out);
    for (size_t i = 0; i < score->components.len; i++) {
        json_put_key_str(&w->out, score->components.at[i].name);
        json_put_fixed(&w->out, score->components.at[i].score, 3);
    }
    json_put_end(&w->out, '}');
}

static bool component_read(RecordReader *r, void *into, Str name)
{
    Score *score = into;
    Component *component = vec_push(r->arena, &score->components);
    component->name = name;
    if (!field_number.read(r, NULL, &component->score))
        return false;
    return component->score <= 1000 || record_expected(r, "a number from 0 to 1000");
}

static bool components_read(RecordReader *r, const Field *field, void *value)
{
    (void)field;
    return record_members(r, value, component_read);
}

static const FieldType field_components = {components_write, components_read};

static void contribution_init(void *value)
{
    ((Contribution *)value)->finding = UINT32_MAX;
}

static const Field contribution_fields[] = {
    FIELD("key", Contribution, key, .type = &field_str, .required = true),
    FIELD("points", Contribution, points, .type = &field_tenths),
    FIELD("raw", Contribution, nanonats, .type = &field_integer),
};
static const Record contribution_record =
    RECORD_WITH(contribution_fields, Contribution, .init = contribution_init);

static const Field best_fix_fields[] = {
    FIELD("kind", BestFix, kind, .type = &field_words, .of = &kind_words),
    FIELD("eco", BestFix, eco, .type = &field_str),
    FIELD("unit", BestFix, unit, .type = &field_str),
    FIELD("action", BestFix, action, .type = &field_str),
    FIELD("packages", BestFix, packages, .type = &field_strs),
    FIELD("fixed_in", BestFix, fixed_in, .type = &field_strs),
    FIELD("score_after", BestFix, score_after, .type = &field_whole),
};
static const Record best_fix_record = RECORD(best_fix_fields, BestFix);

static const Field score_fields[] = {
    {.name = STR_INIT("combined"), .type = &field_combined},
    {.name = STR_INIT("exact"), .type = &field_exact},
    FIELD("level", Score, level, .type = &field_score_level),
    FIELD("raw", Score, raw, .type = &field_integer),
    FIELD("fixed", Score, fixed, .type = &field_strs),
    {.name = STR_INIT("components"), .type = &field_components},
    FIELD("contributions", Score, contributions, .type = &field_records,
          .of = &contribution_record),
    FIELD("best_fixes", Score, best_fixes, .type = &field_records, .of = &best_fix_record),
};
static const Record score_record = RECORD(score_fields, Score);

/* --- packages --- */

static void owner_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    uint32_t owner = *(const uint32_t *)value;
    if (owner == PACKAGE_NONE)
        json_put_null(&w->out);
    else
        json_put_str(&w->out, w->result->inventory.packages.at[owner].id);
}

static bool owner_read(RecordReader *r, const Field *field, void *value)
{
    (void)field, (void)value;
    Str id;
    if (json_peek(&r->json) == JSON_NULL) {
        json_skip(&r->json);
        return true;
    }
    if (json_peek(&r->json) != JSON_STRING)
        return record_expected(r, "the id of a package, or null");
    if (!record_take_str(r, &id))
        return false;
    *vec_push(r->arena, &r->owners) = (PackageLink){.index = r->path[1].index, .id = id};
    return true;
}

static const FieldType field_owner = {owner_write, owner_read};

static void package_init(void *value)
{
    Package *package = value;
    package->type = PACKAGE_GENERIC;
    package->confidence = 1;
    package->layer = LAYER_NONE;
    package->owner = PACKAGE_NONE;
    package->executable = EXECUTABLE_NONE;
}

static const Field package_source_fields[] = {
    FIELD("name", Package, source_name, .type = &field_str),
    FIELD("version", Package, source_version, .type = &field_str),
};
static const Record package_source_record = RECORD(package_source_fields, Package);

static const Field package_fields[] = {
    FIELD("id", Package, id, .type = &field_str, .required = true),
    FIELD("type", Package, type, .type = &field_words, .of = &package_type_words),
    FIELD("name", Package, name, .type = &field_str),
    FIELD("version", Package, version, .type = &field_str),
    FIELD("purl", Package, purl, .type = &field_str),
    {.name = STR_INIT("source"), .type = &field_record, .of = &package_source_record},
    FIELD("arch", Package, arch, .type = &field_str),
    FIELD("layer", Package, layer, .type = &field_layer),
    FIELD("paths", Package, paths, .type = &field_strs),
    FIELD("owner", Package, owner, .type = &field_owner),
    FIELD("declared", Package, declared, .type = &field_bool),
    FIELD("third_party", Package, third_party, .type = &field_bool),
    FIELD("licences", Package, licences, .type = &field_strs),
    FIELD("found_by", Package, found_by, .type = &field_str),
    FIELD("confidence", Package, confidence, .type = &field_fraction),
};
static const Record package_record = RECORD_WITH(package_fields, Package, .init = package_init);

/* --- findings --- */

static void key_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    json_put_str(&w->out, finding_key(w->arena, value));
}

static bool key_read(RecordReader *r, const Field *field, void *value)
{
    (void)field, (void)value;
    Str key;
    return record_take_str(r, &key);
}

static const FieldType field_key = {key_write, key_read};

static bool cvss_absent(const void *value)
{
    return ((const Cvss *)value)->version.len == 0;
}

/* CVSS's own letter is read again from the vector. */
static const Field cvss_fields[] = {
    FIELD("version", Cvss, version, .type = &field_str, .required = true),
    FIELD("score", Cvss, score, .type = &field_cvss),
    FIELD("vector", Cvss, vector, .type = &field_str),
    FIELD("source", Cvss, source, .type = &field_str),
};
static const Record cvss_record = RECORD_WITH(cvss_fields, Cvss, .absent = cvss_absent);

static bool epss_absent(const void *value)
{
    return ((const Finding *)value)->epss.score < 0;
}

static const Field epss_fields[] = {
    FIELD("score", Finding, epss.score, .type = &field_fraction, .required = true),
    FIELD("percentile", Finding, epss.percentile, .type = &field_fraction),
    FIELD("date", Finding, epss.date, .type = &field_date),
};
static const Record epss_record = RECORD_WITH(epss_fields, Finding, .absent = epss_absent);

static bool kev_absent(const void *value)
{
    return ((const Finding *)value)->kev.added == DATE_NONE;
}

static const Field kev_fields[] = {
    FIELD("added", Finding, kev.added, .type = &field_date, .required = true),
    FIELD("due", Finding, kev.due, .type = &field_date),
    FIELD("ransomware", Finding, kev.ransomware, .type = &field_bool),
};
static const Record kev_record = RECORD_WITH(kev_fields, Finding, .absent = kev_absent);

static bool ssvc_absent(const void *value)
{
    const Finding *f = value;
    return f->ssvc.exploitation.len + f->ssvc.automatable.len + f->ssvc.technical_impact.len +
               f->ssvc.decision.len ==
           0;
}

static const Field ssvc_fields[] = {
    FIELD("exploitation", Finding, ssvc.exploitation, .type = &field_str),
    FIELD("automatable", Finding, ssvc.automatable, .type = &field_str),
    FIELD("technical_impact", Finding, ssvc.technical_impact, .type = &field_str),
    FIELD("decision", Finding, ssvc.decision, .type = &field_str),
};
static const Record ssvc_record = RECORD_WITH(ssvc_fields, Finding, .absent = ssvc_absent);

static bool deadline_absent(const void *value)
{
    const Finding *f = value;
    return f->deadline.date == DATE_NONE && f->deadline.why.len == 0;
}

static const Field deadline_fields[] = {
    FIELD("date", Finding, deadline.date, .type = &field_date),
    FIELD("why", Finding, deadline.why, .type = &field_str),
};
static const Record deadline_record =
    RECORD_WITH(deadline_fields, Finding, .absent = deadline_absent);

static bool mask_absent(const void *value)
{
    return ((const Mask *)value)->reason.len == 0;
}

static void mask_init(void *value)
{
    ((Mask *)value)->until = DATE_NONE;
}

static const Field mask_fields[] = {
    FIELD("reason", Mask, reason, .type = &field_str, .required = true),
    FIELD("author", Mask, author, .type = &field_str),
    FIELD("until", Mask, until, .type = &field_date),
};
static const Record mask_record =
    RECORD_WITH(mask_fields, Mask, .absent = mask_absent, .init = mask_init);

static const Field place_fields[] = {
    FIELD("path", Place, path, .type = &field_str),
    FIELD("line", Place, line, .type = &field_line),
    FIELD("layer", Place, layer, .type = &field_layer),
};
static void place_init(void *value)
{
    ((Place *)value)->layer = LAYER_NONE;
}
static const Record place_record = RECORD_WITH(place_fields, Place, .init = place_init);

static const Field evidence_fields[] = {
    FIELD("scanner", Evidence, scanner, .type = &field_str),
    FIELD("confidence", Evidence, confidence, .type = &field_fraction),
    FIELD("why", Evidence, why, .type = &field_str),
    FIELD("source", Evidence, source, .type = &field_str),
};
static const Record evidence_record = RECORD(evidence_fields, Evidence);

static void links_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field;
    const AnyVec *indices = value;
    const uint32_t *at = indices->at;
    json_put_array(&w->out);
    for (size_t i = 0; i < indices->len; i++)
        json_put_str(&w->out, w->result->inventory.packages.at[at[i]].id);
    json_put_end(&w->out, ']');
}

static bool links_read(RecordReader *r, const Field *field, void *value)
{
    (void)field, (void)value;
    if (!record_enter_array(r))
        return false;
    for (size_t i = 0; json_next_item(&r->json); i++) {
        PackageLink link = {.index = r->path[1].index, .item = i};
        record_enter(r, (Str){0}, i);
        if (!record_take_str(r, &link.id))
            return false;
        *vec_push(r->arena, &r->links) = link;
        record_leave(r);
    }
    return true;
}

static const FieldType field_links = {links_write, links_read};

static void finding_init(void *value)
{
    Finding *f = value;
    f->epss.score = -1;
    f->epss.date = f->kev.added = f->kev.due = f->deadline.date = f->mask.until = DATE_NONE;
    f->inputs.av = '?';
    f->severity = SEVERITIES; /* until result_read_json takes it from the inputs */
}

#define FINDING_HEAD                                                                               \
    {.name = STR_INIT("key"), .type = &field_key},                                                 \
        FIELD("id", Finding, id, .type = &field_str, .required = true),                            \
        FIELD("kind", Finding, kind, .type = &field_words, .of = &kind_words, .required = true),   \
        FIELD("title", Finding, title, .type = &field_str),                                        \
        FIELD("severity", Finding, severity, .type = &field_words, .of = &severity_words),         \
        FIELD("mask", Finding, mask, .type = &field_record, .of = &mask_record)
#define FINDING_TAIL                                                                               \
    {                                                                                              \
        .name = STR_INIT("inputs"), .type = &field_inputs                                          \
    }

static const Field finding_fields[] = {
    FINDING_HEAD,
    FIELD("aliases", Finding, aliases, .type = &field_strs),
    FIELD("severity_source", Finding, severity_source, .type = &field_str),
    FIELD("disputed", Finding, disputed, .type = &field_bool),
    FIELD("cvss", Finding, cvss, .type = &field_record, .of = &cvss_record),
    {.name = STR_INIT("epss"), .type = &field_record, .of = &epss_record},
    {.name = STR_INIT("kev"), .type = &field_record, .of = &kev_record},
    {.name = STR_INIT("ssvc"), .type = &field_record, .of = &ssvc_record},
    {.name = STR_INIT("deadline"), .type = &field_record, .of = &deadline_record},
    FIELD("cwes", Finding, cwes, .type = &field_strs),
    FIELD("packages", Finding, packages, .type = &field_links),
    FIELD("places", Finding, places, .type = &field_records, .of = &place_record),
    FIELD("status", Finding, status, .type = &field_words, .of = &status_words),
    FIELD("fixed_in", Finding, fixed_in, .type = &field_strs),
    FIELD("points", Finding, points, .type = &field_tenths),
    FIELD("evidence", Finding, evidence, .type = &field_records, .of = &evidence_record),
    FINDING_TAIL,
};
const Record finding_record = RECORD_WITH(finding_fields, Finding, .init = finding_init);

/* Of another subject: its packages and places are not in this file. */
static const Field finding_brief_fields[] = {FINDING_HEAD, FINDING_TAIL};
const Record finding_brief_record =
    RECORD_WITH(finding_brief_fields, Finding, .init = finding_init);

/* --- the whole --- */

static const Field note_fields[] = {
    FIELD("what", Note, what, .type = &field_str),
    FIELD("why", Note, why, .type = &field_str),
};
static const Record note_record = RECORD(note_fields, Note);

static void version_write(RecordWriter *w, const Field *field, const void *value)
{
    (void)field, (void)value;
    json_put_str(&w->out, STR("1"));
}

static bool version_read(RecordReader *r, const Field *field, void *value)
{
    (void)field, (void)value;
    bool text = json_peek(&r->json) == JSON_STRING;
    return (text && str_eq(json_take_str(&r->json), STR("1"))) ||
           record_expected(r, "\"1\", the version that this program reads");
}

static const FieldType field_version = {version_write, version_read};

static void result_init(void *value)
{
    Result *result = value;
    *result = (Result){.as_of = DATE_NONE};
    result->eol.date = result->database.built = DATE_NONE;
    result->inventory.subject.created = result->inventory.subject.os.support_end = DATE_NONE;
}

static const Field result_fields[] = {
    {.name = STR_INIT("format_version"), .type = &field_version},
    FIELD("as_of", Result, as_of, .type = &field_date),
    {.name = STR_INIT("subject"), .type = &field_record, .of = &subject_record},
    FIELD("database", Result, database, .type = &field_record, .of = &database_record),
    {.name = STR_INIT("policy"), .type = &field_record, .of = &policy_record},
    FIELD("context", Result, context, .type = &field_context),
    FIELD("derived", Result, context, .type = &field_derived),
    FIELD("score", Result, score, .type = &field_record, .of = &score_record),
    FIELD("packages", Result, inventory.packages, .type = &field_records, .of = &package_record),
    FIELD("findings", Result, findings, .type = &field_records, .of = &finding_record),
    FIELD("vertical", Result, vertical, .type = &field_vertical, .left_out = vertical_left_out),
    FIELD("notes", Result, inventory.notes, .type = &field_records, .of = &note_record),
    FIELD("incomplete", Result, inventory.incomplete, .type = &field_records, .of = &note_record),
};
const Record result_record = RECORD_WITH(result_fields, Result, .init = result_init);
