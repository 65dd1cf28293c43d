#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the images that `run` measures, outside the source tree; what is there already is kept.

    images.py FOLDER [small|medium|large ...]

small   an Alpine root file system (the shared test data beside the checkout, or a crafted one)
medium  Debian bookworm with Python and nginx, one layer
large   five layers, over 1 GB: bookworm with Python; Node with an npm tree; a JDK with jars;
        build-essential; programs written in Go

Layers are made as an image builder makes them: apt and npm run in an overlay over the layers below,
and what they leave in its upper folder is the layer. That takes root and Debian's packages; a layer
that cannot be made so is filled with what is installed on this machine, and a line says it.

Each image comes as an OCI layout with gzip layers (gz), as one with zstd layers (zst), as a
docker-archive (save.tar) and as the layers' folders in overlay2's format (trees); `done` is written
last. Layers are written by tar, gzip and zstd; nothing here holds a layer in memory.

ASSAY_BENCH_ROOTFS=TAR  take this Debian root file system instead of what debootstrap makes
ASSAY_SHARED            the shared test data, ../shared beside the checkout by default
"""
import concurrent.futures
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("ASSAY_SHARED", os.path.join(HERE, "..", "..", "shared"))
GZIP = "pigz -p1" if shutil.which("pigz") else "gzip"
CODECS = {"gz": ("gzip", [*GZIP.split(), "-n", "-6"]), "zst": ("zstd", ["zstd", "-q", "-3", "-c"])}
if not shutil.which("zstd"):
    del CODECS["zst"]
NPM = ("express", "react", "react-dom", "webpack", "webpack-cli", "typescript", "next", "eslint",
       "jest", "lodash", "axios", "@babel/core", "vite", "mongoose")
MEDIUM = (("python and nginx", ("python3", "nginx")),)
LARGE = (("python", ("python3", "python3-pip", "python3-django", "python3-cryptography",
                     "python3-requests", "python3-numpy")),
         ("node", ("nodejs",)),
         ("java", ("openjdk-17-jre-headless", "maven", "gradle", "libspring-web-servlet-java",
                   "libnetty-java", "libtomcat9-java", "libjackson2-databind-java")),
         ("build", ("build-essential",)),
         ("go", ("hugo", "caddy", "restic", "rclone", "gh", "etcd-server", "runc")))
FILL = 250_000_000  # bytes, about, of a layer that is filled from this machine
TREES = ("/usr/lib/node_modules", "/usr/lib/python3", "/usr/lib/python3.11", "/usr/lib/gcc",
         "/usr/lib/jvm", "/usr/share", "/usr/bin", "/usr/lib/llvm-14", "/usr/lib/x86_64-linux-gnu",
         "/usr/include", "/usr/lib")
# In a mount namespace of its own, so that nothing stays mounted: $1 merged, $2 upper, $3 lower
# folders (empty: upper is the whole root), $4 apt's lists and archives; then the command.
INSIDE = r"""
merged=$1 upper=$2 lower=$3 apt=$4; shift 4
if [ -n "$lower" ]; then
    mount -t overlay overlay "$merged" -o \
        "lowerdir=$lower,upperdir=$upper,workdir=$merged.work,redirect_dir=off,metacopy=off,index=off"
else
    mount --bind "$upper" "$merged"
fi
mount --bind "$apt/lists" "$merged/var/lib/apt/lists"
mount --bind "$apt/archives" "$merged/var/cache/apt/archives"
mount -t proc proc "$merged/proc"
exec chroot "$merged" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
    DEBIAN_FRONTEND=noninteractive "$@"
