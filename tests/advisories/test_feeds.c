/* SPDX-License-Identifier: Apache-2.0 */
/* Every source in its own schema, on small records of our own; rules are those of matching. */
#include "advisories/feed.h"
#include "help.h"

#define OWN                                                                                        \
    Arena arena CLEANUP(arena_fini);                                                               \
    BuildReport report = {0};                                                                      \
    arena_init(&arena);                                                                            \
    Database *db = help_own(&arena, &report);                                                      \
    Vulnerability v;                                                                               \
    (void)v

TEST(path_matches)
{
    CHECK(!path_matches(STR("osv/*/*.zip"), STR("osv/a/b/c.zip")));
    CHECK(!path_matches(STR("eol/eol.csv"), STR("eol/eol.csv2")));
    CHECK(path_matches(STR("osv/*/*.zip"), STR("osv/crates.io/all.zip")));
    CHECK(path_matches(STR("vulnrichment/**CVE-*.json"),
                       STR("vulnrichment/2099/0xxx/CVE-2099-1.json")));
    CHECK(!feed_of_path(STR("osv/npm/modified_id.csv")));
    CHECK(feed_of_path(STR("nvd/nvdcve-2.0-2099.json.gz")) == &feed_nvd);
}

TEST(every_row_says_what_it_is)
{
    size_t count;
    const Feed *const *rows = feeds(&count);
    for (size_t i = 0; i < count; i++) {
        CHECK(rows[i]->name.len && rows[i]->summary.len && rows[i]->spec.len && rows[i]->paths.len);
        CHECK(rows[i]->address.len == 0 || rows[i]->files.len);
        for (size_t n = 0; n < i; n++)
            CHECK(!str_eq(rows[i]->name, rows[n]->name));
    }
}

TEST(damaged_records_are_notes)
{
    OWN;
    Str notes = help_notes(&arena, &report);
    CHECK(str_contains(notes, STR("osv/npm/GHSA-broken.json: not valid JSON at byte 44")));
    CHECK(str_contains(notes, STR("nuclei/cves.json: line 2: not valid JSON")));
    CHECK(str_contains(notes, STR("NSWG-CORE-3: a range that cannot be read")));
    CHECK_INT(report.notes.len, 4);
    database_close(db);
}

TEST(rule_7_debian_states)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("Debian:12"), STR("openthing"), STR("CVE-2099-0010"));
    CHECK(a.all_versions && a.status == STATUS_AFFECTED && a.urgency.len == 0);
    a = help_find(db, &arena, STR("Debian:11"), STR("openthing"), STR("CVE-2099-0010"));
    CHECK(a.all_versions && a.status == STATUS_WILL_NOT_FIX);
    CHECK_STR(a.urgency, STR("low"));
    a = help_find(db, &arena, STR("Debian:10"), STR("openthing"), STR("CVE-2099-0010"));
    CHECK_INT(a.status, STATUS_END_OF_LIFE);
    a = help_find(db, &arena, STR("Debian:13"), STR("openthing"), STR("CVE-2099-0011"));
    CHECK_INT(a.status, STATUS_DEFERRED);
    a = help_find(db, &arena, STR("Debian:12"), STR("openthing"), STR("CVE-2099-0011"));
    CHECK(a.not_affected && a.ranges.len == 0 && !a.all_versions);
    a = help_find(db, &arena, STR("Debian:13"), STR("openthing"), STR("CVE-2099-0010"));
    CHECK_INT(a.status, STATUS_AFFECTED); /* postponed once, but fixed since */
    CHECK_STR(a.ranges.at[0].fixed, STR("1.1-1"));
    CHECK_STR(a.feed, STR("debian-tracker"));
    database_close(db);
}

TEST(rule_8_urgency_is_kept)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("Debian:12"), STR("ruby-crooner"), STR("CVE-2099-0078"));
    CHECK_STR(a.urgency, STR("unimportant"));
    database_close(db);
}

TEST(rule_9_ubuntu_streams_stay_apart)
{
    OWN;
    CHECK_INT(help_count(db, &arena, STR("Ubuntu:16.04:LTS"), STR("sample")), 0);
    Advisory a =
        help_find(db, &arena, STR("Ubuntu:Pro:16.04:LTS"), STR("sample"), STR("CVE-2099-0005"));
    CHECK_STR(a.ranges.at[0].fixed, STR("0.9-0ubuntu1+esm1"));
    a = help_find(db, &arena, STR("Ubuntu:22.04:LTS"), STR("sample"), STR("CVE-2099-0005"));
    CHECK_STR(a.urgency, STR("medium"));
    CHECK_STR(a.record, STR("UBUNTU-CVE-2099-0005"));
    database_close(db);
}

