/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "test.h"
#include "versions/range.h"

static const struct {
    const char *range, *version;
    char want; /* in, out, malformed: + - ! */
} FACTS[] = {
    {"1.2.", "1.2.0", '!'},
    {"^^1", "1.2.0", '!'},
    {"1.2.3 - ", "1.2.3", '!'},
    {">=1.2.3.4", "1.2.3", '!'},
    {"1 || latest", "1.2.3", '!'},
    {"*", "1.2", '!'},
    {"*", "", '!'},
    {"*", "9007199254740992.0.0", '!'},
    {"8.x || ^7.10.1 || >=4 <5", "8.9.4", '+'},
    {"8.x || ^7.10.1 || >=4 <5", "7.10.0", '-'},
    {"8.x || ^7.10.1 || >=4 <5", "v7.99.0", '+'},
    {"8.x || ^7.10.1 || >=4 <5", "4.0.0", '+'},
    {"8.x || ^7.10.1 || >=4 <5", "5.0.0", '-'},
    {"< 10.14.0", "10.13.9", '+'},
    {">= 10.14", "10.14.0", '+'},
    {"", "1.0.0", '+'},
    {"||", "1.0.0", '+'},
    {"*", "1.0.0-rc.1", '-'},
    {"=1.2.3", "1.2.3+build", '+'},
    {">1.2", "1.2.9", '-'},
    {">1.2", "1.3.0", '+'},
    {"<=1.2", "1.2.9", '+'},
    {"<1.2", "1.2.0-rc.1", '-'},
    {"<*", "0.0.0", '-'},
    {"1.2 - 2.3", "2.3.9", '+'},
    {"1.2 - 2.3", "2.4.0", '-'},
    {"1.2 - 2.3.4", "2.3.5", '-'},
    {"~1.2.3", "1.2.2", '-'},
    {"~1.2.3", "1.2.9", '+'},
    {"~1", "1.9.0", '+'},
    {"~> 1.2", "1.3.0", '-'},
    {"^0.2.3", "0.2.9", '+'},
    {"^0.2.3", "0.3.0", '-'},
    {"^0.0.3", "0.0.4", '-'},
    {"^0", "0.9.9", '+'},
    {"^0.0", "0.0.9", '+'},
    {"^0.0", "0.1.0", '-'},
    {"^1.2.3-beta.2", "1.2.3-beta.4", '+'},
    {"^1.2.3-beta.2", "1.2.4-beta.4", '-'},
    {"^1.2.3-beta.2", "1.2.3-beta.1", '-'},
    {"~0.0.1-beta", "0.0.1", '+'},
};

TEST(range_facts)
{
    for (size_t i = 0; i < COUNT_OF(FACTS); i++) {
        bool has = false;
        bool ok = semver_range_has(str_from(FACTS[i].range), str_from(FACTS[i].version), &has);
        char got = !ok ? '!' : has ? '+' : '-';
        if (got != FACTS[i].want) {
            fprintf(stderr, "%s in %s: %c\n", FACTS[i].version, FACTS[i].range, got);
            FAIL("the range holds");
        }
    }
}

TEST(range_malformed_leaves_answer_alone)
{
    bool has = true;
    CHECK(!semver_range_has(STR("1.x || nonsense"), STR("2.0.0"), &has));
    CHECK(has);
}

TEST(range_clean)
{
    CHECK_STR(semver_clean(STR("")), STR(""));
    CHECK_STR(semver_clean(STR("v")), STR(""));
    CHECK_STR(semver_clean(STR(" =v4.17.20 ")), STR("4.17.20"));
    CHECK_STR(semver_clean(STR("v4.17.20")), STR("4.17.20"));
    CHECK_STR(semver_clean(STR("latest")), STR("latest"));
}
