/* SPDX-License-Identifier: Apache-2.0 */
/* The numbered rules of docs/matching-rules.md that concern what records say and what is known about
 * a vulnerability. */
#include "scene.h"

TEST(rule_46_aliases_are_one_finding)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    static const char *const records[] = {
        "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"aliases\":[\"CVE-2024-0001\"],\"affected\":[{"
        "\"package\":{"
        "\"ecosystem\":\"PyPI\",\"name\":\"foo\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{"
        "\"introduced\":\"0\"},{\"fixed\":\"2\"}]}]}]}",
        "{\"id\":\"PYSEC-2024-1\",\"aliases\":[\"GHSA-aaaa-bbbb-cccc\"],\"affected\":[{\"package\":"
        "{"
        "\"ecosystem\":\"PyPI\",\"name\":\"foo\"},\"versions\":[\"1.0\"]},{\"package\":{"
        "\"ecosystem\":\"PyPI\",\"name\":\"bar\"},\"versions\":[\"1.0\"]}]}"};
    scene_osv(&s, records[0]);
    scene_osv(&s, records[1]);
    scene_package(&s, PACKAGE_PYPI, "foo", "1.0");
    scene_match(&s);
    CHECK_INT(s.findings.len, 1);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->aliases.len == 2 && f->evidence.len == 2);
    CHECK_STR(f->aliases.at[0], STR("GHSA-aaaa-bbbb-cccc"));
    CHECK(f->inputs.seen.len == 1 && f->inputs.seen.at[0].confidence > .94);
    scene_package(&s, PACKAGE_PYPI, "bar", "1.0"); /* another package is another finding */
    scene_match(&s);
    CHECK_INT(s.findings.len, 2);
}

TEST(rule_47_withdrawn_rejected_disputed)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s,
              "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"withdrawn\":\"2024-01-01T00:00:00Z\","
              "\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"foo\"},\"versions\":["
              "\"1.0.0\"]}]}");
    scene_fix(&s, "CVE-2024-0001", "npm", "foo", "2.0.0");
    scene_fix(&s, "CVE-2024-0002", "npm", "foo", "2.0.0");
    scene_file(
        &s, "nvd/nvdcve-2.0-2024.json",
        "{\"format\":\"NVD_CVE\",\"version\":\"2.0\",\"vulnerabilities\":["
        "{\"cve\":{\"id\":\"CVE-2024-0001\",\"vulnStatus\":\"Rejected\",\"published\":"
        "\"2024-01-01T00:00:00.000\",\"descriptions\":[{\"lang\":\"en\",\"value\":\"Rejected "
        "reason: none\"}]}},{\"cve\":{\"id\":\"CVE-2024-0002\",\"vulnStatus\":\"Analyzed\","
        "\"published\":\"2024-01-01T00:00:00.000\",\"cveTags\":[{\"sourceIdentifier\":\"x\","
        "\"tags\":[\"disputed\"]}],\"descriptions\":[{\"lang\":\"en\",\"value\":\"** DISPUTED "
        "** something\"}]}}]}");
    scene_package(&s, PACKAGE_NPM, "foo", "1.0.0");
    scene_match(&s);
    CHECK_INT(s.findings.len, 1);
    const Finding *f = scene_find(&s, "CVE-2024-0002");
    CHECK(f && f->disputed);
}

TEST(rule_48_several_ranges)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s,
              "{\"id\":\"CVE-2024-0001\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\","
              "\"name\":\"foo\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":"
              "\"0\"},{\"fixed\":\"1.2.0\"},{\"introduced\":\"2.0.0\"},{\"fixed\":\"2.1.0\"}]}]}"
              "]}");
    scene_osv(&s, "{\"id\":\"CVE-2024-0002\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\","
                  "\"name\":\"foo\"}}]}");
    scene_package(&s, PACKAGE_NPM, "foo", "1.5.0");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0001"));
    CHECK(scene_counts(&s, "CVE-2024-0002")); /* no versions named: all of them */
    s.inventory.packages.at[0].version = STR("1.1.0");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->fixed_in.len == 2);
    CHECK_STR(f->fixed_in.at[0], STR("1.2.0"));
    CHECK_STR(f->fixed_in.at[1], STR("2.1.0"));
}