"""


class CannotMake(Exception):
    pass


def say(text):
    print(f"images.py: {text}", file=sys.stderr, flush=True)


def run(*words, **more):
    try:
        subprocess.run(words, check=True, **more)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotMake(f"{words[0]}: {error}") from error


def quietly(*words, **more):
    """The last line of what a failing command printed is the reason."""
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, **more)
    except OSError as error:
        raise CannotMake(f"{words[0]}: {error}") from error
    if done.returncode:
        lines = done.stdout.strip().splitlines() or [f"exit status {done.returncode}"]
        raise CannotMake(f"{words[0]}: {lines[-1]}")


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return "sha256:" + digest.hexdigest()


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)


# ---- root file systems ----


def alpine(out):
    """An unpacked Alpine root file system, or a tree that looks like one."""
    found = f"{SHARED}/fixtures/images/alpine-minirootfs-3.20.3-x86_64.tar.gz"
    os.makedirs(out)
    if os.path.exists(found):
        run("tar", "-xzf", found, "-C", out)
        return
    say("no shared test data: small is a crafted tree")
    write(f"{out}/etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\n")
    write(f"{out}/lib/apk/db/installed",
          "".join(f"P:{name}\nV:1.2.3-r0\nA:x86_64\no:{name}\n\n"
                  for name in ("busybox", "musl", "zlib", "libcrypto3", "apk-tools")))
    for i in range(500):
        write(f"{out}/usr/share/misc/{i}", hashlib.sha256(str(i).encode()).digest() * 450)


class Debian:
    """A minimal bookworm and apt's downloads, made once; layers are installed on top of it."""

    def __init__(self, root):
        self.home = f"{root}/debian"
        self.base = f"{self.home}/base"
        self.given = os.environ.get("ASSAY_BENCH_ROOTFS")

    def prepare(self):
        if os.path.exists(f"{self.home}/done"):
            return
        shutil.rmtree(self.home, ignore_errors=True)
        for folder in ("lists/partial", "archives/partial", "merged"):
            os.makedirs(f"{self.home}/{folder}")
        if self.given:
            os.makedirs(self.base)
            run("tar", "-xf", self.given, "-C", self.base)
        else:
            say("debootstrap bookworm")
            quietly("debootstrap", "--variant=minbase", "bookworm", self.base)
            for folder in ("lib/apt/lists", "cache/apt/archives"):
                shutil.rmtree(f"{self.base}/var/{folder}")
                os.makedirs(f"{self.base}/var/{folder}/partial")
            write(f"{self.base}/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n")  # start no service
            os.chmod(f"{self.base}/usr/sbin/policy-rc.d", 0o755)
        try:
            self.inside(self.base, [], "apt-get", "update", "-q")
        except CannotMake as error:
            say(f"no packages can be installed: {error}")
        write(f"{self.home}/done", "")

    def inside(self, upper, lower, *words):
        """Runs `words` with `upper` as the root file system, above the folders `lower`."""
        work = f"{self.home}/merged.work"
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        quietly("unshare", "-m", "--propagation", "private", "sh", "-euc", INSIDE, "sh",
                f"{self.home}/merged", upper, ":".join(reversed(lower)), self.home, *words)
        shutil.rmtree(work)

    def install(self, upper, lower, packages):
        self.inside(upper, lower, "apt-get", "install", "-q", "-y", "--no-install-recommends", "-o",
                    "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "-o",
                    "APT::Keep-Downloaded-Packages=1", *packages)

    def copy(self, out):
        self.prepare()
        run("cp", "-a", self.base, out)  # devices stay devices

    def layer(self, out, lower, packages):
        """A whole root file system if there is nothing below."""
        if lower:
            os.makedirs(out, exist_ok=True)
        else:
            self.copy(out)
        self.install(out, lower, packages)


def npm_tree(upper):
    app = f"{upper}/srv/app"
    os.makedirs(app)
    quietly("npm", "install", "--prefix", app, "--ignore-scripts", "--no-audit", "--no-fund", *NPM)


class Filler:
    """Layers from what is installed here, each file once."""

    def __init__(self):
        self.sources = (os.path.join(folder, name) for tree in TREES
                        for folder, _, names in os.walk(tree) for name in sorted(names))
        self.seen = set()

    def root(self, out):
        """What says which packages there are, when no Debian could be made."""
        for path in ("/etc/os-release", "/var/lib/dpkg/status", "/lib/apk/db/installed"):
            if os.path.isfile(path) and not os.path.lexists(out + path):
                os.makedirs(os.path.dirname(out + path), exist_ok=True)
                shutil.copyfile(path, out + path)

    def fill(self, out):
        size = 0
        while size < FILL:
            source = next(self.sources, None)
            if source is None:
                break
            if source in self.seen or os.path.islink(source) or not os.path.isfile(source):
                continue
            self.seen.add(source)
            os.makedirs(os.path.dirname(f"{out}/opt{source}"), exist_ok=True)
            shutil.copyfile(source, f"{out}/opt{source}")
            size += os.path.getsize(source)


def debian_layers(trees, debian, rows):
    filler, layers = Filler(), []
    for number, (name, packages) in enumerate(rows):
        upper = f"{trees}/{number}"
        say(f"layer {number + 1} of {len(rows)}: {name}")
        try:
            if name == "node":
                npm_tree(upper)
            debian.layer(upper, layers, packages)
        except CannotMake as error:
            say(f"layer {number + 1} comes from this machine: {error}")
            if number == 0:
                filler.root(upper)
            filler.fill(upper)
        layers.append(upper)


# ---- layers and images ----


def is_opaque(folder):
    try:
        return os.getxattr(folder, "trusted.overlay.opaque") == b"y"
    except OSError:
        return False


def whiteouts(tree, stage):
    """OCI's names for overlay2's marks: copies into `stage` what the tar gets in their place, and
    returns the paths that it must not hold."""
    marks = []
    for folder, _, names in os.walk(tree):
        place = os.path.relpath(folder, tree)
        if is_opaque(folder):
            write(f"{stage}/{place}/.wh..wh..opq", "")
        for name in names:
            found = os.lstat(f"{folder}/{name}")
            if stat.S_ISCHR(found.st_mode) and found.st_rdev == 0:
                marks.append(f"./{os.path.normpath(f'{place}/{name}')}")
                write(f"{stage}/{place}/.wh.{name}", "")
    return marks


