/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/builtin/affected.h"

/* A record speaks about an installed package if its module, architecture, operating system and
 * flavour are the package's own; then ranges and listed versions are a union (rule 72). */

/* "8.2.2.jre11" and "8.2.2.jre8" are one version built twice (rule 39). */
static Str without_jre(Str v)
{
    size_t dot = str_rfind_char(v, '.');
    Str tail = str_from_pos(v, dot + 1);
    uint64_t number;
    if (dot != STR_NONE && (str_starts(tail, STR("jre")) || str_starts(tail, STR("jdk"))) &&
        str_to_u64(str_from_pos(tail, 3), &number))
        return str_head(v, dot);
    return v;
}

static Str without_epoch(Str v)
{
    Str epoch, rest;
    return str_cut(v, ':', &epoch, &rest) ? rest : v;
}

static Str comparable(const Question *q, Str v)
{
    if (q->eco->type == PACKAGE_MAVEN)
        return without_jre(v);
    return q->any_epoch ? without_epoch(v) : v;
}

/* The numbers a version begins with: "1.2" of "v1.2-beta1"; where they end goes to *end. */
static Str number_next(Str v, size_t *at)
{
    size_t from = *at, end = from;
    while (char_is_digit(str_at(v, end)))
        end++;
    *at = end;
    if (end > from && str_at(v, end) == '.' && char_is_digit(str_at(v, end + 1)))
        *at = end + 1;
    return str_sub(v, from, end);
}

/* Composer fills up to four numbers with zeros before it compares as PHP does, to which 1.0 is
 * older than 1.0.0. What follows the numbers is compared with nothing at all as with PHP's "#",
 * which stands for a number. */
static VersionOrder composer_compare(const VersionScheme *scheme, Str a, Str b)
{
    size_t i = str_at(a, 0) == 'v' || str_at(a, 0) == 'V';
    size_t j = str_at(b, 0) == 'v' || str_at(b, 0) == 'V';
    if (!char_is_digit(str_at(a, i)) || !char_is_digit(str_at(b, j)))
        return version_compare(scheme, a, b);
    for (;;) {
        Str x = number_next(a, &i), y = number_next(b, &j);
        if (x.len == 0 && y.len == 0)
            break;
        VersionOrder order = version_compare(scheme, x.len ? x : STR("0"), y.len ? y : STR("0"));
        if (order)
            return order;
    }
    Str rest_a, rest_b, build;
    str_cut(str_from_pos(a, i), '+', &rest_a, &build);
    str_cut(str_from_pos(b, j), '+', &rest_b, &build);
    if (rest_a.len == 0 && rest_b.len == 0)
        return VERSION_EQUAL;
    return version_compare(scheme, rest_a.len ? rest_a : STR("#"), rest_b.len ? rest_b : STR("#"));
}

VersionOrder question_compare(const Question *q, Str a, Str b)
{
    if (q->eco->type == PACKAGE_COMPOSER)
        return composer_compare(q->scheme, a, b);
    return version_compare(q->scheme, comparable(q, a), comparable(q, b));
}

static bool holds(const StrVec *list, Str value)
{
    for (size_t i = 0; i < list->len; i++)
        if (str_eq(list->at[i], value))
            return true;
    return false;
}

/* rpm calls amd64 x86_64; noarch and a question without architecture fit everything (rule 15). */
static bool fits_arch(const Advisory *a, const Question *q)
{
    return a->arches.len == 0 || q->arch.len == 0 || str_eq(q->arch, STR("noarch")) ||
           holds(&a->arches, STR("noarch")) || holds(&a->arches, q->arch);
}

static bool fits_platform(const Advisory *a, const Question *q)
{
    if (!q->executable)
        return true;
    Str os = q->executable->goos, arch = q->executable->goarch;
    return (a->goos.len == 0 || os.len == 0 || holds(&a->goos, os)) &&
           (a->goarch.len == 0 || arch.len == 0 || holds(&a->goarch, arch));
}

static bool is_modular(Str version)
{
    return str_contains(version, STR(".module_el")) || str_contains(version, STR(".module+el"));
}

/* Does "1:18.9.1-1.module_el8" begin with the stream "18"? */
static bool is_of_stream(Str version, Str stream)
{
    Str bare = without_epoch(version);
    char after = str_at(bare, stream.len);
    return str_starts(bare, stream) && !char_is_digit(after);
}

/* Rules 16 and 65. A record that names no stream shows it by its fixed release; where the installed
 * stream is the beginning of the installed version, a fix that begins otherwise is another's. */
static bool fits_module(const Advisory *a, const Question *q, Str fixed)
{
    if (a->module.len)
        return str_eq(a->module, q->module);
    if (q->eco->type != PACKAGE_RPM || fixed.len == 0)
        return true;
    if (is_modular(fixed) != is_modular(q->version))
        return false;
    Str name, stream;
    if (!str_cut(q->module, ':', &name, &stream) || !is_of_stream(q->version, stream))
        return true;
    return is_of_stream(fixed, stream);
}

/* Rule 22: what is rebuilt for live patching or FIPS has versions of its own. */
static bool fits_flavour(const Question *q, Str fixed)
{
    static const Str flavours[] = {STR_INIT(".ksplice"), STR_INIT("_fips")};
    if (q->eco->type != PACKAGE_RPM || fixed.len == 0)
        return true;
    for (size_t i = 0; i < COUNT_OF(flavours); i++)
        if (str_contains(fixed, flavours[i]) != str_contains(q->version, flavours[i]))
            return false;
    return true;
}

