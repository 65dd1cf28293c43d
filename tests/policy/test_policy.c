/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/fd.h"
#include "base/json.h"
#include "policy/policy.h"
#include "test.h"

static Str refusal(const char *text, Arena *arena)
{
    Error err = {0};
    const Policy *policy;
    if (policy_load(str_from(text), STR("p.toml"), arena, &policy, &err))
        return STR("accepted");
    CHECK_INT(err.code, ERR_USAGE);
    return arena_str(arena, error_message(&err));
}

TEST(policy_refuses)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"x = ", "p.toml: line 1: not a value: ''"},
        {"\nalfa = 2", "p.toml: line 2: unknown key 'alfa'"},
        {"floor.huge = .1", "p.toml: line 1: not a value: '.1'"},
        {"floor.huge = 0.1", "p.toml: line 1: unknown key 'floor.huge'"},
        {"floor.high = 0.51", "p.toml: line 1: 'high' must be a number from 0 to 0.5"},
        {"floor.high = nan", "p.toml: line 1: 'high' must be a number from 0 to 0.5"},
        {"floor = 1", "p.toml: line 1: 'floor' must be a table"},
        {"alpha = 0.5", "p.toml: line 1: 'alpha' must be a number from 1 to 64"},
        {"alpha = '2'", "p.toml: line 1: 'alpha' must be a number from 1 to 64"},
        {"p_max = 1", "p.toml: line 1: 'p_max' must be a number from 0 to below 1"},
        {"evidence.kev = 1.0", "p.toml: line 1: 'kev' must be a number from 0 to below 1"},
        {"escape.privileged = -0.1",
         "p.toml: line 1: 'privileged' must be a number from 0 to below 1"},
        {"weight.cve = -1", "p.toml: line 1: 'cve' must be a number from 0 to 1000"},
        {"weight.cve = inf", "p.toml: line 1: 'cve' must be a number from 0 to 1000"},
        {"bands = []", "p.toml: line 1: 'bands' must be 1 to 8 pairs"},
        {"bands = [['A', 5], ['B', 5]]", "p.toml: line 1: 'bands' must ascend"},
        {"bands = [['A', 0]]", "p.toml: line 1: '' must be a whole number from 1 to 1000"},
        {"age = [[10, 1], [5, 1]]", "p.toml: line 1: 'age' must ascend"},
        {"age = [[10]]", "p.toml: line 1: '': an array of two is expected"},
        {"ctx_clamp = [2, 4]", "p.toml: line 1: '' must be a number from 0 to 1"},
        {"level.config.high = [0.5, 1.5]", "p.toml: line 1: '' must be a number from 0 to 1"},
        {"level.cve.high = [0, 0]", "p.toml: line 1: unknown key 'level.cve'"},
        {"level.config.huge = [0, 0]", "p.toml: line 1: unknown key 'config.huge'"},
        {"[context.exposure]\ninternet = {'av:X' = 2}",
         "p.toml: line 2: unknown key 'internet.av:X'"},
        {"context.exposure.internet.host = 2", "p.toml: line 1: unknown key 'internet.host'"},
        {"context.exposure.internet.self = 2", "p.toml: line 1: unknown key 'internet.self'"},
        {"context.exposure.internet.cve = -1",
         "p.toml: line 1: 'cve' must be a number from 0 to 1000"},
        {"context.code.sleeping.self = 1", "p.toml: line 1: unknown key 'code.sleeping'"},
        {"context.mission.high = {}",
         "p.toml: line 1: 'mission' is for the SSVC tree: it multiplies nothing"},
        {"fixed.wan = 1", "p.toml: line 1: unknown key 'fixed.wan'"},
        {"labels.bad = 'worse'", "p.toml: line 1: 'bad': unknown word 'worse'"},
        {"cvss.low = 8", "p.toml: 'cvss' must ascend from low to critical"},
        {"missing.epss = 0", "p.toml: line 1: unknown key 'missing.epss'"},
        {"missing.av = 'X'", "p.toml: line 1: 'av': unknown word 'X'"},
        {"missing.age = 1.5", "p.toml: line 1: 'age' must be a whole number from 0 to 2147483647"},
        {"confidence.range = 1", "p.toml: line 1: 'range' must be a number from 0 to below 1"},
        {"end_of_life.ended = 'bad'", "p.toml: line 1: 'ended': unknown word 'bad'"},
        {"deadline.yes.total.days = 1", "p.toml: line 1: unknown key 'deadline.yes'"},
        {"deadline.yyy.all.days = 1", "p.toml: line 1: unknown key 'yyy.all'"},
        {"deadline.yyy.total.days = -1",
         "p.toml: line 1: 'days' must be a whole number from 0 to 36500"},
        {"ssvc.none.no.total = ['Track']",
         "p.toml: line 1: three decisions are expected, for a low, medium and high mission"},
        {"ssvc.none.no.total = ['Track', 'Track', 'Wait']",
         "p.toml: line 1: a decision is one of Track, Track*, Attend and Act"},
        {"ssvc.none.maybe = {}", "p.toml: line 1: unknown key 'none.maybe'"},
    };
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(refusal(rows[i].text, &arena), str_from(rows[i].want));
}

