#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh - measures the program against what bounds it and prints ratios; no row is a test.
#
#   ASSAY_BENCH        folder for the images (2.6 GB; kept between runs)    build/bench
#   ASSAY_BENCH_BIN    the program                                         build/release/assay
#   ASSAY_BENCH_ROUNDS pairs of each row                                   7
#   ASSAY_BENCH_ROOTFS a tar to take instead of what debootstrap makes
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
images=${ASSAY_BENCH:-$source/build/bench}
assay=${ASSAY_BENCH_BIN:-$source/build/release/assay}
rounds=${ASSAY_BENCH_ROUNDS:-7}
for tool in igzip zstd openssl python3 cc; do
    command -v $tool >/dev/null || { echo "run.sh: needs $tool" >&2; exit 1; }
done
mkdir -p "$images"
images=$(cd "$images" && pwd)
for program in pair dents nothing; do
    static=""
    [ $program = nothing ] && static=-static
    cc -O2 -std=gnu17 $static -o "$images/$program" "$source/bench/$program.c"
done
python3 "$source/bench/images.py" "$images"

row() { # row NAME A... -- B...
    "$images/pair" "$rounds" "$@"
}
scan() { # scan NAME TARGET -- B...
    name=$1 target=$2
    shift 2
    row "$name" "$assay" scan --quiet --no-cache "$target" "$@"
}

echo "$(date -u +%Y-%m-%d), $(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)"
echo "$("$assay" --version), $(openssl version | cut -d' ' -f1,2), $(zstd --version | grep -o 'v[0-9.]*'), $(igzip --version)"
echo "A is assay; medians of $rounds pairs, in milliseconds; MB is assay's peak memory"
printf '%-46s %9s %9s %7s  %-12s %6s %6s\n' row A B A/B spread cpuA/B MB
for image in small medium large; do
    i=$images/$image
    gz=$(tr '\n' ' ' <"$i/gz/layers") zst=$(tr '\n' ' ' <"$i/zst/layers")
    # shellcheck disable=SC2086
    {
        scan "$image: gzip layers : igzip -dc" "$i/gz" -- igzip -dc $gz
        scan "$image: gzip layers : igzip -dc + dgst of blobs" "$i/gz" -- \
            sh -c "igzip -dc $gz && exec openssl dgst -sha256 $gz"
        scan "$image: zstd layers : zstd -dc" "$i/zst" -- zstd -q -dc $zst
        scan "$image: zstd layers : zstd -dc + dgst of that" "$i/zst" -- \
            sh -c "zstd -q -dc $zst && zstd -q -dc $zst | openssl dgst -sha256"
        scan "$image: docker-archive : openssl dgst" "$i/save.tar" -- \
            openssl dgst -sha256 "$i/save.tar"
        scan "$image: folder, warm : getdents64 alone" "$i/trees/0" -- "$images/dents" "$i/trees/0"
    }
done
cache=$images/cache
"$assay" scan --quiet --cache "$cache" "$images/large/gz" >/dev/null 2>&1 || true
# shellcheck disable=SC2046
row "large: gzip layers, cached : dgst of blobs" "$assay" scan --quiet --cache "$cache" \
    "$images/large/gz" -- openssl dgst -sha256 $(cat "$images/large/gz/layers")
row "assay --version : nothing at all" "$assay" --version -- "$images/nothing"
row "assay db lookup openssl : nothing at all" "$assay" db lookup pkg:deb/debian/openssl -- \
    "$images/nothing"
