/* SPDX-License-Identifier: Apache-2.0 */
#include "results/wire.h"

#include "results/shape.h"

/* A field that no list below names is an error in every build. */
#pragma GCC diagnostic error "-Wmissing-field-initializers"

static const Str magic = STR_INIT("ARES2");

/* Structs without a name of their own. */
#define EPSS __typeof__(((Finding *)0)->epss)
#define KEV __typeof__(((Finding *)0)->kev)
#define SSVC __typeof__(((Finding *)0)->ssvc)
#define DEADLINE __typeof__(((Finding *)0)->deadline)
#define EOL __typeof__(((Result *)0)->eol)

enum { SCORES = 1001, TENTHS = 10001 }; /* one more than the highest */

/* --- a finding --- */
#define CVSS_FIELDS(ROW, OF, ARRAY)                                                                \
    ROW(STR, Cvss, version), ROW(STR, Cvss, vector), ROW(STR, Cvss, source),                       \
        ROW(NUMBER, Cvss, score), ROW(AV, Cvss, av)
SHAPE(cvss, Cvss, CVSS_FIELDS);

#define EPSS_FIELDS(ROW, OF, ARRAY)                                                                \
    ROW(NUMBER, EPSS, score), ROW(NUMBER, EPSS, percentile), ROW(DATE, EPSS, date)
SHAPE(epss, EPSS, EPSS_FIELDS);

#define KEV_FIELDS(ROW, OF, ARRAY)                                                                 \
    ROW(DATE, KEV, added), ROW(DATE, KEV, due), ROW(BOOL, KEV, ransomware)
SHAPE(kev, KEV, KEV_FIELDS);

#define SSVC_FIELDS(ROW, OF, ARRAY)                                                                \
    ROW(STR, SSVC, exploitation), ROW(STR, SSVC, automatable), ROW(STR, SSVC, technical_impact),   \
        ROW(STR, SSVC, decision)
SHAPE(ssvc, SSVC, SSVC_FIELDS);

#define DEADLINE_FIELDS(ROW, OF, ARRAY) ROW(DATE, DEADLINE, date), ROW(STR, DEADLINE, why)
SHAPE(deadline, DEADLINE, DEADLINE_FIELDS);

#define PLACE_FIELDS(ROW, OF, ARRAY)                                                               \
    ROW(STR, Place, path), ROW(U32, Place, line), ROW(LAYER, Place, layer)
SHAPE(place, Place, PLACE_FIELDS);

#define MASK_FIELDS(ROW, OF, ARRAY)                                                                \
    ROW(STR, Mask, reason), ROW(STR, Mask, author), ROW(DATE, Mask, until)
SHAPE(mask, Mask, MASK_FIELDS);

#define EVIDENCE_FIELDS(ROW, OF, ARRAY)                                                            \
    ROW(STR, Evidence, scanner), ROW(NUMBER, Evidence, confidence), ROW(STR, Evidence, why),       \
        ROW(STR, Evidence, source)
SHAPE(evidence, Evidence, EVIDENCE_FIELDS);

#define SEEN_FIELDS(ROW, OF, ARRAY) ROW(STR, SeenBy, scanner), ROW(NUMBER, SeenBy, confidence)
SHAPE(seen, SeenBy, SEEN_FIELDS);

#define INPUTS_FIELDS(ROW, OF, ARRAY)                                                              \
    ROW(U32, FindingInputs, known), OF(BELOW, FindingInputs, severity, SHAPE_BELOW(SEVERITIES)),   \
        OF(BELOW, FindingInputs, level, SHAPE_BELOW(LEVELS)), ROW(NUMBER, FindingInputs, cvss),    \
        ROW(AV, FindingInputs, av), ROW(NUMBER, FindingInputs, epss),                              \
        ROW(I32, FindingInputs, age), ROW(BOOL, FindingInputs, automatable),                       \
        ARRAY(BOOLS, FindingInputs, exploit),                                                      \
        OF(BELOW, FindingInputs, code, SHAPE_BELOW(CODE_STATES)),                                  \
        OF(BELOW, FindingInputs, fix, SHAPE_BELOW(FIX_STATES)),                                    \
        OF(LIST, FindingInputs, seen, &seen_shape)
SHAPE(inputs, FindingInputs, INPUTS_FIELDS);