TEST(rule_16_module_and_architecture_from_the_purl)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("Rocky Linux:8"), STR("nodejs"), STR("CVE-2099-0006"));
    CHECK_STR(a.module, STR("nodejs:18"));
    CHECK(a.arches.len == 1 && str_eq(a.arches.at[0], STR("x86_64")));
    CHECK_STR(a.urgency, STR("Moderate"));
    a = help_find(db, &arena, STR("AlmaLinux:9"), STR("thing-libs"), STR("CVE-2099-0001"));
    CHECK(a.module.len == 0 && a.arches.len == 0);
    database_close(db);
}

TEST(rule_18_red_hat_streams_stay_apart)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("Red Hat:enterprise_linux:9::baseos"), STR("widget"),
                           STR("CVE-2099-0006"));
    CHECK_STR(a.ranges.at[0].fixed, STR("0:4.1-2.el9_4"));
    a = help_find(db, &arena, STR("Red Hat:rhel_eus:9.2::baseos"), STR("widget"),
                  STR("CVE-2099-0006"));
    CHECK_STR(a.ranges.at[0].fixed, STR("0:4.1-1.el9_2.3"));
    database_close(db);
}

TEST(rule_30_secdb_zero_and_junk)
{
    OWN;
    CHECK_INT(help_count(db, &arena, STR("Alpine:v3.99"), STR("junk")), 7);
    Advisory a = help_find(db, &arena, STR("Alpine:v3.99"), STR("junk"), STR("CVE-2099-0014"));
    CHECK(a.not_affected && !a.all_versions && a.ranges.len == 0);
    static const Str fixed[] = {STR_INIT("CVE-2099-0015"), STR_INIT("CVE-2099-0016"),
                                STR_INIT("CVE-2099-0017"), STR_INIT("CVE-2099-0018"),
                                STR_INIT("ZBX-11023"),     STR_INIT("CVE-2099-0019")};
    for (size_t i = 0; i < COUNT_OF(fixed); i++) {
        a = help_find(db, &arena, STR("Alpine:v3.99"), STR("junk"), fixed[i]);
        CHECK(!a.not_affected && a.ranges.len == 1);
        CHECK_STR(a.ranges.at[0].fixed, STR("1.2-r0"));
    }
    database_close(db);
}

TEST(rule_33_wolfi)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("Wolfi"), STR("wolfpack"), STR("CVE-2099-0012"));
    CHECK(a.not_affected);
    a = help_find(db, &arena, STR("Wolfi"), STR("wolfpack"), STR("CVE-2099-0013"));
    CHECK_STR(a.ranges.at[0].fixed, STR("2.0-r1"));
    CHECK(!database_has_ecosystem(db, STR("Chainguard")));
    database_close(db);
}

TEST(rule_46_names_of_one_flaw)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("PyPI"), STR("some-package-name"), STR("CVE-2099-0003"));
    CHECK_STR(a.record, STR("PYSEC-2099-1")); /* by way of the GHSA that names the CVE */
    CHECK_STR(a.package, STR("Some_Package.Name"));
    CHECK(database_vulnerability(db, STR("pysec-2099-1"), 0, &arena, &v));
    CHECK_STR(v.id, STR("CVE-2099-0003"));
    CHECK(help_has(&v.aliases, STR("GHSA-aaaa-bbbb-0002")));
    CHECK(!database_vulnerability(db, STR("GHSA-none"), 0, &arena, &v));
    database_close(db);
}

TEST(rule_46_a_record_goes_by_its_own_id_before_an_alias_of_no_record)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("PyPI"), STR("ctx-like"), STR("PYSEC-2099-3"));
    CHECK_STR(a.record, STR("PYSEC-2099-3"));
    CHECK(database_vulnerability(db, STR("GSD-2099-1"), 0, &arena, &v));
    CHECK_STR(v.id, STR("PYSEC-2099-3"));
    database_close(db);
}

TEST(rule_47_withdrawn_rejected_disputed)
{
    OWN;
    CHECK_INT(help_count(db, &arena, STR("npm"), STR("withdrawn")), 0);
    CHECK(database_vulnerability(db, STR("CVE-2099-0003"), 0, &arena, &v));
    CHECK(v.rejected && !v.disputed);
    CHECK(database_vulnerability(db, STR("CVE-2099-0005"), 0, &arena, &v));
    CHECK(v.disputed && !v.rejected);
    database_close(db);
}

TEST(rule_48_all_versions)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("npm"), STR("evil"), STR("GHSA-aaaa-bbbb-0004"));
    CHECK(a.all_versions);
    a = help_find(db, &arena, STR("npm"), STR("one-flaw"), STR("CVE-2099-0003"));
    CHECK(!a.all_versions);
    database_close(db);
}

