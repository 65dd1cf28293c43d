/* SPDX-License-Identifier: Apache-2.0 */
#include "results/wire.h"

#include "inventory/wire.h"
#include "results/shape.h"
#include "test.h"

/* --- a result in which every field has a value of its own --- */

typedef struct World {
    Arena arena;
    unsigned next;
    Result result;
    Buf bytes;
} World;

static Str word(World *w)
{
    return arena_printf(&w->arena, "word %u", w->next++);
}

static Date day(World *w)
{
    return (Date)(20000 + w->next++);
}

static double share(World *w)
{
    return 1.0 / (3 + w->next++);
}

static StrVec words(World *w)
{
    StrVec out = {0};
    *vec_push(&w->arena, &out) = word(w);
    *vec_push(&w->arena, &out) = word(w);
    return out;
}

static Context context(World *w)
{
    Context out = {0};
    *vec_push(&w->arena, &out.properties) = (ContextProperty){word(w), words(w), word(w)};
    return out;
}

static FindingInputs inputs(World *w)
{
    FindingInputs out = {.known = 0xffff,
                         .severity = SEVERITY_HIGH,
                         .level = LEVEL_MEDIUM,
                         .cvss = 9.8,
                         .av = 'A',
                         .epss = share(w),
                         .age = -3,
                         .automatable = true,
                         .exploit = {[EXPLOIT_POC] = true},
                         .code = CODE_LOADED,
                         .fix = FIX_WONTFIX};
    *vec_push(&w->arena, &out.seen) = (SeenBy){word(w), share(w)};
    return out;
}

/* Everything but what belongs to this subject. */
static Finding finding(World *w, const char *id)
{
    Finding out = {.kind = KIND_CVE,
                   .id = str_from(id),
                   .eco = word(w),
                   .unit = word(w),
                   .aliases = words(w),
                   .title = word(w),
                   .disputed = true,
                   .severity = SEVERITY_CRITICAL,
                   .severity_source = word(w),
                   .cvss = {word(w), word(w), word(w), 7.3, 'N'},
                   .epss = {share(w), share(w), day(w)},
                   .kev = {day(w), day(w), true},
                   .ssvc = {word(w), word(w), word(w), word(w)},
                   .deadline = {day(w), word(w)},
                   .cwes = words(w),
                   .status = STATUS_DEFERRED,
                   .fixed_in = words(w),
                   .mask = {word(w), word(w), day(w)},
                   .inputs = inputs(w),
                   .points = 1234};
    *vec_push(&w->arena, &out.places) = (Place){word(w), w->next++, LAYER_NONE};
    *vec_push(&w->arena, &out.evidence) = (Evidence){word(w), share(w), word(w), word(w)};
    return out;
}

static VerticalSide side(World *w)
{
    VerticalSide out = {
        .name = word(w), .context = context(w), .fixed = words(w), .escape = words(w)};
    *vec_push(&w->arena, &out.findings) = finding(w, "CVE-2024-0009");
    return out;
}

static Score score(World *w)
{
    Score out = {.known = true,
                 .raw = -5,
                 .combined = 412,
                 .exact = 4123,
                 .level = word(w),
                 .fixed = words(w)};
    *vec_push(&w->arena, &out.components) = (Component){word(w), 411.125};
    *vec_push(&w->arena, &out.contributions) = (Contribution){word(w), INT64_MAX, 17, 1};
    *vec_push(&w->arena, &out.contributions) = (Contribution){word(w), INT64_MIN, 3, UINT32_MAX};
    *vec_push(&w->arena, &out.best_fixes) =
        (BestFix){KIND_CONFIG, word(w), word(w), word(w), words(w), words(w), 77};
    return out;
}

static Inventory inventory(World *w)
{
    Inventory out = {.subject = {.kind = SUBJECT_IMAGE,
                                 .name = word(w),
                                 .os = {.id = word(w), .support_end = DATE_NONE},
                                 .created = day(w)}};
    *vec_push(&w->arena, &out.subject.layers) = (Layer){.digest = word(w), .size = 5};
    *vec_push(&w->arena, &out.executables) = (Executable){.path = word(w), .symbols = STR("abcd")};
    for (uint32_t i = 0; i < 3; i++)
        *vec_push(&w->arena, &out.packages) = (Package){.type = PACKAGE_DEB,
                                                        .id = word(w),
                                                        .name = word(w),
                                                        .confidence = 1,
                                                        .owner = PACKAGE_NONE,
                                                        .executable = EXECUTABLE_NONE};
    note_add(&w->arena, &out.notes, word(w), word(w));
    note_add(&w->arena, &out.notes, word(w), word(w));
    note_add(&w->arena, &out.incomplete, word(w), word(w));
    return out;
}

