/* SPDX-License-Identifier: Apache-2.0 */
#include "lang.h"

extern const Cataloger cataloger_composer;

static const Str path = STR_INIT("app/vendor/composer/installed.json");

TEST(composer_ignores_other_files_of_that_name)
{
    CHECK(!cataloger_composer.wants_path(STR("app/installed.json"), STR("installed.json")));
    CHECK(!cataloger_composer.wants_path(STR("installed.json"), STR("installed.json")));
}

/* Rule 44. */
TEST(rule_44_composer_reads_both_formats)
{
    static const char *const texts[] = {
        "[{\"name\":\"symfony/http-kernel\",\"version\":\"v4.4.0\",\"license\":[\"MIT\"]},"
        "{\"name\":\"a/b\",\"version\":\"dev-master\",\"license\":\"MIT\"}]",
        "{\"packages\":[{\"name\":\"symfony/"
        "http-kernel\",\"version\":\"v4.4.0\",\"license\":[\"MIT\"]"
        "},{\"name\":\"a/b\",\"version\":\"dev-master\"}],\"dev\":true,"
        "\"dev-package-names\":[\"a/b\"]}",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        Desk d CLEANUP(desk_fini);
        desk_init(&d);
        CHECK(desk_push(&d, &cataloger_composer, path, str_from(texts[i])));
        CHECK_INT(d.sink.packages.len, 2);
        CHECK_STR(desk_package(&d, 0), STR("symfony/http-kernel v4.4.0"));
        CHECK_STR(desk_package(&d, 1), STR("a/b dev-master"));
        CHECK_STR(d.sink.packages.at[0].licences.at[0], STR("MIT"));
        CHECK_INT(d.sink.incomplete.len, 0);
    }
}

TEST(composer_says_what_it_cannot_read)
{
    static const char *const texts[] = {"", "7", "[{\"name\":\"a/b\",\"version\":\"1.0\"},", "{]"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        Desk d CLEANUP(desk_fini);
        desk_init(&d);
        desk_push(&d, &cataloger_composer, path, str_from(texts[i]));
        CHECK_INT(d.sink.incomplete.len, 1);
        CHECK_INT(d.sink.packages.len, i == 2);
    }
}
