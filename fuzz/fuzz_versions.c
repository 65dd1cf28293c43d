/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include "versions/range.h"
#include "versions/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line against the second under every scheme: an order is the same both ways round, and
 * everything equals itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str a, b;
    size_t count;
    bool has;
    str_cut(str_of(data, size), '\n', &a, &b);
    const VersionScheme *const *all = version_schemes(&count);
    for (size_t i = 0; i < count; i++) {
        VersionOrder order = version_compare(all[i], a, b), back = version_compare(all[i], b, a);
        if (order == VERSION_UNORDERED ? back != order : order != -back)
            abort();
        if (order != VERSION_UNORDERED && version_compare(all[i], a, a) != VERSION_EQUAL)
            abort();
        all[i]->valid(a);
    }
    (void)semver_range_has(a, b, &has);
    return 0;
}
