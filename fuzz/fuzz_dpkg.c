/* SPDX-License-Identifier: Apache-2.0 */
#include "os_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const Str paths[] = {
        STR_INIT("var/lib/dpkg/status"),
        STR_INIT("var/lib/dpkg/status.d/a"),
        STR_INIT("var/lib/dpkg/status.d/a.md5sums"),
        STR_INIT("var/lib/dpkg/info/a:amd64.list"),
        STR_INIT("usr/share/doc/a/copyright"),
        STR_INIT("usr/lib/opkg/info/a.control"),
        STR_INIT("var/lib/chisel/manifest.wall"),
    };
    os_catalog(bytes, size, paths, COUNT_OF(paths));
    return 0;
}
