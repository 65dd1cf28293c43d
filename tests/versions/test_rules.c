/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered rules of docs/matching-rules.md that are about the order of versions. The pairs of
 * tests/versions/NAME.txt say more. */
#include "base/compiler.h"
#include "test.h"
#include "versions/version.h"

typedef struct Fact {
    const char *a;
    VersionOrder order;
    const char *b;
} Fact;

static void check_facts(const char *name, const Fact *facts, size_t count)
{
    const VersionScheme *scheme = version_scheme_find(str_from(name));
    CHECK(scheme != NULL);
    for (size_t i = 0; scheme && i < count; i++) {
        Str a = str_from(facts[i].a), b = str_from(facts[i].b);
        VersionOrder order = version_compare(scheme, a, b), back = version_compare(scheme, b, a);
        if (order != facts[i].order || back != -facts[i].order)
            fprintf(stderr, "%s: %s and %s\n", name, facts[i].a, facts[i].b);
        CHECK_INT(order, facts[i].order);
        CHECK_INT(back, -(int)facts[i].order);
    }
}

/* As rpmdev-vercmp has it; a caret and a zero tail are where others go wrong. */
TEST(rule_27_rpm_tilde_and_caret)
{
    static const Fact facts[] = {
        {"1.0~rc1", VERSION_LESS, "1.0"},          {"1.0~rc1", VERSION_LESS, "1.0~rc2"},
        {"1.0^", VERSION_GREATER, "1.0"},          {"1.0^20160101", VERSION_LESS, "1.0.1"},
        {"1.0^git1", VERSION_GREATER, "1.0"},      {"1.0^git1~pre", VERSION_LESS, "1.0^git1"},
        {"1.0~rc1^git1", VERSION_LESS, "1.0"},     {"1.0", VERSION_LESS, "1.0.0"},
        {"1.0^git1-1", VERSION_GREATER, "1.0-99"}, {"1.0-1.el9", VERSION_EQUAL, "0:1.0-1.el9"},
    };
    check_facts("rpm", facts, COUNT_OF(facts));
}

TEST(rule_34_apk_suffixes)
{
    static const Fact facts[] = {
        {"1.0_alpha", VERSION_LESS, "1.0_beta"},
        {"1.0_beta", VERSION_LESS, "1.0_pre"},
        {"1.0_pre", VERSION_LESS, "1.0_rc"},
        {"1.0_rc9", VERSION_LESS, "1.0"},
        {"1.0", VERSION_LESS, "1.0_cvs"},
        {"1.0_cvs", VERSION_LESS, "1.0_svn"},
        {"1.0_svn", VERSION_LESS, "1.0_git"},
        {"1.0_git", VERSION_LESS, "1.0_hg"},
        {"1.0_hg", VERSION_LESS, "1.0_p"},
        {"1.0_p1-r0", VERSION_GREATER, "1.0-r9"},
        {"1.0a", VERSION_GREATER, "1.0"},
        {"1.0a", VERSION_LESS, "1.0b"},
        {"8.2.0015", VERSION_LESS, "8.2.002"},
        {"8.2.15", VERSION_GREATER, "8.2.2"},
        {"1.0~12ab", VERSION_LESS, "1.0~12ac"},
        {"1.0-r9", VERSION_LESS, "1.0-r10"},
        {"1.1.1w-r1", VERSION_GREATER, "1.1.1v-r9"},
    };
    check_facts("apk", facts, COUNT_OF(facts));
}

/* What rule 40 needs of them: a pseudo-version stands by its base and its time. */
TEST(rule_40_go_pseudo_versions)
{
    static const Fact facts[] = {
        {"v0.0.0-20210921155107-089bfa567519", VERSION_LESS, "0.0.0-20220314234659-1baeb1ce4c0b"},
        {"v1.2.4-0.20200101000000-abcdefabcdef", VERSION_LESS, "1.2.4"},
        {"v1.2.4-0.20200101000000-abcdefabcdef", VERSION_GREATER, "1.2.3"},
        {"v2.0.0+incompatible", VERSION_EQUAL, "2.0.0"},
        {"v1.2.3+dirty", VERSION_EQUAL, "1.2.3"},
        {"1.21.0-rc.2", VERSION_LESS, "1.21.0"},
        {"v1.10.0", VERSION_GREATER, "1.9.0"},
    };
    check_facts("go", facts, COUNT_OF(facts));
}
