/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cvss.h"

#include "base/compiler.h"
#include "model/cvss_metrics.h"

/* Versions 2 and 3 multiply weights of at most three decimals. Kept as integers, every product and
 * sum is exact, so that "round up" means what the specifications say and not what a binary fraction
 * happens to do. Only the fifteenth power of version 3 is cut, at nine decimals. */

static const CvssMetric metrics2[] = {
    {STR_INIT("AV"), "LAN", true}, {STR_INIT("AC"), "HML", true}, {STR_INIT("Au"), "MSN", true},
    {STR_INIT("C"), "NPC", true},  {STR_INIT("I"), "NPC", true},  {STR_INIT("A"), "NPC", true},
    {STR_INIT("E"), "", false},    {STR_INIT("RL"), "", false},   {STR_INIT("RC"), "", false},
    {STR_INIT("CDP"), "", false},  {STR_INIT("TD"), "", false},   {STR_INIT("CR"), "", false},
    {STR_INIT("IR"), "", false},   {STR_INIT("AR"), "", false},
};

static const CvssMetric metrics3[] = {
    {STR_INIT("AV"), "NALP", true},    {STR_INIT("AC"), "LH", true},
    {STR_INIT("PR"), "NLH", true},     {STR_INIT("UI"), "NR", true},
    {STR_INIT("S"), "UC", true},       {STR_INIT("C"), "NLH", true},
    {STR_INIT("I"), "NLH", true},      {STR_INIT("A"), "NLH", true},
    {STR_INIT("E"), "XUPFH", false},   {STR_INIT("RL"), "XOTWU", false},
    {STR_INIT("RC"), "XURC", false},   {STR_INIT("CR"), "XLMH", false},
    {STR_INIT("IR"), "XLMH", false},   {STR_INIT("AR"), "XLMH", false},
    {STR_INIT("MAV"), "XNALP", false}, {STR_INIT("MAC"), "XLH", false},
    {STR_INIT("MPR"), "XNLH", false},  {STR_INIT("MUI"), "XNR", false},
    {STR_INIT("MS"), "XUC", false},    {STR_INIT("MC"), "XNLH", false},
    {STR_INIT("MI"), "XNLH", false},   {STR_INIT("MA"), "XNLH", false},
};

/* Where the letter of metric `at` stands among its values. */
static size_t value_of(const CvssMetric *metrics, const char *letters, size_t at)
{
    return str_find_char(str_from(metrics[at].values), letters[at]);
}

/* In tenths. Source: https://www.first.org/cvss/v2/guide section 3.2.1 */
static int64_t score2(const char *letters)
{
    static const int64_t av[] = {395, 646, 1000}, ac[] = {35, 61, 71}, au[] = {45, 56, 704},
                         loss[] = {0, 275, 660};
    enum { AV, AC, AU, C, I, A };
    const CvssMetric *m = metrics2;
    size_t value[6];
    for (size_t i = 0; i < COUNT_OF(value); i++)
        value[i] = value_of(m, letters, i);
    /* 704 is the one weight of Au with three decimals */
    int64_t authentication = value[AU] == 2 ? au[2] : au[value[AU]] * 10;
    int64_t kept = (1000 - loss[value[C]]) * (1000 - loss[value[I]]) * (1000 - loss[value[A]]);
    int64_t lost = INT64_C(1000000000) - kept;                                    /* 1e-9 */
    int64_t impact = lost * 1041;                                                 /* 1e-11 */
    int64_t exploit = 20 * av[value[AV]] * ac[value[AC]] * authentication * 1000; /* 1e-11 */
    if (impact == 0)
        return 0;
    int64_t sum = 6 * impact + 4 * exploit - INT64_C(1500000000000); /* 1e-12 */
    int64_t score = sum * 1176;                                      /* 1e-15 */
    const int64_t tenth = INT64_C(100000000000000);
    return score <= 0 ? 0 : (score + tenth / 2) / tenth;
}

/* (x - .02)^15 for x in 1e-6, result in 1e-9. */
static int64_t power15(int64_t lost)
{
    const int64_t one = INT64_C(1000000000);
    int64_t base = (lost - 20000) * 1000, result = one;
    for (int i = 0; i < 15; i++)
        result = result * base / one;
    return result;
}

/* In tenths. Source: https://www.first.org/cvss/v3.1/specification-document section 7.1 and
 * appendix A. Roundup looks at five decimals; 3.0 says only "round up", and what lies beyond the
 * fifth decimal there is an artefact of binary fractions, so both take the same path. */