static void sample(World *w, Result *out)
{
    *out = (Result){.as_of = day(w),
                    .inventory = inventory(w),
                    .eol = {true, false, true, day(w)},
                    .database = {.version = word(w), .built = day(w), .seed = true},
                    .policy_hash = word(w),
                    .model = word(w),
                    .context = context(w),
                    .fixed = words(w),
                    .score = score(w),
                    .masked = UINT64_MAX,
                    .vertical = {.has_host = true, .host = side(w), .escape = words(w)}};
    *vec_push(&w->arena, &out->database.sources) = (DatabaseSource){word(w), word(w), 123456789};
    *vec_push(&w->arena, &out->findings) = finding(w, "CVE-2024-0001");
    *vec_push(&w->arena, &out->findings) = finding(w, "CVE-2024-0002");
    for (uint32_t i = 0; i < 3; i += 2)
        *vec_push(&w->arena, &out->findings.at[0].packages) = i;
    *vec_push(&w->arena, &out->findings.at[0].places) = (Place){word(w), 3, 0};
    *vec_push(&w->arena, &out->vertical.containers) = side(w);
    *vec_push(&w->arena, &out->vertical.members) = (VerticalMember){word(w), 1ll << 40};
}

static void world_init(World *w)
{
    *w = (World){0};
    arena_init(&w->arena);
    sample(w, &w->result);
    result_encode(&w->result, &w->bytes);
}

static void world_fini(World *w)
{
    buf_fini(&w->bytes);
    arena_fini(&w->arena);
}

/* What was kept of an inventory: before matching added to its notes, and without symbols. */
static Inventory kept(World *w, const Inventory *inventory)
{
    Inventory out = *inventory;
    out.executables = (ExecutableVec){0};
    for (size_t i = 0; i < inventory->executables.len; i++)
        *vec_push(&w->arena, &out.executables) = inventory->executables.at[i];
    inventory_forget_symbols(&out);
    out.notes = out.incomplete = (NoteVec){0};
    note_add(&w->arena, &out.notes, STR("read"), STR("before"));
    note_add(&w->arena, &out.incomplete, STR("read"), STR("before"));
    return out;
}

static bool decode_with(World *w, const Inventory *inventory, Str bytes, Result *out, Error *err)
{
    *out = (Result){.inventory = kept(w, inventory), .masked = 1};
    return result_decode(bytes, &w->arena, out, err);
}

static bool decode(World *w, Str bytes, Result *out)
{
    return decode_with(w, &w->result.inventory, bytes, out, NULL);
}

static bool is_empty(const Result *result)
{
    static const Result empty;
    return memcmp(result, &empty, sizeof empty) == 0;
}

/* Encodes and decodes; what came out is encoded to the same bytes. */
static bool survives(World *w, const Result *result, Result *out)
{
    Buf again CLEANUP(buf_fini) = {0};
    buf_clear(&w->bytes);
    result_encode(result, &w->bytes);
    Str bytes = arena_str(&w->arena, buf_str(&w->bytes)); /* *out looks into them */
    if (!decode_with(w, &result->inventory, bytes, out, NULL))
        return false;
    result_encode(out, &again);
    CHECK(str_eq(bytes, buf_str(&again)));
    return true;
}

/* --- what comes back --- */

static void check_strs(const StrVec *got, const StrVec *want)
{
    CHECK_INT(got->len, want->len);
    for (size_t i = 0; i < want->len; i++)
        CHECK_STR(got->at[i], want->at[i]);
}

#define SAME_STR(field) CHECK_STR(got->field, want->field)
#define SAME_INT(field) CHECK_INT(got->field, want->field)
#define SAME_BITS(field) CHECK(memcmp(&got->field, &want->field, sizeof got->field) == 0)