/* "el8_6" of "1.2-3.el8_6.1": a branch that is maintained longer than the ones after it. */
static Str minor_tag(Str version)
{
    size_t at = str_find(version, STR(".el"));
    if (at == STR_NONE)
        return (Str){0};
    Str tag = str_from_pos(version, at + 1), rest;
    str_cut(tag, '.', &tag, &rest);
    return str_find_char(tag, '_') == STR_NONE ? (Str){0} : tag;
}

/* Rule 18: where one of a record's fixes is of the installed branch, the others are of no use. */
static Str branch_of(const Advisory *a, const Question *q)
{
    Str tag = q->eco->type == PACKAGE_RPM ? minor_tag(q->version) : (Str){0};
    for (size_t i = 0; tag.len && i < a->ranges.len; i++)
        if (str_eq(minor_tag(a->ranges.at[i].fixed), tag))
            return tag;
    return (Str){0};
}

static bool is_first(Str version)
{
    return version.len == 0 || str_eq(version, STR("0"));
}

/* *passed: the version is not before the fix that ends the range. */
static bool is_within(const AdvisoryRange *r, const Question *q, bool *passed)
{
    *passed = r->fixed.len && question_compare(q, q->version, r->fixed) >= 0;
    if (*passed || (!is_first(r->introduced) && question_compare(q, q->version, r->introduced) < 0))
        return false;
    return r->fixed.len || r->last_affected.len == 0 ||
           question_compare(q, q->version, r->last_affected) <= 0;
}

static bool is_listed(const Advisory *a, const Question *q)
{
    for (size_t i = 0; i < a->versions.len; i++)
        if (question_compare(q, q->version, a->versions.at[i]) == VERSION_EQUAL)
            return true;
    return false;
}

/* Rule 74: a record that names functions is about executables that have one of them. */
static bool is_linked(const Advisory *a, const Question *q)
{
    if (!q->executable || a->imports.len == 0)
        return true;
    for (size_t i = 0; i < a->imports.len; i++)
        if (a->imports.at[i].symbols.len == 0)
            return true;
    if (!executable_has_symbols(q->executable))
        return true;
    for (size_t i = 0; i < a->imports.len; i++) {
        const AdvisoryImport *import = &a->imports.at[i];
        for (size_t k = 0; k < import->symbols.len; k++)
            if (executable_has_symbol(q->executable,
                                      go_symbol_hash(import->path, import->symbols.at[k])))
                return true;
    }
    return false;
}

/* Every range ends before the first version (rule 24). */
static bool denies(const Advisory *a)
{
    if (a->not_affected)
        return true;
    for (size_t i = 0; i < a->ranges.len; i++)
        if (!str_eq(a->ranges.at[i].fixed, STR("0")))
            return false;
    return a->ranges.len > 0 && a->versions.len == 0;
}

static bool fits_range(const Advisory *a, const Question *q, Str branch, Str fixed)
{
    return (branch.len == 0 || str_eq(minor_tag(fixed), branch)) && fits_module(a, q, fixed) &&
           fits_flavour(q, fixed);
}

static Verdict judge_ranges(const Advisory *a, const Question *q)
{
    Verdict v = {0};
    Str branch = branch_of(a, q);
    for (size_t i = 0; i < a->ranges.len; i++) {
        const AdvisoryRange *r = &a->ranges.at[i];
        if (!fits_range(a, q, branch, r->fixed))
            continue;
        bool passed, within = is_within(r, q, &passed);
        v.passed |= passed;
        if (!within)
            continue;
        bool sooner = v.answer == ANSWER_YES && r->fixed.len && v.fixed.len &&
                      question_compare(q, r->fixed, v.fixed) < 0;
        if (v.answer == ANSWER_NO || sooner) {
            v.fixed = r->fixed;
            v.last = r->last_affected;
        }
        v.answer = ANSWER_YES;
    }
    return v;
}

/* Rule 9: Ubuntu's extended support is a stream of its own. Who has it and is past its fix is safe,
 * whatever the public stream says; who has it not is as vulnerable, without a fix. */
static void judge_extended(const Advisory *a, const Question *q, Verdict *v)
{
    if (!str_starts(a->ecosystem, STR("Ubuntu:Pro:")))
        return;
    bool from_it = str_contains(q->version, STR("esm"));
    if (v->answer == ANSWER_NO && from_it && a->ranges.len && a->ranges.at[0].fixed.len)
        v->answer = ANSWER_DENIED;
    v->locked = v->answer == ANSWER_YES && v->fixed.len && !q->subscribed;
}

Verdict advisory_judge(const Advisory *a, const Question *q)
{
    Verdict v = {0};
    if (!fits_arch(a, q) || !fits_platform(a, q) || !fits_module(a, q, (Str){0}))
        return v;
    if (a->status == STATUS_NOT_AFFECTED || denies(a)) {
        v.answer = ANSWER_DENIED;
        return v;
    }
    v = judge_ranges(a, q);
    if (is_listed(a, q)) {
        v.answer = ANSWER_YES;
        v.listed = true;
    }
    if (a->all_versions)
        v.answer = ANSWER_YES;
    if (v.answer == ANSWER_YES && !is_linked(a, q))
        v.answer = ANSWER_ABSENT;
    judge_extended(a, q, &v);
    return v;
}
