#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh GROUP... - installs from Debian what these groups of work need and this machine lacks.
set -eu

build="gcc cmake ninja-build make pkg-config libisal-dev zlib1g-dev libzstd-dev liblzma-dev \
libbz2-dev libxxhash-dev libexpat1-dev libisal2 libssl3 libcurl4 xz-utils gzip"
check="clang clang-format libclang-rt-dev universal-ctags mandoc python3 python3-jsonschema git \
zip openssl isal rpm"

wanted=""
for group in "$@"; do
    case "$group" in
    build) wanted="$wanted $build" ;;
    check) wanted="$wanted $check" ;;
    *) echo "install.sh: unknown group $group (build, check)" >&2; exit 2 ;;
    esac
done

is_here() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }

# Debian 13 calls some libraries NAMEt64; they provide NAME, by which apt finds them.
missing=""
for package in $wanted; do
    is_here "$package" || is_here "${package}t64" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing:$missing"
if [ "$(id -u)" != 0 ]; then
    echo "install.sh: not root: run 'apt-get install$missing' first" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