static void check_inputs(const FindingInputs *got, const FindingInputs *want)
{
    SAME_INT(known);
    SAME_INT(severity);
    SAME_INT(level);
    SAME_BITS(cvss);
    SAME_INT(av);
    SAME_BITS(epss);
    SAME_INT(age);
    SAME_INT(automatable);
    SAME_BITS(exploit);
    SAME_INT(code);
    SAME_INT(fix);
    SAME_INT(seen.len);
    SAME_STR(seen.at[0].scanner);
    SAME_BITS(seen.at[0].confidence);
}

static void check_finding(const Finding *got, const Finding *want)
{
    SAME_INT(kind);
    SAME_STR(id);
    SAME_STR(eco);
    SAME_STR(unit);
    check_strs(&got->aliases, &want->aliases);
    SAME_STR(title);
    SAME_INT(disputed);
    SAME_INT(severity);
    SAME_STR(severity_source);
    SAME_STR(cvss.version);
    SAME_STR(cvss.vector);
    SAME_STR(cvss.source);
    SAME_BITS(cvss.score);
    SAME_INT(cvss.av);
    SAME_BITS(epss.score);
    SAME_BITS(epss.percentile);
    SAME_INT(epss.date);
    SAME_INT(kev.added);
    SAME_INT(kev.due);
    SAME_INT(kev.ransomware);
    SAME_STR(ssvc.exploitation);
    SAME_STR(ssvc.automatable);
    SAME_STR(ssvc.technical_impact);
    SAME_STR(ssvc.decision);
    SAME_INT(deadline.date);
    SAME_STR(deadline.why);
    check_strs(&got->cwes, &want->cwes);
    SAME_INT(packages.len);
    for (size_t i = 0; i < want->packages.len; i++)
        SAME_INT(packages.at[i]);
    SAME_INT(places.len);
    for (size_t i = 0; i < want->places.len; i++) {
        SAME_STR(places.at[i].path);
        SAME_INT(places.at[i].line);
        SAME_INT(places.at[i].layer);
    }
    SAME_INT(status);
    check_strs(&got->fixed_in, &want->fixed_in);
    SAME_STR(mask.reason);
    SAME_STR(mask.author);
    SAME_INT(mask.until);
    SAME_STR(evidence.at[0].scanner);
    SAME_BITS(evidence.at[0].confidence);
    SAME_STR(evidence.at[0].why);
    SAME_STR(evidence.at[0].source);
    check_inputs(&got->inputs, &want->inputs);
    SAME_INT(points);
}

static void check_context(const Context *got, const Context *want)
{
    SAME_INT(properties.len);
    SAME_STR(properties.at[0].name);
    check_strs(&got->properties.at[0].values, &want->properties.at[0].values);
    SAME_STR(properties.at[0].why);
}

static void check_side(const VerticalSide *got, const VerticalSide *want)
{
    SAME_STR(name);
    SAME_INT(findings.len);
    check_finding(&got->findings.at[0], &want->findings.at[0]);
    check_context(&got->context, &want->context);
    check_strs(&got->fixed, &want->fixed);
    check_strs(&got->escape, &want->escape);
}

static void check_score(const Score *got, const Score *want)
{
    SAME_INT(known);
    SAME_INT(raw);
    SAME_INT(combined);
    SAME_INT(exact);
    SAME_STR(level);
    check_strs(&got->fixed, &want->fixed);
    SAME_INT(components.len);
    SAME_STR(components.at[0].name);
    SAME_BITS(components.at[0].score);
    SAME_INT(contributions.len);
    for (size_t i = 0; i < want->contributions.len; i++) {
        SAME_STR(contributions.at[i].key);
        SAME_INT(contributions.at[i].nanonats);
        SAME_INT(contributions.at[i].points);
        SAME_INT(contributions.at[i].finding);
    }
    SAME_INT(best_fixes.len);
    SAME_INT(best_fixes.at[0].kind);
    SAME_STR(best_fixes.at[0].eco);
    SAME_STR(best_fixes.at[0].unit);
    SAME_STR(best_fixes.at[0].action);
    check_strs(&got->best_fixes.at[0].packages, &want->best_fixes.at[0].packages);
    check_strs(&got->best_fixes.at[0].fixed_in, &want->best_fixes.at[0].fixed_in);
    SAME_INT(best_fixes.at[0].score_after);
}