TEST(policy_overrides_single_values)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Policy *plain, *mine;
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &arena, &plain, &err));
    REQUIRE_OK(policy_load(STR("evidence.kev = 0.8\n"
                               "deadline.yyy.total = { days = 1 }\n"
                               "[context.exposure]\ninternet = { 'av:N' = 2 }\n"
                               "partner = { 'av:N' = 1.1 }\n[labels]\nImportant = 'critical'\n"),
                           STR("p.toml"), &arena, &mine, &err));
    CHECK(fabs(mine->evidence[EXPLOIT_KEV] - 0.8) < 1e-12);
    CHECK(fabs(mine->evidence[EXPLOIT_POC] - plain->evidence[EXPLOIT_POC]) < 1e-12);
    CHECK_INT(mine->deadlines[1][1][1][IMPACT_TOTAL].days, 1);
    CHECK(!mine->deadlines[1][1][1][IMPACT_TOTAL].forensics);
    CHECK_INT(mine->deadlines[1][1][1][IMPACT_PARTIAL].days, 3);
    const ContextValue *internet = policy_context_find(mine, STR("exposure"), STR("internet"));
    CHECK_INT(internet->effects.len, 3);
    CHECK(policy_context_find(mine, STR("exposure"), STR("partner")));
    CHECK(!policy_context_find(plain, STR("exposure"), STR("partner")));
    CHECK_INT(policy_severity(mine, STR("IMPORTANT"), 0), SEVERITY_CRITICAL);
    CHECK(!str_eq(mine->hash, plain->hash));
}

TEST(policy_hash_is_of_what_it_says)
{
    static const char *same[] = {
        "",
        "# nothing\n",
        "evidence.kev = 0.75",
        "[evidence]\nkev = 75e-2\nepss = 0.5",
        "[context.data]\nlow = {'*' = 0.9}\nhigh = {'*' = 1.30}\n[context.code]\nloaded.self = 1.5",
    };
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Policy *plain, *other;
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &arena, &plain, &err));
    CHECK(str_starts(plain->hash, STR("sha256:")) && plain->hash.len == 71);
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        REQUIRE_OK(policy_load(str_from(same[i]), STR("p.toml"), &arena, &other, &err));
        CHECK_STR(other->hash, plain->hash);
    }
    REQUIRE_OK(
        policy_load(STR("[context.data]\nlow = {cve = 0.9}"), STR("p.toml"), &arena, &other, &err));
    CHECK(!str_eq(other->hash, plain->hash));
}

/* What is compiled in is what the file says. */
TEST(policy_compiled_is_the_file)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf compiled CLEANUP(buf_fini) = {0}, parsed CLEANUP(buf_fini) = {0};
    Error err = {0};
    const Policy *plain, *read;
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &arena, &plain, &err));
    REQUIRE_OK(policy_load(STR("\n"), STR("p.toml"), &arena, &read, &err));
    CHECK(plain != read);
    policy_write_json(plain, 2, &compiled);
    policy_write_json(read, 2, &parsed);
    CHECK_STR(buf_str(&compiled), buf_str(&parsed));
    CHECK_STR(plain->hash, read->hash);
    CHECK(compiled.len > 5000);
}