#define FINDING_FIELDS(ROW, OF, ARRAY)                                                             \
    OF(BELOW, Finding, kind, SHAPE_BELOW(FINDING_KINDS)), ROW(STR, Finding, id),                   \
        ROW(STR, Finding, eco), ROW(STR, Finding, unit), ROW(STRS, Finding, aliases),              \
        ROW(STR, Finding, title), ROW(BOOL, Finding, disputed),                                    \
        OF(BELOW, Finding, severity, SHAPE_BELOW(SEVERITIES)), ROW(STR, Finding, severity_source), \
        OF(PART, Finding, cvss, &cvss_shape), OF(PART, Finding, epss, &epss_shape),                \
        OF(PART, Finding, kev, &kev_shape), OF(PART, Finding, ssvc, &ssvc_shape),                  \
        OF(PART, Finding, deadline, &deadline_shape), ROW(STRS, Finding, cwes),                    \
        ROW(PACKAGES, Finding, packages), OF(LIST, Finding, places, &place_shape),                 \
        OF(BELOW, Finding, status, SHAPE_BELOW(FINDING_STATUSES)), ROW(STRS, Finding, fixed_in),   \
        OF(PART, Finding, mask, &mask_shape), OF(LIST, Finding, evidence, &evidence_shape),        \
        OF(PART, Finding, inputs, &inputs_shape), OF(BELOW, Finding, points, SHAPE_BELOW(TENTHS))
SHAPE(finding, Finding, FINDING_FIELDS);

/* --- the score --- */

#define COMPONENT_FIELDS(ROW, OF, ARRAY) ROW(STR, Component, name), ROW(NUMBER, Component, score)
SHAPE(component, Component, COMPONENT_FIELDS);

#define CONTRIBUTION_FIELDS(ROW, OF, ARRAY)                                                        \
    ROW(STR, Contribution, key), ROW(I64, Contribution, nanonats),                                 \
        OF(BELOW, Contribution, points, SHAPE_BELOW(TENTHS)), ROW(U32, Contribution, finding)
SHAPE(contribution, Contribution, CONTRIBUTION_FIELDS);

#define BEST_FIX_FIELDS(ROW, OF, ARRAY)                                                            \
    OF(BELOW, BestFix, kind, SHAPE_BELOW(FINDING_KINDS)), ROW(STR, BestFix, eco),                  \
        ROW(STR, BestFix, unit), ROW(STR, BestFix, action), ROW(STRS, BestFix, packages),          \
        ROW(STRS, BestFix, fixed_in), OF(BELOW, BestFix, score_after, SHAPE_BELOW(SCORES))
SHAPE(best_fix, BestFix, BEST_FIX_FIELDS);

#define SCORE_FIELDS(ROW, OF, ARRAY)                                                               \
    ROW(BOOL, Score, known), ROW(I64, Score, raw),                                                 \
        OF(BELOW, Score, combined, SHAPE_BELOW(SCORES)),                                           \
        OF(BELOW, Score, exact, SHAPE_BELOW(TENTHS)), ROW(STR, Score, level),                      \
        ROW(STRS, Score, fixed), OF(LIST, Score, components, &component_shape),                    \
        OF(LIST, Score, contributions, &contribution_shape),                                       \
        OF(LIST, Score, best_fixes, &best_fix_shape)
SHAPE(score, Score, SCORE_FIELDS);

/* --- the whole --- */

#define PROPERTY_FIELDS(ROW, OF, ARRAY)                                                            \
    ROW(STR, ContextProperty, name), ROW(STRS, ContextProperty, values),                           \
        ROW(STR, ContextProperty, why)
SHAPE(property, ContextProperty, PROPERTY_FIELDS);

#define CONTEXT_FIELDS(ROW, OF, ARRAY) OF(LIST, Context, properties, &property_shape)
SHAPE(context, Context, CONTEXT_FIELDS);

#define SIDE_FIELDS(ROW, OF, ARRAY)                                                                \
    ROW(STR, VerticalSide, name), OF(LIST, VerticalSide, findings, &finding_shape),                \
        OF(PART, VerticalSide, context, &context_shape), ROW(STRS, VerticalSide, fixed),           \
        ROW(STRS, VerticalSide, escape)
SHAPE(side, VerticalSide, SIDE_FIELDS);

#define MEMBER_FIELDS(ROW, OF, ARRAY) ROW(STR, VerticalMember, name), ROW(I64, VerticalMember, raw)
SHAPE(member, VerticalMember, MEMBER_FIELDS);

#define VERTICAL_FIELDS(ROW, OF, ARRAY)                                                            \
    ROW(BOOL, Vertical, has_host), OF(PART, Vertical, host, &side_shape),                          \
        ROW(STRS, Vertical, escape), OF(LIST, Vertical, containers, &side_shape),                  \
        OF(LIST, Vertical, members, &member_shape)
SHAPE(vertical, Vertical, VERTICAL_FIELDS);

#define SOURCE_FIELDS(ROW, OF, ARRAY)                                                              \
    ROW(STR, DatabaseSource, name), ROW(STR, DatabaseSource, modified),                            \
        ROW(U64, DatabaseSource, records)
SHAPE(source, DatabaseSource, SOURCE_FIELDS);