static void check_result(const Result *got, const Result *want)
{
    SAME_INT(as_of);
    SAME_INT(eol.known);
    SAME_INT(eol.past);
    SAME_INT(eol.extended);
    SAME_INT(eol.date);
    SAME_STR(database.version);
    SAME_INT(database.built);
    SAME_INT(database.seed);
    SAME_INT(database.sources.len);
    SAME_STR(database.sources.at[0].name);
    SAME_STR(database.sources.at[0].modified);
    SAME_INT(database.sources.at[0].records);
    SAME_STR(policy_hash);
    SAME_STR(model);
    check_context(&got->context, &want->context);
    check_strs(&got->fixed, &want->fixed);
    check_score(&got->score, &want->score);
    SAME_INT(findings.len);
    for (size_t i = 0; i < want->findings.len; i++)
        check_finding(&got->findings.at[i], &want->findings.at[i]);
    SAME_INT(masked);
    SAME_INT(vertical.has_host);
    check_side(&got->vertical.host, &want->vertical.host);
    check_strs(&got->vertical.escape, &want->vertical.escape);
    SAME_INT(vertical.containers.len);
    check_side(&got->vertical.containers.at[0], &want->vertical.containers.at[0]);
    SAME_INT(vertical.members.len);
    SAME_STR(vertical.members.at[0].name);
    SAME_INT(vertical.members.at[0].raw);
}

TEST(a_result_comes_back_whole)
{
    World w CLEANUP(world_fini);
    Result out;
    world_init(&w);
    CHECK(survives(&w, &w.result, &out));
    check_result(&out, &w.result);
    CHECK_INT(out.inventory.packages.len, 3);
    CHECK_STR(out.inventory.packages.at[2].id, w.result.inventory.packages.at[2].id);
}

/* Matching adds to them: what stands in the result counts, not what was read. */
TEST(notes_come_back_and_the_rest_of_the_inventory_is_as_given)
{
    World w CLEANUP(world_fini);
    Result out;
    world_init(&w);
    const Inventory *was = &w.result.inventory, *is = &out.inventory;
    CHECK(survives(&w, &w.result, &out));
    CHECK_INT(is->notes.len, 2);
    for (size_t i = 0; i < 2; i++) {
        CHECK_STR(is->notes.at[i].what, was->notes.at[i].what);
        CHECK_STR(is->notes.at[i].why, was->notes.at[i].why);
    }
    CHECK_INT(is->incomplete.len, 1);
    CHECK_STR(is->incomplete.at[0].what, was->incomplete.at[0].what);
    CHECK_STR(is->incomplete.at[0].why, was->incomplete.at[0].why);
    CHECK(is->packages.at == was->packages.at && is->packages.len == was->packages.len);
    CHECK(is->subject.layers.at == was->subject.layers.at);
    CHECK_STR(is->subject.name, was->subject.name);
    CHECK_STR(is->executables.at[0].path, was->executables.at[0].path);
    w.result.inventory.notes.len = w.result.inventory.incomplete.len = 0;
    CHECK(survives(&w, &w.result, &out));
    CHECK_INT(is->notes.len + is->incomplete.len, 0);
}

TEST(nothing_else_of_the_inventory_is_written)
{
    World w CLEANUP(world_fini);
    Buf other CLEANUP(buf_fini) = {0};
    world_init(&w);
    Inventory *inventory = &w.result.inventory;
    inventory->packages.len = inventory->executables.len = inventory->subject.layers.len = 0;
    inventory->subject.name = STR("another");
    result_encode(&w.result, &other);
    CHECK(str_eq(buf_str(&other), buf_str(&w.bytes)));
}

TEST(strings_are_not_copied)
{
    World w CLEANUP(world_fini);
    Result out;
    world_init(&w);
    CHECK(decode(&w, buf_str(&w.bytes), &out));
    Str title = out.findings.at[1].title;
    CHECK(title.ptr > w.bytes.ptr && title.ptr + title.len < w.bytes.ptr + w.bytes.len);
}

