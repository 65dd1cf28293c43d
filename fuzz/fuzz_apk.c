/* SPDX-License-Identifier: Apache-2.0 */
#include "os_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const Str paths[] = {
        STR_INIT("lib/apk/db/installed"),
    };
    os_catalog(bytes, size, paths, COUNT_OF(paths));
    return 0;
}
