/* SPDX-License-Identifier: Apache-2.0 */
#include <zlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "model/cvss.h"
#include "test.h"

static Str file_read(const char *path, Buf *buf)
{
    gzFile file = gzopen(path, "rb"); /* reads plain files too */
    if (!file)
        return (Str){0};
    for (;;) {
        char *end = buf_reserve(buf, 1 << 16);
        int got = gzread(file, end, 1 << 16);
        if (got <= 0)
            break;
        buf->len += (size_t)got;
    }
    gzclose(file);
    return buf_str(buf);
}

TEST(cvss_facts)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    Buf buf CLEANUP(buf_fini) = {0};
    Str text = file_read(arena_c_str(&arena, test_source(&arena, "tests/model/cvss.txt")), &buf);
    Str line, want, vector;
    int facts = 0;
    while (str_next_line(&text, &line)) {
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        str_cut(line, ' ', &want, &vector);
        Cvss cvss = {.source = STR("kept")};
        double score = 0;
        bool valid = str_to_double(want, &score);
        bool ok = cvss_parse(vector, &cvss) == valid && cvss.score >= score - .001 &&
                  cvss.score <= score + .001 && (cvss.version.len > 0) == valid;
        if (!ok)
            fprintf(stderr, STR_FMT ": %.1f\n", STR_ARG(line), cvss.score);
        CHECK(ok);
        CHECK_STR(cvss.source, STR("kept"));
        facts++;
    }
    CHECK(facts > 20);
}

TEST(cvss_attack_vector)
{
    Cvss cvss = {0};
    CHECK(!cvss_parse(STR(""), &cvss));
    CHECK_INT(cvss.av, 0);
    CHECK(cvss_parse(STR("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), &cvss));
    CHECK_INT(cvss.av, 'A');
    CHECK(cvss_parse(STR("AV:L/AC:L/Au:N/C:P/I:P/A:P"), &cvss));
    CHECK_INT(cvss.av, 'L');
    CHECK_STR(cvss.version, STR("2.0"));
}

typedef struct Tally {
    long seen, wrong, invalid;
} Tally;

static void judge(Json *j, Tally *tally)
{
    Str key, vector = {0};
    double base = -1;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key))
        if (str_eq(key, STR("vectorString")))
            vector = json_take_str(j);
        else if (str_eq(key, STR("baseScore")))
            base = json_take_number(j, -1);
        else
            json_skip(j);
    if (vector.len == 0 || base < 0)
        return;
    Cvss cvss = {0};
    tally->seen++;
    if (!cvss_parse(vector, &cvss))
        tally->invalid++;
    else if (cvss.score < base - .001 || cvss.score > base + .001)
        tally->wrong++;
}

/* Every "cvssData" of a file behind a needle that ends with it. */
static void judge_file(Str text, Str needle, Arena *arena, Tally *tally)
{
    for (size_t at; (at = str_find(text, needle)) != STR_NONE;) {
        text = str_from_pos(text, at + needle.len);
        size_t end = str_find_char(text, '}');
        ArenaMark mark = arena_mark(arena);
        Json j;
        json_init(&j, str_head(text, end == STR_NONE ? 0 : end + 1), arena);
        judge(&j, tally);
        arena_reset(arena, mark);
    }
}

/* NVD's own scores agree without exception. Others write by hand: 375 of 328,876 differ, 250 of
 * them a temporal and most of the rest an environmental score beside a base vector. */
TEST(cvss_agrees_with_nvd)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    Tally all = {0}, nvd = {0};
    for (int year = 2002; year <= 2025; year++) {
        Buf buf CLEANUP(buf_fini) = {0};
        Str name = arena_printf(&arena, "feeds/nvd/nvdcve-2.0-%d.json.gz", year);
        Str path = test_shared(&arena, arena_c_str(&arena, name));
        Str text = file_read(arena_c_str(&arena, path), &buf);
        judge_file(text, STR("\"cvssData\":"), &arena, &all);
        judge_file(text, STR("\"source\":\"nvd@nist.gov\",\"type\":\"Primary\",\"cvssData\":"),
                   &arena, &nvd);
    }
    CHECK(all.seen > 300000 && nvd.seen > 200000);
    CHECK_INT(nvd.wrong + nvd.invalid, 0);
    CHECK_INT(all.invalid, 0);
    CHECK(all.wrong * 500 < all.seen);
    fprintf(stderr, "%ld scores, %ld differ; NVD's own %ld\n", all.seen, all.wrong, nvd.seen);
}