TEST(rule_49_bounds)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s, "{\"id\":\"CVE-2024-0001\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\","
                  "\"name\":\"foo\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":"
                  "\"1.0.0\"},{\"last_affected\":\"1.5.0\"}]}]}]}");
    scene_osv(&s, "{\"id\":\"CVE-2024-0002\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\","
                  "\"name\":\"foo\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":"
                  "\"1.0.0\"},{\"fixed\":\"1.5.0\"}]}]}]}");
    static const struct {
        const char *version;
        bool last, fixed;
    } rows[] = {{"0.9.9", false, false},
                {"1.0.0-rc.1", false, false},
                {"1.0.0", true, true},
                {"1.5.0", true, false},
                {"1.5.1", false, false}};
    scene_package(&s, PACKAGE_NPM, "foo", "0");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        s.inventory.packages.at[0].version = str_from(rows[i].version);
        scene_match(&s);
        CHECK_INT(scene_counts(&s, "CVE-2024-0001"), rows[i].last);
        CHECK_INT(scene_counts(&s, "CVE-2024-0002"), rows[i].fixed);
    }
}

TEST(rule_50_malicious_packages)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s,
              "{\"id\":\"MAL-2024-1\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":"
              "\"flatmap-stream\"},\"versions\":[\"0.1.1\"]}]}");
    scene_package(&s, PACKAGE_NPM, "flatmap-stream", "0.1.0");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    s.inventory.packages.at[0].version = STR("0.1.1");
    scene_match(&s);
    const Finding *f = scene_find(&s, "MAL-2024-1");
    CHECK(f && f->kind == KIND_MALWARE && f->inputs.level == LEVEL_CRITICAL);
    CHECK_INT(f->inputs.known & INPUT_LEVEL, INPUT_LEVEL);
}

static const char nvd[] =
    "{\"format\":\"NVD_CVE\",\"version\":\"2.0\",\"vulnerabilities\":[{\"cve\":{\"id\":"
    "\"CVE-2024-0001\",\"sourceIdentifier\":\"x\",\"vulnStatus\":\"Analyzed\",\"published\":"
    "\"2024-01-01T00:00:00.000\",\"descriptions\":[{\"lang\":\"en\",\"value\":\"A flaw\"}],"
    "\"metrics\":{\"cvssMetricV31\":[{\"source\":\"nvd@nist.gov\",\"type\":\"Primary\","
    "\"cvssData\":"
    "{\"version\":\"3.1\",\"vectorString\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\","
    "\"baseScore\":9.8}}],\"cvssMetricV2\":[{\"source\":\"nvd@nist.gov\",\"type\":\"Primary\","
    "\"cvssData\":{\"version\":\"2.0\",\"vectorString\":\"AV:N/AC:L/Au:N/C:C/I:C/A:C\","
    "\"baseScore\":10}}]},\"weaknesses\":[{\"source\":\"nvd@nist.gov\",\"type\":\"Primary\","
    "\"description\":[{\"lang\":\"en\",\"value\":\"CWE-79\"}]}]}}]}";

TEST(rule_52_severity_by_authority)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "debian", "12");
    scene_file(&s, "nvd/nvdcve-2.0-2024.json", nvd);
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "foo", "2");
    scene_osv(&s,
              "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"aliases\":[\"CVE-2024-0001\"],"
              "\"database_specific\":{\"severity\":\"LOW\"},\"severity\":[{\"type\":\"CVSS_V3\","
              "\"score\":\"CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N\"}],\"affected\":[{"
              "\"package\":{\"ecosystem\":\"npm\",\"name\":\"foo\"},\"versions\":[\"1.0.0\"]}]}");
    scene_package(&s, PACKAGE_NPM, "foo", "1.0.0");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->severity == SEVERITY_LOW); /* the matching ecosystem's word before NVD's */
    CHECK(f->cvss.score < 3 && f->cvss.av == 'L' && f->inputs.av == 'L');
    CHECK_STR(f->severity_source, f->cvss.source);
    CHECK_INT(f->inputs.known & INPUT_AGE, INPUT_AGE);
    CHECK_INT(f->inputs.age, date_of(2026, 11, 22) - date_of(2024, 1, 1));
}