TEST(an_empty_result_comes_back)
{
    World w CLEANUP(world_fini);
    Result empty = {.as_of = DATE_NONE, .eol.date = DATE_NONE, .database.built = DATE_NONE}, out;
    world_init(&w);
    empty.score.level = STR("UNKNOWN");
    CHECK(survives(&w, &empty, &out));
    CHECK(!out.score.known);
    CHECK_STR(out.score.level, STR("UNKNOWN"));
    CHECK_INT(out.as_of, DATE_NONE);
    CHECK_INT(out.eol.date, DATE_NONE);
    CHECK_INT(out.database.built, DATE_NONE);
    CHECK_INT(out.findings.len + out.vertical.containers.len + out.masked, 0);
}

TEST(what_is_not_known_stays_so)
{
    World w CLEANUP(world_fini);
    Result out;
    world_init(&w);
    Finding *f = &w.result.findings.at[0];
    f->epss.score = -1;
    f->epss.date = f->kev.added = f->kev.due = f->deadline.date = f->mask.until = DATE_NONE;
    f->cvss.av = '\0';
    f->inputs.av = '?';
    f->inputs.age = INT32_MIN;
    f->inputs.epss = -0.0;
    CHECK(survives(&w, &w.result, &out));
    check_result(&out, &w.result);
}

TEST(the_first_and_the_last_day_come_back)
{
    static const char *const days[] = {"0000-01-01", "1969-12-31", "1970-01-01", "9999-12-31"};
    World w CLEANUP(world_fini);
    Result out;
    world_init(&w);
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        w.result.as_of = date_parse(str_from(days[i]));
        CHECK(survives(&w, &w.result, &out));
        CHECK_STR(date_str(&w.arena, out.as_of), str_from(days[i]));
    }
}

/* --- what is refused --- */

TEST(every_cut_is_refused)
{
    World w CLEANUP(world_fini);
    Result out;
    world_init(&w);
    for (size_t len = 0; len < w.bytes.len; len++) {
        ArenaMark mark = arena_mark(&w.arena);
        CHECK(!decode(&w, str_head(buf_str(&w.bytes), len), &out));
        CHECK(is_empty(&out));
        arena_reset(&w.arena, mark);
    }
    buf_put_char(&w.bytes, '\0');
    CHECK(!decode(&w, buf_str(&w.bytes), &out));
}

/* An accepted one is sound, and stays what it is. */
TEST(every_flipped_byte_is_survived)
{
    World w CLEANUP(world_fini);
    Result out, again;
    world_init(&w);
    Buf bytes CLEANUP(buf_fini) = {0};
    buf_put(&bytes, buf_str(&w.bytes));
    unsigned refused = 0;
    for (size_t i = 0; i < bytes.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            ArenaMark mark = arena_mark(&w.arena);
            bytes.ptr[i] = (char)(bytes.ptr[i] ^ 1 << bit);
            if (decode(&w, buf_str(&bytes), &out)) {
                CHECK(survives(&w, &out, &again));
            } else {
                CHECK(is_empty(&out));
                refused++;
            }
            bytes.ptr[i] = (char)(bytes.ptr[i] ^ 1 << bit);
            arena_reset(&w.arena, mark);
        }
    CHECK(refused > bytes.len);
}

/* A lie that is encoded like the truth; its reason is the one that it was made for. */
#define LIE(change, reason)                                                                        \
    do {                                                                                           \
        World w;                                                                                   \
        Result out;                                                                                \
        Error err = {0};                                                                           \
        world_init(&w);                                                                            \
        Result *lie = &w.result;                                                                   \
        Finding *f = &lie->findings.at[0];                                                         \
        CHECK(decode(&w, buf_str(&w.bytes), &out));                                                \
        (void)f;                                                                                   \
        change;                                                                                    \
        buf_clear(&w.bytes);                                                                       \
        result_encode(lie, &w.bytes);                                                              \
        CHECK(!decode_with(&w, &lie->inventory, buf_str(&w.bytes), &out, &err));                   \
        CHECK_INT(err.code, ERR_FORMAT);                                                           \
        CHECK(is_empty(&out));                                                                     \
        CHECK(str_starts(str_from(err.message), STR("result refused at offset ")));                \
        if (!str_ends(str_from(err.message), STR(reason)))                                         \
            FAIL(err.message);                                                                     \
        world_fini(&w);                                                                            \
    } while (0)

