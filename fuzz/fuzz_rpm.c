/* SPDX-License-Identifier: Apache-2.0 */
#include "os_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const Str paths[] = {
        STR_INIT("var/lib/rpm/Packages"),
        STR_INIT("var/lib/rpmmanifest/container-manifest-2"),
        STR_INIT("var/lib/rpm/rpmdb.sqlite-wal"),
    };
    os_catalog(bytes, size, paths, COUNT_OF(paths));
    return 0;
}
