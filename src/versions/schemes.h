/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "versions/version.h"

/* The rows; version.c lists them. */
extern const VersionScheme version_alpm, version_apk, version_bitnami, version_composer,
    version_cran, version_dpkg, version_go, version_hackage, version_maven, version_nuget,
    version_pep440, version_plain, version_portage, version_pub, version_rpm, version_rubygems,
    version_semver;
