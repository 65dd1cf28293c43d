/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/severity.h"

#include "base/compiler.h"

Severity severity_of_word(Str word)
{
    static const struct {
        Str word;
        Severity severity;
    } rows[] = {
        {STR_INIT("critical"), SEVERITY_CRITICAL},
        {STR_INIT("high"), SEVERITY_HIGH},
        {STR_INIT("medium"), SEVERITY_MEDIUM},
        {STR_INIT("low"), SEVERITY_LOW},
        {STR_INIT("negligible"), SEVERITY_NEGLIGIBLE},
        {STR_INIT("important"), SEVERITY_HIGH},
        {STR_INIT("severe"), SEVERITY_HIGH},
        {STR_INIT("moderate"), SEVERITY_MEDIUM},
        {STR_INIT("minor"), SEVERITY_LOW},
        {STR_INIT("unimportant"), SEVERITY_NEGLIGIBLE},
        {STR_INIT("none"), SEVERITY_NEGLIGIBLE},
        {STR_INIT("info"), SEVERITY_NEGLIGIBLE},
        {STR_INIT("informational"), SEVERITY_NEGLIGIBLE},
        {STR_INIT("defcon1"), SEVERITY_CRITICAL},
        {STR_INIT("very high"), SEVERITY_CRITICAL},
        {STR_INIT("very low"), SEVERITY_LOW},
    };
    Str bare = str_trim_char(str_trim(word), '*'); /* Debian marks what it assumes: "medium**" */
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq_fold(rows[i].word, bare))
            return rows[i].severity;
    return SEVERITY_UNKNOWN;
}

Severity severity_of_score(double cvss)
{
    if (cvss >= 9)
        return SEVERITY_CRITICAL;
    if (cvss >= 7)
        return SEVERITY_HIGH;
    if (cvss >= 4)
        return SEVERITY_MEDIUM;
    return cvss >= .1 ? SEVERITY_LOW : SEVERITY_UNKNOWN;
}