def tar_of(tree, out):
    stage = f"{out}.marks"
    os.makedirs(stage)
    marks = whiteouts(tree, stage)
    write(f"{out}.without", "".join(mark + "\n" for mark in marks))
    placed = sorted(os.path.join(folder, name)[len(stage) + 1:]
                    for folder, _, names in os.walk(stage) for name in names)
    write(f"{out}.with", "".join(f"./{name}\n" for name in placed))
    run("tar", "--sort=name", "--numeric-owner", "--anchored", "--no-wildcards",
        f"--exclude-from={out}.without", "-cf", out, "-C", tree, ".")
    run("tar", "--numeric-owner", "--no-recursion", "-rf", out, "-C", stage, "-T", f"{out}.with")
    shutil.rmtree(stage)
    os.remove(f"{out}.without")
    os.remove(f"{out}.with")


def config_of(diff_ids):
    return json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2026-10-01T00:00:00Z", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created_by": "bench"} for _ in diff_ids]}).encode()


def compress(tar, out, codec):
    with open(tar, "rb") as source, open(out, "wb") as blob:
        run(*CODECS[codec][1], stdin=source, stdout=blob)
    return sha256(out)


def oci_layout(out, tars, diff_ids, codec):
    blobs = f"{out}/blobs/sha256"
    os.makedirs(blobs)

    def put(data):
        digest = hashlib.sha256(data).hexdigest()
        write(f"{blobs}/{digest}", data)
        return {"digest": "sha256:" + digest, "size": len(data)}

    def layer(number):
        new = f"{blobs}/new{number}"
        digest = compress(tars[number], new, codec)
        os.rename(new, f"{blobs}/{digest[7:]}")
        return {"mediaType": f"application/vnd.oci.image.layer.v1.tar+{CODECS[codec][0]}",
                "digest": digest, "size": os.path.getsize(f"{blobs}/{digest[7:]}")}

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        layers = list(pool.map(layer, range(len(tars))))
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                   **put(config_of(diff_ids))},
        "layers": layers}).encode()
    index = {"schemaVersion": 2, "manifests": [
        {"mediaType": "application/vnd.oci.image.manifest.v1+json", **put(manifest)}]}
    write(f"{out}/index.json", json.dumps(index))
    write(f"{out}/oci-layout", '{"imageLayoutVersion":"1.0.0"}')
    write(f"{out}/layers",
          "".join(f"{out}/blobs/sha256/{l['digest'][7:]}\n" for l in layers))


def docker_archive(out, tars, diff_ids, tag):
    """Consumes the tars: the archive is the layers one after the other."""
    stage = f"{out}.stage"
    os.makedirs(stage)
    config = config_of(diff_ids)
    name = hashlib.sha256(config).hexdigest() + ".json"
    write(f"{stage}/{name}", config)
    for i, tar in enumerate(tars):
        os.makedirs(f"{stage}/{i}")
        os.rename(tar, f"{stage}/{i}/layer.tar")
    write(f"{stage}/manifest.json",
          json.dumps([{"Config": name, "RepoTags": [tag],
                       "Layers": [f"{i}/layer.tar" for i in range(len(tars))]}]))
    run("tar", "--sort=name", "-cf", out, "-C", stage, ".")
    shutil.rmtree(stage)


def image_of(folder, tars, tag, codecs=tuple(CODECS)):
    diff_ids = [sha256(tar) for tar in tars]
    for codec in codecs:
        oci_layout(f"{folder}/{codec}", tars, diff_ids, codec)
    docker_archive(f"{folder}/save.tar", tars, diff_ids, tag)


def image(root, name, fill):
    """`fill` makes the trees; the last thing written says that all is there."""
    folder = f"{root}/{name}"
    if os.path.exists(f"{folder}/done"):
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(f"{folder}/trees")
    say(f"making {folder}")
    fill(f"{folder}/trees")
    tars = []
    for tree in sorted(os.listdir(f"{folder}/trees")):
        tars.append(f"{folder}/{tree}.tar")
        tar_of(f"{folder}/trees/{tree}", tars[-1])
    image_of(folder, tars, f"bench/{name}:latest")
    write(f"{folder}/done", "")


def main():
    root = os.path.abspath(sys.argv[1])
    debian = Debian(root)
    makers = {"small": lambda trees: alpine(f"{trees}/0"),
              "medium": lambda trees: debian_layers(trees, debian, MEDIUM),
              "large": lambda trees: debian_layers(trees, debian, LARGE)}
    failed = 0
    for name in sys.argv[2:] or makers:
        try:
            image(root, name, makers[name])
        except CannotMake as reason:
            say(f"{name} could not be made: {reason}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