TEST(rule_49_events_become_intervals)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("npm"), STR("one-flaw"), STR("CVE-2099-0003"));
    CHECK_INT(a.ranges.len, 2);
    CHECK_STR(a.ranges.at[0].introduced, STR(""));
    CHECK_STR(a.ranges.at[0].fixed, STR("1.9.1"));
    CHECK_STR(a.ranges.at[1].introduced, STR("2.0.0"));
    CHECK_STR(a.ranges.at[1].fixed, STR("2.5.0"));
    a = help_find(db, &arena, STR("PyPI"), STR("some-package-name"), STR("CVE-2099-0003"));
    CHECK_STR(a.ranges.at[0].last_affected, STR("1.4"));
    CHECK_STR(a.ranges.at[0].fixed, STR(""));
    a = help_find(db, &arena, STR("npm"), STR("limited"), STR("CVE-2099-0003"));
    CHECK_STR(a.ranges.at[0].fixed, STR("2.0.0"));
    CHECK_STR(a.ranges.at[1].fixed, STR(""));
    database_close(db);
}

TEST(rule_50_malware)
{
    OWN;
    CHECK(help_find(db, &arena, STR("npm"), STR("evil"), STR("GHSA-aaaa-bbbb-0004")).malware);
    CHECK(help_find(db, &arena, STR("npm"), STR("evil-by-weakness"), STR("GHSA-aaaa-bbbb-0005"))
              .malware);
    CHECK(!help_find(db, &arena, STR("npm"), STR("one-flaw"), STR("CVE-2099-0003")).malware);
    database_close(db);
}

TEST(rule_52_every_severity_names_its_source)
{
    OWN;
    size_t found = 0;
    CHECK(database_vulnerability(db, STR("CVE-2099-0001"), 0, &arena, &v));
    static const Str sources[] = {STR_INIT("cisa-adp"), STR_INIT("cisa-adp"),
                                  STR_INIT("examplecna"), STR_INIT("nvd"),
                                  STR_INIT("psirt@example.org")};
    CHECK_INT(v.cvss.len, COUNT_OF(sources));
    for (size_t i = 0; i < v.cvss.len && i < COUNT_OF(sources); i++)
        found += str_eq(v.cvss.at[i].source, sources[i]);
    CHECK_INT(found, COUNT_OF(sources));
    CHECK(database_vulnerability(db, STR("CVE-2099-0003"), 0, &arena, &v));
    CHECK_INT(v.words.len, 1);
    CHECK_STR(v.words.at[0].source, STR("osv/npm"));
    CHECK_STR(v.words.at[0].word, STR("HIGH"));
    database_close(db);
}

TEST(rule_53_exploitation_joins_on_the_cve)
{
    OWN;
    CHECK(database_vulnerability(db, STR("GHSA-aaaa-bbbb-0001"), 0, &arena, &v));
    CHECK_STR(v.id, STR("CVE-2099-0001"));
    CHECK(v.exploit[EXPLOIT_KEV] && v.exploit[EXPLOIT_RANSOMWARE] && v.exploit[EXPLOIT_METASPLOIT]);
    CHECK(v.exploit[EXPLOIT_NUCLEI] && v.exploit[EXPLOIT_EXPLOITDB] && !v.exploit[EXPLOIT_POC]);
    CHECK_INT(v.kev_added, date_of(2099, 1, 4));
    CHECK_INT(v.kev_due, date_of(2099, 1, 25));
    CHECK(v.epss > 0.943 && v.epss < 0.944 && v.epss_percentile > 0.998);
    CHECK_INT(v.epss_date, date_of(2099, 1, 4));
    CHECK_STR(v.ssvc_exploitation, STR("active"));
    CHECK_STR(v.ssvc_automatable, STR("yes"));
    CHECK_STR(v.ssvc_technical_impact, STR("total"));
    CHECK(help_has(&v.cwes, STR("CWE-787")) && help_has(&v.cwes, STR("CWE-416")));
    CHECK(!help_has(&v.cwes, STR("NVD-CWE-noinfo")));
    CHECK_INT(v.published, date_of(2098, 12, 31));
    CHECK(database_vulnerability(db, STR("CVE-2099-0002"), 0, &arena, &v));
    CHECK(v.epss < 0 && v.kev_added == DATE_NONE && !v.exploit[EXPLOIT_METASPLOIT]);
    database_close(db);
}

