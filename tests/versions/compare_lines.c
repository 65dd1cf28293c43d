/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include "base/compiler.h"
#include "versions/range.h"
#include "versions/version.h"

/* For differential.py: `versions_compare SCHEME` answers each line "A<tab>B" with one of < = > and
 * !; `versions_compare range` takes "RANGE<tab>VERSION" and answers 1, 0 or !. */
static char answer(const VersionScheme *scheme, Str a, Str b)
{
    bool has = false;
    if (!scheme)
        return semver_range_has(a, b, &has) ? (has ? '1' : '0') : '!';
    return "<=>!"[version_compare(scheme, a, b) + 1];
}

int main(int argc, char **argv)
{
    static char line[1 << 16];
    if (argc != 2)
        return 2;
    Str name = str_from(argv[1]);
    const VersionScheme *scheme = version_scheme_find(name);
    if (!scheme && !str_eq(name, STR("range")))
        return 2;
    while (fgets(line, sizeof line, stdin)) {
        Str a, b, text = str_of(line, strcspn(line, "\n"));
        if (!str_cut(text, '\t', &a, &b))
            return 2;
        printf("%c\n", answer(scheme, a, b));
    }
    return 0;
}