static int64_t score3(const char *letters)
{
    enum { AV, AC, PR, UI, S, C, I, A };
    static const int64_t av[] = {85, 62, 55, 20}, ac[] = {77, 44}, ui[] = {85, 62},
                         pr[2][3] = {{85, 62, 27}, {85, 68, 50}}, loss[] = {0, 22, 56};
    const CvssMetric *m = metrics3;
    size_t value[8];
    for (size_t i = 0; i < COUNT_OF(value); i++)
        value[i] = value_of(m, letters, i);
    bool changed = value[S] == 1;
    int64_t lost = 1000000 - (100 - loss[value[C]]) * (100 - loss[value[I]]) *
                                 (100 - loss[value[A]]); /* 1e-6 */
    if (lost == 0)
        return 0;
    int64_t impact = changed ? 752 * (lost - 29000) * 100 - 325 * power15(lost) / 10
                             : 642 * lost * 100; /* 1e-10 */
    int64_t exploit =
        822 * av[value[AV]] * ac[value[AC]] * pr[changed][value[PR]] * ui[value[UI]]; /* 1e-10 */
    if (impact <= 0)
        return 0;
    int64_t sum = impact + exploit;
    if (changed)
        sum = sum / 100 * 108;
    const int64_t fifth = 100000, tenth = 10000; /* of 1e-10; of 1e-5 */
    int64_t rounded = (sum + fifth / 2) / fifth;
    if (rounded > 10 * 10 * tenth)
        rounded = 10 * 10 * tenth;
    return (rounded + tenth - 1) / tenth;
}

static const struct {
    Str prefix, version;
    const CvssMetric *metrics;
    size_t count;
    int64_t (*score)(const char *letters);
} versions[] = {
    {STR_INIT("CVSS:4.0/"), STR_INIT("4.0"), cvss4_metrics, CVSS4_METRICS, cvss4_score},
    {STR_INIT("CVSS:3.1/"), STR_INIT("3.1"), metrics3, COUNT_OF(metrics3), score3},
    {STR_INIT("CVSS:3.0/"), STR_INIT("3.0"), metrics3, COUNT_OF(metrics3), score3},
    {STR_INIT("CVSS:2.0/"), STR_INIT("2.0"), metrics2, COUNT_OF(metrics2), score2},
    {STR_INIT(""), STR_INIT("2.0"), metrics2, COUNT_OF(metrics2), score2},
};

/* "AV:N" into letters[0] = 'N'; a metric whose values are not read gets a mark. Vectors keep the
 * order of the table, so the search begins behind the last one found. */
static bool take_metric(const CvssMetric *metrics, size_t count, Str part, char *letters,
                        size_t *next)
{
    Str key, value;
    if (!str_cut(part, ':', &key, &value) || value.len == 0)
        return false;
    for (size_t n = 0; n < count; n++) {
        size_t i = (*next + n) % count;
        if (!str_eq(metrics[i].key, key))
            continue;
        *next = i + 1;
        Str allowed = str_from(metrics[i].values);
        bool fits = allowed.len == 0 ||
                    (value.len == 1 && str_find_char(allowed, value.ptr[0]) != STR_NONE);
        if (letters[i] || !fits)
            return false;
        letters[i] = allowed.len ? value.ptr[0] : '*';
        return true;
    }
    return false;
}

static bool take_metrics(const CvssMetric *metrics, size_t count, Str text, char *letters)
{
    Str part;
    size_t next = 0;
    while (str_next(&text, '/', &part))
        if (!take_metric(metrics, count, part, letters, &next))
            return false;
    for (size_t i = 0; i < count; i++)
        if (metrics[i].required && !letters[i])
            return false;
    return true;
}

bool cvss_parse(Str vector, Cvss *out)
{
    Str source = out->source;
    *out = (Cvss){.source = source};
    Str text = vector;
    if (str_starts(text, STR("(")) && str_ends(text, STR(")")))
        text = str_sub(text, 1, text.len - 1);
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        if (!str_starts(text, versions[i].prefix))
            continue;
        char letters[CVSS_METRICS_MAX] = {0};
        if (!take_metrics(versions[i].metrics, versions[i].count,
                          str_from_pos(text, versions[i].prefix.len), letters))
            return false;
        int64_t tenths = versions[i].score(letters);
        *out = (Cvss){.version = versions[i].version,
                      .vector = vector,
                      .source = source,
                      .score = (double)tenths / 10,
                      .av = letters[0]};
        return true;
    }
    return false;
}
