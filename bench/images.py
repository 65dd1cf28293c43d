#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the images that run.sh measures, outside the source tree; what is there already is kept.

    images.py FOLDER

small   an Alpine root file system (the shared test data beside the checkout, or a crafted one)
medium  a Debian root file system (debootstrap, or ASSAY_BENCH_ROOTFS=TAR), one layer
large   medium and four layers of trees that are installed on this machine, about 1 GB

Each comes as an OCI layout with gzip layers, as one with zstd layers, as a docker-archive and as
plain trees. Layers are written by tar, gzip and zstd; nothing here holds a layer in memory.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("ASSAY_SHARED", os.path.join(HERE, "..", "..", "shared"))
CODECS = {"gz": ("gzip", ["gzip", "-n", "-6"]), "zst": ("zstd", ["zstd", "-q", "-3", "-c"])}
LAYER = 250_000_000  # bytes, about, of each upper layer of the large image
TREES = ("/usr/lib/node_modules", "/usr/lib/python3", "/usr/lib/python3.11", "/usr/lib/gcc",
         "/usr/lib/jvm", "/usr/share", "/usr/bin", "/usr/lib/llvm-14", "/usr/lib/x86_64-linux-gnu",
         "/usr/include", "/usr/lib")


def run(*words, **more):
    subprocess.run(words, check=True, **more)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return "sha256:" + digest.hexdigest()


def alpine(out):
    """An unpacked Alpine root file system, or a tree that looks like one."""
    found = f"{SHARED}/fixtures/images/alpine-minirootfs-3.20.3-x86_64.tar.gz"
    os.makedirs(out)
    if os.path.exists(found):
        run("tar", "-xzf", found, "-C", out)
        return
    for folder in ("etc", "bin", "lib/apk/db", "usr/share/misc"):
        os.makedirs(f"{out}/{folder}")
    with open(f"{out}/etc/os-release", "w", encoding="utf-8") as file:
        file.write("ID=alpine\nVERSION_ID=3.20.3\n")
    with open(f"{out}/lib/apk/db/installed", "w", encoding="utf-8") as file:
        for name in ("busybox", "musl", "zlib", "libcrypto3", "apk-tools"):
            file.write(f"P:{name}\nV:1.2.3-r0\nA:x86_64\no:{name}\n\n")
    for i in range(500):
        with open(f"{out}/usr/share/misc/{i}", "wb") as file:
            file.write(hashlib.sha256(str(i).encode()).digest() * 450)


def debian(out):
    given = os.environ.get("ASSAY_BENCH_ROOTFS")
    if given:
        os.makedirs(out)
        run("tar", "-xf", given, "-C", out)
    else:
        run("debootstrap", "--variant=minbase", "bookworm", out)


def upper_trees(out):
    """Four trees of LAYER bytes each, copied file by file from what is installed here."""
    sources = (os.path.join(folder, name) for tree in TREES
               for folder, _, names in os.walk(tree) for name in sorted(names))
    seen = set()
    for number in range(1, 5):
        size = 0
        while size < LAYER:
            source = next(sources, None)
            if source is None:
                break
            if source in seen or os.path.islink(source) or not os.path.isfile(source):
                continue
            seen.add(source)
            target = f"{out}/{number}/opt/{number}{source}"
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(source, target)
            size += os.path.getsize(source)


def tar_of(tree, out):
    run("tar", "--sort=name", "--numeric-owner", "-cf", out, "-C", tree, ".")


def config_of(tars):
    return json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2026-10-01T00:00:00Z", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [sha256(tar) for tar in tars]},
        "history": [{"created_by": "bench"} for _ in tars]}).encode()


def oci_layout(out, tars, codec):
    kind, command = CODECS[codec]
    blobs = f"{out}/blobs/sha256"
    os.makedirs(blobs)

    def put(data):
        digest = hashlib.sha256(data).hexdigest()
        with open(f"{blobs}/{digest}", "wb") as file:
            file.write(data)
        return {"digest": "sha256:" + digest, "size": len(data)}

    layers = []
    for tar in tars:
        with open(tar, "rb") as source, open(f"{blobs}/new", "wb") as blob:
            run(*command, stdin=source, stdout=blob)
        digest = sha256(f"{blobs}/new")
        os.rename(f"{blobs}/new", f"{blobs}/{digest[7:]}")
        layers.append({"mediaType": f"application/vnd.oci.image.layer.v1.tar+{kind}",
                       "digest": digest, "size": os.path.getsize(f"{blobs}/{digest[7:]}")})
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                   **put(config_of(tars))},
        "layers": layers}).encode()
    index = {"schemaVersion": 2, "manifests": [
        {"mediaType": "application/vnd.oci.image.manifest.v1+json", **put(manifest)}]}
    with open(f"{out}/index.json", "w", encoding="utf-8") as file:
        json.dump(index, file)
    with open(f"{out}/oci-layout", "w", encoding="utf-8") as file:
        file.write('{"imageLayoutVersion":"1.0.0"}')
    with open(f"{out}/layers", "w", encoding="utf-8") as file:
        file.write("".join(f"{out}/blobs/sha256/{l['digest'][7:]}\n" for l in layers))


def docker_archive(out, tars):
    stage = f"{out}.stage"
    os.makedirs(stage)
    config = config_of(tars)
    name = hashlib.sha256(config).hexdigest() + ".json"
    with open(f"{stage}/{name}", "wb") as file:
        file.write(config)
    for i, tar in enumerate(tars):
        os.makedirs(f"{stage}/{i}")
        os.link(tar, f"{stage}/{i}/layer.tar")
    with open(f"{stage}/manifest.json", "w", encoding="utf-8") as file:
        json.dump([{"Config": name, "RepoTags": ["bench:latest"],
                    "Layers": [f"{i}/layer.tar" for i in range(len(tars))]}], file)
    run("tar", "--sort=name", "--hard-dereference", "-cf", out, "-C", stage, ".")
    shutil.rmtree(stage)


def image(root, name, fill):
    """`fill` makes the trees; the last thing written says that all is there."""
    folder = f"{root}/{name}"
    if os.path.exists(f"{folder}/done"):
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(f"{folder}/trees")
    print(f"making {folder}", file=sys.stderr)
    fill(f"{folder}/trees")
    tars = []
    for tree in sorted(os.listdir(f"{folder}/trees")):
        tars.append(f"{folder}/{tree}.tar")
        tar_of(f"{folder}/trees/{tree}", tars[-1])
    for codec in CODECS:
        oci_layout(f"{folder}/{codec}", tars, codec)
    docker_archive(f"{folder}/save.tar", tars)
    for tar in tars:
        os.remove(tar)
    with open(f"{folder}/done", "w", encoding="utf-8"):
        pass


def large(trees, root):
    run("cp", "-a", f"{root}/medium/trees/0", f"{trees}/0")  # devices stay devices
    upper_trees(trees)


def main():
    root = os.path.abspath(sys.argv[1])
    image(root, "small", lambda trees: alpine(f"{trees}/0"))
    image(root, "medium", lambda trees: debian(f"{trees}/0"))
    image(root, "large", lambda trees: large(trees, root))


main()