#define DATABASE_FIELDS(ROW, OF, ARRAY)                                                            \
    ROW(STR, DatabaseInfo, version), ROW(DATE, DatabaseInfo, built),                               \
        ROW(BOOL, DatabaseInfo, seed), OF(LIST, DatabaseInfo, sources, &source_shape)
SHAPE(database, DatabaseInfo, DATABASE_FIELDS);

#define EOL_FIELDS(ROW, OF, ARRAY)                                                                 \
    ROW(BOOL, EOL, known), ROW(BOOL, EOL, past), ROW(BOOL, EOL, extended), ROW(DATE, EOL, date)
SHAPE(eol, EOL, EOL_FIELDS);

#define NOTE_FIELDS(ROW, OF, ARRAY) ROW(STR, Note, what), ROW(STR, Note, why)
SHAPE(note, Note, NOTE_FIELDS);

#define NOTES_FIELDS(ROW, OF, ARRAY)                                                               \
    ROW(APART, Inventory, subject), ROW(APART, Inventory, packages),                               \
        ROW(APART, Inventory, executables), OF(LIST, Inventory, notes, &note_shape),               \
        OF(LIST, Inventory, incomplete, &note_shape)
SHAPE(notes, Inventory, NOTES_FIELDS);

#define RESULT_FIELDS(ROW, OF, ARRAY)                                                              \
    ROW(DATE, Result, as_of), ROW(APART, Result, inventory), OF(PART, Result, eol, &eol_shape),    \
        OF(PART, Result, database, &database_shape), ROW(STR, Result, policy_hash),                \
        ROW(STR, Result, model), OF(PART, Result, context, &context_shape),                        \
        ROW(STRS, Result, fixed), OF(PART, Result, score, &score_shape),                           \
        OF(LIST, Result, findings, &finding_shape), ROW(U64, Result, masked),                      \
        OF(PART, Result, vertical, &vertical_shape)
SHAPE(result, Result, RESULT_FIELDS);

/* --- both ways --- */

void result_encode(const Result *result, Buf *out)
{
    buf_put(out, magic);
    shape_put(out, &notes_shape, &result->inventory);
    shape_put(out, &result_shape, result);
}

static bool names_nothing(const FindingVec *findings)
{
    for (size_t i = 0; i < findings->len; i++) {
        const Finding *f = &findings->at[i];
        for (size_t k = 0; k < f->places.len; k++)
            if (f->places.at[k].layer != LAYER_NONE)
                return false;
        if (f->packages.len)
            return false;
    }
    return true;
}

static void check_vertical(ShapeTake *take, const Vertical *vertical)
{
    bool ok = names_nothing(&vertical->host.findings);
    for (size_t i = 0; i < vertical->containers.len; i++)
        ok = ok && names_nothing(&vertical->containers.at[i].findings);
    if (!ok)
        shape_fail(take, "another subject's finding with a package or a layer of this one");
}

static void check_findings(ShapeTake *take, const FindingVec *findings)
{
    for (size_t i = 1; i < findings->len; i++)
        if (finding_cmp(&findings->at[i - 1], &findings->at[i]) > 0) {
            shape_fail(take, "findings out of order");
            return;
        }
}

static void check_score(ShapeTake *take, const Result *result)
{
    for (size_t i = 0; i < result->score.contributions.len; i++) {
        uint32_t finding = result->score.contributions.at[i].finding;
        if (finding != UINT32_MAX && finding >= result->findings.len)
            shape_fail(take, "a contribution of a finding that is not there");
    }
}

/* What only the whole can tell. */
static void check(ShapeTake *take, const Result *result)
{
    if (reader_left(&take->in))
        shape_fail(take, "bytes behind its end");
    check_findings(take, &result->findings);
    check_score(take, result);
    check_vertical(take, &result->vertical);
}

bool result_decode(Str bytes, Arena *arena, Result *out, Error *err)
{
    Inventory inventory = out->inventory;
    ShapeTake take = {.in = reader_of(bytes),
                      .arena = arena,
                      .packages = inventory.packages.len,
                      .layers = inventory.subject.layers.len};
    *out = (Result){0};
    inventory.notes = inventory.incomplete = (NoteVec){0};
    if (bytes.len > RESULT_BYTES)
        shape_fail(&take, "more bytes than a result may have");
    if (!str_eq(reader_take(&take.in, magic.len), magic))
        shape_fail(&take, "no result of this form");
    if (reader_ok(&take.in)) {
        shape_take(&take, &notes_shape, &inventory);
        shape_take(&take, &result_shape, out);
    }
    if (reader_ok(&take.in))
        check(&take, out);
    out->inventory = inventory;
    if (reader_ok(&take.in))
        return true;
    *out = (Result){0};
    return error_set(err, ERR_FORMAT, "result refused at offset %zu: %s",
                     take.why ? take.at : bytes.len, take.why ? take.why : "cut short");
}
