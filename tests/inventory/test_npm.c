/* SPDX-License-Identifier: Apache-2.0 */
#include "lang.h"

extern const Cataloger cataloger_npm;

/* Rule 43: only where Node.js looks, only at a package's root. */
TEST(rule_43_what_is_not_installed_does_not_count)
{
    static const char *const paths[] = {
        "package.json",
        "app/package.json",
        "root/.vscode/extensions/x/package.json",
        "app/node_modules/package.json",
        "app/node_modules/lodash/fp/package.json",
        "app/node_modules/resolve/test/fixtures/package.json",
        "app/node_modules/@babel/core/lib/package.json",
        "app/node_modules/.package-lock.json",
        "app/node_modules/.cache/package.json",
    };
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        CHECK(!cataloger_npm.wants_path(str_from(paths[i]), desk_base(str_from(paths[i]))));
}

TEST(rule_43_npm_lists_what_is_installed)
{
    static const struct {
        const char *path, *text, *want;
    } facts[] = {
        {"a/node_modules/lodash/package.json", "{\"name\":\"lodash\",\"version\":\"4.17.15\"}",
         "lodash 4.17.15"},
        {"node_modules/@babel/core/package.json",
         "\xef\xbb\xbf{\"version\":\"7.0.0\",\"name\":\"@babel/core\"}", "@babel/core 7.0.0"},
        {"a/node_modules/.pnpm/ms@2.0.0/node_modules/ms/package.json",
         "{\"name\":\"ms\",\"version\":\"2.0.0\"}", "ms 2.0.0"},
        {"a/node_modules/b/node_modules/c/package.json", "{\"version\":\"1.0.0\"}", "c 1.0.0"},
        {"node_modules/@s/nameless/package.json", "{\"version\":\"1.0.0\"}", "@s/nameless 1.0.0"},
        {"usr/share/nodejs/semver/package.json", "{\"name\":\"semver\",\"version\":\"v7.3.5\"}",
         "semver v7.3.5"},
        {"node_modules/npm/package.json", "{\"name\":\"npm\",\"version\":\"6.0.0\"}", "npm 6.0.0"},
        {"node_modules/alias/package.json", "{\"name\":\"real\",\"version\":\"1.0.0\"}",
         "real 1.0.0"},
    };
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        CHECK(desk_push(&d, &cataloger_npm, str_from(facts[i].path), str_from(facts[i].text)));
        CHECK_STR(desk_package(&d, i), str_from(facts[i].want));
    }
    CHECK_INT(d.sink.incomplete.len, 0);
}

TEST(npm_passes_over_what_cannot_be_a_package)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    Str path = STR("node_modules/a/package.json");
    desk_push(&d, &cataloger_npm, path, STR("{\"name\":\"a\"}"));
    desk_push(&d, &cataloger_npm, path, STR("{\"name\":\"a b\",\"version\":\"1.0.0\"}"));
    desk_push(&d, &cataloger_npm, path, STR("{\"name\":\"@a\",\"version\":\"1.0.0\"}"));
    desk_push(&d, &cataloger_npm, path, STR("{\"name\":\"../a\",\"version\":\"1.0.0\"}"));
    desk_push(&d, &cataloger_npm, path, STR("{\"name\":\"a\",\"version\":\"1.0\\n0\"}"));
    CHECK_INT(d.sink.packages.len, 0);
    CHECK_INT(d.sink.notes.len, 2);
    CHECK_INT(d.sink.incomplete.len, 0);
    desk_push(&d, &cataloger_npm, path, STR("not JSON"));
    CHECK_INT(d.sink.incomplete.len, 1);
}

TEST(npm_keeps_what_stands_before_an_error)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    desk_push(&d, &cataloger_npm, STR("node_modules/a/package.json"),
              STR("{\"name\":\"a\",\"version\":\"1.0.0\",\"x\":"));
    CHECK_STR(desk_package(&d, 0), STR("a 1.0.0"));
    CHECK_INT(d.sink.incomplete.len, 1);
}

TEST(npm_reads_every_way_of_naming_a_licence)
{
    static const struct {
        const char *text;
        size_t count;
    } facts[] = {
        {"\"license\":\"MIT\"", 1},
        {"\"license\":{\"type\":\"MIT\",\"url\":\"u\"}", 1},
        {"\"licenses\":[{\"type\":\"MIT\"},{\"type\":\"GPL-2.0\"}]", 2},
        {"\"licenses\":[\"MIT\",\"MIT\"]", 1},
        {"\"license\":7", 0},
        {"\"license\":[[\"MIT\"]]", 0},
    };
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        Str text =
            arena_printf(&d.arena, "{\"name\":\"a\",%s,\"version\":\"1.0.0\"}", facts[i].text);
        desk_push(&d, &cataloger_npm, STR("node_modules/a/package.json"), text);
        CHECK_INT(d.sink.packages.at[i].licences.len, facts[i].count);
    }
    CHECK_STR(d.sink.packages.at[1].licences.at[0], STR("MIT"));
}

TEST(packages_have_a_limit)
{
    Desk d CLEANUP(desk_fini);
    desk_init(&d);
    d.limits.packages = 2;
    for (int i = 0; i < 5; i++)
        desk_push(&d, &cataloger_npm, STR("node_modules/a/package.json"),
                  STR("{\"name\":\"a\",\"version\":\"1.0.0\"}"));
    CHECK_INT(d.sink.packages.len, 2);
    CHECK_INT(d.sink.incomplete.len, 1);
}
