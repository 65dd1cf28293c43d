/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/builtin/kernel.h"

static bool starts_with_any(Str s, const Str *prefixes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_starts(s, prefixes[i]))
            return true;
    return false;
}

/* "linux" alone begins too much: linux-pam, linux-firmware and linux-atm are no kernels. */
bool kernel_is_source(Str source)
{
    static const Str exact[] = {STR_INIT("linux"), STR_INIT("kernel"), STR_INIT("perf"),
                                STR_INIT("linux-headers")};
    static const Str flavours[] = {
        STR_INIT("signed"),   STR_INIT("lts"),    STR_INIT("virt"),   STR_INIT("edge"),
        STR_INIT("hardened"), STR_INIT("rpi"),    STR_INIT("aws"),    STR_INIT("azure"),
        STR_INIT("gcp"),      STR_INIT("gke"),    STR_INIT("hwe"),    STR_INIT("ibm"),
        STR_INIT("intel"),    STR_INIT("kvm"),    STR_INIT("lowlat"), STR_INIT("nvidia"),
        STR_INIT("oem"),      STR_INIT("oracle"), STR_INIT("raspi"),  STR_INIT("realtime"),
        STR_INIT("riscv"),    STR_INIT("meta"),   STR_INIT("xilinx"), STR_INIT("starfive"),
        STR_INIT("bluefield")};
    for (size_t i = 0; i < COUNT_OF(exact); i++)
        if (str_eq(source, exact[i]))
            return true;
    Str kind = str_from_pos(source, STR("linux-").len);
    if (!str_starts(source, STR("linux-")))
        return str_starts(source, STR("kernel-"));
    return char_is_digit(str_at(kind, 0)) || starts_with_any(kind, flavours, COUNT_OF(flavours));
}

/* What is loaded at boot, as opposed to headers, tools and documentation. */
static bool is_kernel_image(const Package *p)
{
    static const Str prefixes[] = {
        STR_INIT("linux-image-"),   STR_INIT("linux-modules-"), STR_INIT("kernel-core"),
        STR_INIT("kernel-modules"), STR_INIT("kernel-default"), STR_INIT("kernel-uek"),
        STR_INIT("kernel-rt"),      STR_INIT("kernel-64k"),     STR_INIT("linux-lts"),
        STR_INIT("linux-virt"),     STR_INIT("linux-edge"),     STR_INIT("linux-hardened"),
        STR_INIT("linux-rpi"),
    };
    bool extra = str_ends(p->name, STR("-dev")) || str_ends(p->name, STR("-devel")) ||
                 str_ends(p->name, STR("-doc"));
    return !extra && (str_eq(p->name, STR("kernel")) ||
                      starts_with_any(p->name, prefixes, COUNT_OF(prefixes)));
}

/* Debian and Ubuntu write the release into the name, rpm and apk into the version. */
static bool is_running(const Package *p, Str running)
{
    Str epoch, bare;
    if (p->type == PACKAGE_DEB)
        return str_ends(p->name, running);
    if (!str_cut(p->version, ':', &epoch, &bare))
        bare = p->version;
    return str_starts(running, bare);
}

Str kernel_mask_reason(const Inventory *inventory, const MatchOptions *options,
                       const uint32_t *packages, size_t count)
{
    bool host = inventory->subject.kind == SUBJECT_HOST;
    bool image = false;
    for (size_t i = 0; i < count; i++) {
        const Package *p = &inventory->packages.at[packages[i]];
        if (!package_type_is_os(p->type) || !kernel_is_source(p->source_name))
            return (Str){0};
        if (!is_kernel_image(p))
            continue;
        image = true;
        if (host && (options->running_kernel.len == 0 || is_running(p, options->running_kernel)))
            return (Str){0};
    }
    if (host)
        return image ? STR("this kernel is not the one that runs")
                     : STR("kernel headers and tools: no kernel of this package runs");
    return STR("no kernel runs inside a container: the host's is judged there");
}