TEST(an_index_out_of_range_is_refused)
{
    LIE(f->packages.at[1] = 3, "a package that is not there");
    LIE(f->packages.at[0] = UINT32_MAX, "a package that is not there");
    LIE(f->places.at[1].layer = 1, "a layer that is not there");
    LIE(lie->score.contributions.at[0].finding = 2,
        "a contribution of a finding that is not there");
    LIE(lie->score.contributions.at[0].finding = UINT32_MAX - 1,
        "a contribution of a finding that is not there");
}

/* Of an image with fewer packages or layers, the same bytes are a lie. */
TEST(indices_are_held_to_the_inventory_that_is_given)
{
    LIE(lie->inventory.packages.len = 2, "a package that is not there");
    LIE(lie->inventory.packages.len = 0, "a package that is not there");
    LIE(lie->inventory.subject.layers.len = 0, "a layer that is not there");
    World w CLEANUP(world_fini);
    Result out;
    world_init(&w);
    w.result.findings.at[0].packages.len = w.result.findings.at[0].places.len = 0;
    w.result.inventory.packages.len = w.result.inventory.subject.layers.len = 0;
    CHECK(survives(&w, &w.result, &out));
}

TEST(another_subjects_finding_names_nothing_of_ours)
{
    LIE(*vec_push(&w.arena, &lie->vertical.host.findings.at[0].packages) = 0,
        "another subject's finding with a package or a layer of this one");
    LIE(lie->vertical.host.findings.at[0].places.at[0].layer = 0,
        "another subject's finding with a package or a layer of this one");
    LIE(*vec_push(&w.arena, &lie->vertical.containers.at[0].findings.at[0].packages) = 2,
        "another subject's finding with a package or a layer of this one");
}

TEST(a_value_of_no_meaning_is_refused)
{
    LIE(f->kind = FINDING_KINDS, "a value of no meaning");
    LIE(f->severity = SEVERITIES, "a value of no meaning");
    LIE(f->status = FINDING_STATUSES, "a value of no meaning");
    LIE(f->inputs.severity = (Severity)1000, "a value of no meaning");
    LIE(f->inputs.level = LEVELS, "a value of no meaning");
    LIE(f->inputs.code = CODE_STATES, "a value of no meaning");
    LIE(f->inputs.fix = FIX_STATES, "a value of no meaning");
    LIE(lie->score.best_fixes.at[0].kind = FINDING_KINDS, "a value of no meaning");
    LIE(lie->score.combined = 1001, "a value of no meaning");
    LIE(lie->score.exact = -1, "a value of no meaning");
    LIE(f->inputs.av = 'X', "an attack vector of no known letter");
}

TEST(numbers_that_nothing_can_have_are_refused)
{
    LIE(f->epss.score = __builtin_nan(""), "a number that nothing here can have");
    LIE(f->epss.percentile = __builtin_inf(), "a number that nothing here can have");
    LIE(f->cvss.score = -1e9, "a number that nothing here can have");
    LIE(f->kev.due = INT32_MAX, "a day beyond all calendars");
    LIE(lie->as_of = DATE_NONE + 1, "a day beyond all calendars");
}

TEST(findings_of_one_key_are_in_order)
{
    World w CLEANUP(world_fini);
    Result out;
    world_init(&w);
    w.result.findings.at[1] = w.result.findings.at[0];
    CHECK(survives(&w, &w.result, &out));
    CHECK_INT(out.findings.len, 2);
}

TEST(findings_out_of_order_are_refused)
{
    LIE(f->id = STR("CVE-2024-0003"), "findings out of order");
    LIE(f->kind = KIND_SECRET, "findings out of order");
}

/* --- bytes that no encoder writes --- */

typedef struct Small {
    bool flag;
    bool flags[2];
    uint32_t number;
    int32_t whole;
    StrVec strs;
    Vec(Note) notes;
    Date day;
} Small;