TEST(rule_52_newest_cvss_of_one_source)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "debian", "12");
    scene_file(&s, "nvd/nvdcve-2.0-2024.json", nvd);
    scene_fix(&s, "DEBIAN-CVE-2024-0001", "Debian:12", "foo", "2");
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "foo", "2");
    scene_package(&s, PACKAGE_DEB, "foo", "1");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->severity == SEVERITY_CRITICAL);
    CHECK_STR(f->cvss.version, STR("3.1"));
    CHECK(f->cwes.len == 1 && str_eq(f->cwes.at[0], STR("CWE-79")));
}

TEST(rule_53_exploitation_after_aliases)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_file(&s, "kev/known_exploited_vulnerabilities.json",
               "{\"catalogVersion\":\"1\",\"dateReleased\":\"2026-01-01\",\"count\":1,"
               "\"vulnerabilities\":[{\"cveID\":\"CVE-2024-0001\",\"vulnerabilityName\":\"x\","
               "\"dateAdded\":\"2024-02-03\",\"dueDate\":\"2024-02-24\","
               "\"knownRansomwareCampaignUse\":\"Known\"}]}");
    scene_osv(&s,
              "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"aliases\":[\"CVE-2024-0001\"],\"affected\":[{"
              "\"package\":{\"ecosystem\":\"npm\",\"name\":\"foo\"},\"versions\":[\"1.0.0\"]}]}");
    scene_osv(&s,
              "{\"id\":\"GHSA-dddd-eeee-ffff\",\"affected\":[{\"package\":{\"ecosystem\":\"npm\","
              "\"name\":\"foo\"},\"versions\":[\"1.0.0\"]}]}");
    scene_package(&s, PACKAGE_NPM, "foo", "1.0.0");
    scene_match(&s);
    const Finding *f = scene_find(&s, "GHSA-dddd-eeee-ffff");
    CHECK(f && f->kev.added == DATE_NONE && !f->inputs.exploit[EXPLOIT_KEV]);
    f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->kev.added == date_of(2024, 2, 3) && f->kev.due == date_of(2024, 2, 24));
    CHECK(f->inputs.exploit[EXPLOIT_KEV] && f->inputs.exploit[EXPLOIT_RANSOMWARE]);
}

TEST(rule_62_the_same_twice)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "debian", "12");
    for (int i = 0; i < 20; i++) {
        Str id = arena_printf(&s.arena, "CVE-2024-%04d", 1000 - i);
        scene_fix(&s, arena_c_str(&s.arena, id), "Debian:12", "foo", "2");
    }
    scene_package(&s, PACKAGE_DEB, "foo", "1");
    scene_match(&s);
    CHECK_INT(s.findings.len, 20);
    for (size_t i = 1; i < s.findings.len; i++)
        CHECK(finding_cmp(&s.findings.at[i - 1], &s.findings.at[i]) < 0);
}

TEST(rule_78_a_wrong_alias_does_not_move_a_package)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s,
              "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"aliases\":[\"CVE-2024-0001\"],\"affected\":[{"
              "\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"django\"},\"versions\":[\"1.0\"]}]"
              "}");
    scene_fix(&s, "CVE-2024-0001", "RubyGems", "sinatra", "2");
    scene_package(&s, PACKAGE_PYPI, "Django", "1.0");
    scene_package(&s, PACKAGE_GEM, "rails", "1.0");
    scene_match(&s);
    CHECK_INT(s.findings.len, 1);
    CHECK_STR(s.findings.at[0].unit, STR("django"));
    CHECK_STR(s.findings.at[0].aliases.at[0], STR("GHSA-aaaa-bbbb-cccc"));
}
