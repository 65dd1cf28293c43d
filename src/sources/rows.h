/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "sources/source.h"

extern const SourceFormat source_docker_archive, source_oci_layout_tar, source_oci_layout_dir,
    source_rootfs_tar, source_rootfs_dir, source_overlay;