#define NOTE_FIELDS(ROW, OF, ARRAY) ROW(STR, Note, what), ROW(STR, Note, why)
SHAPE(note, Note, NOTE_FIELDS);
#define SMALL_FIELDS(ROW, OF, ARRAY)                                                               \
    ROW(BOOL, Small, flag), ARRAY(BOOLS, Small, flags), ROW(U32, Small, number),                   \
        ROW(I32, Small, whole), ROW(STRS, Small, strs), OF(LIST, Small, notes, &note_shape),       \
        ROW(DATE, Small, day)
SHAPE(small, Small, SMALL_FIELDS);

static const char *small_refused(Str bytes, size_t *used)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Small out = {0};
    ShapeTake take = {.in = reader_of(bytes), .arena = &arena};
    shape_take(&take, &small_shape, &out);
    *used = arena.used;
    return reader_ok(&take.in) ? "" : take.why ? take.why : "cut short";
}

TEST(damaged_bytes_are_refused)
{
    static const struct {
        Str bytes;
        const char *why;
    } rows[] = {
        {STR_INIT("\1\0\1\5\1\1\1x\1\1a\1b\0"), ""},
        {STR_INIT("\1\0\1\5\1\1\1x\1\1a\1b\x81\x80\x80\x80\x20"), "a day beyond all calendars"},
        {STR_INIT("\2\0\1\5\1\1\1x\1\1a\1b"), "a truth value that is neither"},
        {STR_INIT("\1\0\2\5\1\1\1x\1\1a\1b"), "a truth value that is neither"},
        {STR_INIT("\1\0\1\x80\x80\x80\x80\x10\1\0\0"), "a number out of range"},
        {STR_INIT("\1\0\1\5\x80\x80\x80\x80\x10\0\0"), "a number out of range"},
        {STR_INIT("\1\0\1\5\1\7\1x\1\1a"), "a count beyond what is there"},
        {STR_INIT("\1\0\1\5\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"),
         "a count beyond what is there"},
        {STR_INIT("\1\0\1\5\1\0\3\1a\1b\1"),
         "a count beyond what is there"}, /* of two bytes each */
        {STR_INIT("\1\0\1\5\1\0\1\1a\7b"), "cut short"},
        {STR_INIT("\1\0\1\5\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"), "cut short"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t used;
        CHECK_STR(str_from(small_refused(rows[i].bytes, &used)), str_from(rows[i].why));
        CHECK(used <= 64); /* nothing to speak of for a count that lies */
    }
}

TEST(a_refusal_says_where)
{
    World w CLEANUP(world_fini);
    Result out;
    Error err = {0};
    world_init(&w);
    const Inventory *inventory = &w.result.inventory;
    w.bytes.ptr[0] = 'B';
    CHECK(!decode_with(&w, inventory, buf_str(&w.bytes), &out, &err));
    CHECK_STR(str_from(err.message), STR("result refused at offset 5: no result of this form"));
    CHECK(is_empty(&out));
    w.bytes.ptr[0] = 'A';
    w.bytes.ptr[4] = '1'; /* the form that held an inventory */
    CHECK(!decode_with(&w, inventory, buf_str(&w.bytes), &out, &err));
    CHECK_STR(str_from(err.message), STR("result refused at offset 5: no result of this form"));
    CHECK(!decode_with(&w, inventory, STR("ARES2\7\1a\1b"), &out, &err));
    CHECK_STR(str_from(err.message),
              STR("result refused at offset 6: a count beyond what is there"));
    CHECK(!decode_with(&w, inventory, STR("ARES"), &out, &err));
}

/* Sanitizers and the fuzzer watch the rest: here, that much is decoded at all. */
TEST(a_large_result_comes_back)
{
    World w CLEANUP(world_fini);
    Result out;
    world_init(&w);
    enum { FINDINGS = 3000 };
    Finding one = w.result.findings.at[1];
    for (uint32_t i = 0; i < FINDINGS; i++) {
        one.id = arena_printf(&w.arena, "CVE-2025-%05u", i);
        *vec_push(&w.arena, &w.result.findings) = one;
    }
    CHECK(survives(&w, &w.result, &out));
    CHECK_INT(out.findings.len, FINDINGS + 2);
    CHECK_INT(out.findings.cap, FINDINGS + 2); /* reserved once */
    CHECK_STR(out.findings.at[FINDINGS + 1].id, STR("CVE-2025-02999"));
}