TEST(rule_63_bundles_are_expanded)
{
    OWN;
    CHECK_INT(help_count(db, &arena, STR("npm"), STR("two-flaws")), 2);
    help_find(db, &arena, STR("npm"), STR("two-flaws"), STR("CVE-2099-0001"));
    help_find(db, &arena, STR("npm"), STR("two-flaws"), STR("CVE-2099-0002"));
    CHECK_INT(help_count(db, &arena, STR("Debian:12"), STR("bundle")), 2);
    CHECK(database_vulnerability(db, STR("DSA-9999-1"), 0, &arena, &v));
    CHECK(database_vulnerability(db, STR("DSA-9999-1"), 1, &arena, &v));
    CHECK(!database_vulnerability(db, STR("DSA-9999-1"), 2, &arena, &v));
    CHECK(database_vulnerability(db, STR("CVE-2099-0001"), 0, &arena, &v));
    CHECK(help_has(&v.aliases, STR("DSA-9999-1")) && help_has(&v.aliases, STR("ALSA-2099:1")));
    CHECK(!help_has(&v.aliases, STR("CVE-2099-0002")) &&
          !help_has(&v.aliases, STR("CVE-2099-0003")));
    database_close(db);
}

TEST(rule_64_no_bug_fixes)
{
    OWN;
    CHECK_INT(help_count(db, &arena, STR("AlmaLinux:9"), STR("bugfix-only")), 0);
    CHECK_INT(help_count(db, &arena, STR("AlmaLinux:9"), STR("thing-libs")), 2);
    database_close(db);
}

TEST(rule_72_git_ranges_are_passed_over)
{
    OWN;
    CHECK_INT(help_count(db, &arena, STR("PyPI"), STR("git-only")), 0);
    Advisory a = help_find(db, &arena, STR("npm"), STR("one-flaw"), STR("CVE-2099-0003"));
    CHECK(a.ranges.len == 2 && a.versions.len == 1);
    CHECK_STR(a.versions.at[0], STR("3.0.0-beta.1"));
    database_close(db);
}

TEST(rule_74_symbols)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("Go"), STR("example.org/mod"), STR("CVE-2099-0007"));
    CHECK_INT(a.imports.len, 1);
    CHECK_STR(a.imports.at[0].path, STR("example.org/mod/sub"));
    CHECK(help_has(&a.imports.at[0].symbols, STR("Reader.Read")));
    CHECK(a.goos.len == 1 && str_eq(a.goos.at[0], STR("windows")));
    database_close(db);
}

TEST(rule_78_a_wrong_alias)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("PyPI"), STR("webframe"), STR("CVE-2099-0078"));
    CHECK_STR(a.record, STR("GHSA-aaaa-bbbb-0078"));
    CHECK(help_has(&a.doubt, STR("crooner")) && help_has(&a.doubt, STR("ruby-crooner")));
    a = help_find(db, &arena, STR("RubyGems"), STR("crooner"), STR("CVE-2099-0078"));
    CHECK_INT(a.doubt.len, 0);
    a = help_find(db, &arena, STR("PyPI"), STR("some-package-name"), STR("CVE-2099-0003"));
    CHECK_INT(a.doubt.len, 0);
    database_close(db);
}

TEST(nodejs_ranges_less_what_is_patched)
{
    OWN;
    Advisory a = help_find(db, &arena, STR("Node.js"), STR("node"), STR("CVE-2099-0020"));
    static const Str ends[][2] = {{STR_INIT("8.0.0"), STR_INIT("8.1.4")},
                                  {STR_INIT("7.0.0"), STR_INIT("7.10.1")},
                                  {STR_INIT("5.0.0"), STR_INIT("6.0.0")}};
    CHECK_INT(a.ranges.len, COUNT_OF(ends));
    for (size_t i = 0; i < a.ranges.len && i < COUNT_OF(ends); i++) {
        CHECK_STR(a.ranges.at[i].introduced, ends[i][0]);
        CHECK_STR(a.ranges.at[i].fixed, ends[i][1]);
    }
    a = help_find(db, &arena, STR("Node.js"), STR("node"), STR("NSWG-CORE-2"));
    CHECK_STR(a.ranges.at[0].fixed, STR("6.14.4"));
    CHECK_STR(a.ranges.at[1].fixed, STR("10.9.0"));
    database_close(db);
}

TEST(eol_and_weaknesses)
{
    OWN;
    EolDates eol;
    CHECK(!database_eol(db, STR("debian"), STR("99"), &eol));
    CHECK(database_eol(db, STR("debian"), STR("98"), &eol) && eol.eol == DATE_NONE && !eol.ended);
    CHECK(database_eol_codename(db, STR("debian"), STR("buzz ii"), &eol));
    CHECK_STR(eol.release, STR("97"));
    CHECK_INT(eol.extended_eol, date_of(2099, 6, 30));
    CHECK(database_eol(db, STR("debian"), STR("96"), &eol) && eol.ended);
    CHECK(database_eol(db, STR("rocky"), STR("98"), &eol) && eol.eol == date_of(2107, 5, 31));
    CHECK_STR(database_cwe_name(db, STR("CWE-787")), STR("Out-of-bounds Write"));
    CHECK_STR(database_cwe_name(db, STR("CWE-1")), STR(""));
    database_close(db);
}