TEST(policy_severity_of_words)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Policy *policy;
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &arena, &policy, &err));
    CHECK_INT(policy_severity(policy, STR("bogus"), 0), SEVERITY_UNKNOWN);
    CHECK_INT(policy_severity(policy, STR("bogus"), 7.5), SEVERITY_HIGH);
    CHECK_INT(policy_severity(policy, STR(" Moderate "), 9.8), SEVERITY_MEDIUM);
    CHECK_INT(policy_severity(policy, STR("untriaged"), 9.8), SEVERITY_CRITICAL);
    CHECK_INT(policy_severity(policy, STR("not yet assigned"), 0), SEVERITY_UNKNOWN);
}

TEST(policy_context_words)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Policy *policy;
    Context good = {0}, property = {0}, value = {0}, code = {0}, mission = {0};
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &arena, &policy, &err));
    context_set(&arena, &good, STR("exposure"), STR("internet"), (Str){0});
    context_add(&arena, &good, STR("mitigation"), STR("waf"), (Str){0});
    context_add(&arena, &good, STR("mitigation"), STR("netpol"), (Str){0});
    context_set(&arena, &good, STR("mission"), STR("high"), (Str){0});
    REQUIRE_OK(policy_context_check(policy, &good, &err));
    context_set(&arena, &property, STR("exposed"), STR("internet"), (Str){0});
    CHECK(!policy_context_check(policy, &property, &err));
    CHECK(str_contains(error_message(&err), STR("known: data, environment, exposure")));
    context_set(&arena, &value, STR("data"), STR("secret"), (Str){0});
    CHECK(!policy_context_check(policy, &value, &err));
    CHECK_STR(error_message(&err),
              STR("context data: unknown value 'secret'; known: high, low, normal"));
    context_set(&arena, &code, STR("code"), STR("loaded"), (Str){0});
    CHECK(!policy_context_check(policy, &code, &err));
    context_set(&arena, &mission, STR("mission"), STR("vital"), (Str){0});
    CHECK(!policy_context_check(policy, &mission, &err));
}

TEST(policy_bands)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Policy *policy;
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &arena, &policy, &err));
    CHECK_STR(policy_band(policy, 0), STR("NONE"));
    CHECK_STR(policy_band(policy, 1), STR("LOW"));
    CHECK_STR(policy_band(policy, 499), STR("LOW"));
    CHECK_STR(policy_band(policy, 850), STR("SEVERE"));
}

TEST(policy_json_is_valid)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf text CLEANUP(buf_fini) = {0};
    Error err = {0};
    const Policy *policy;
    Json json;
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &arena, &policy, &err));
    policy_write_json(policy, 2, &text);
    json_init(&json, buf_str(&text), &arena);
    json_skip(&json);
    REQUIRE_OK(json_finish(&json, &err));
}

/* With Python's jsonschema, where this machine has it: all that the default says is allowed. */
TEST(policy_meets_its_schema)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf text CLEANUP(buf_fini) = {0};
    Error err = {0};
    const Policy *policy;
    if (system("python3 -W ignore -c 'import jsonschema' 2>/dev/null") != 0)
        test_skip("python3 has no jsonschema here");
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, &arena, &policy, &err));
    policy_write_json(policy, 2, &text);
    Str path = arena_join(&arena, test_folder(&arena), STR("/policy.json"));
    REQUIRE_OK(file_write_atomic(path, buf_str(&text), &err));
    Str command =
        arena_printf(&arena,
                     "python3 -W ignore -c 'import json,sys,jsonschema\n"
                     "s=json.load(open(sys.argv[1]))\n"
                     "v=jsonschema.Draft202012Validator(s)\n"
                     "v.check_schema(s)\n"
                     "v.validate(json.load(open(sys.argv[2])))\n"
                     "for bad in [{\"alfa\":1},{\"p_max\":1},{\"context\":{\"mission\":{}}}]:\n"
                     " assert not v.is_valid(bad)' '" STR_FMT "' '" STR_FMT "'",
                     STR_ARG(test_source(&arena, "docs/schema/policy.schema.json")), STR_ARG(path));
    CHECK_INT(system(arena_c_str(&arena, command)), 0);
}
