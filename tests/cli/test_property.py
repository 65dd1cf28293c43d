# SPDX-License-Identifier: Apache-2.0
"""Whichever way an image comes in, it is the same image: packages, paths, findings, score. The
images are random, of seeds; ASSAY_PROPERTY_IMAGES says how many (a few unless said), and
ASSAY_PROPERTY_SEED the first."""
import bz2
import contextlib
import gzip
import json
import lzma
import os
import shutil
import subprocess
import tarfile

from assay import Skip, docker_archive, image_config, oci_layout, scan
from engine import difference, docker, dockerd, essence, need, run
from images import Image

COUNT = int(os.environ.get("ASSAY_PROPERTY_IMAGES", "4"))
SEED = int(os.environ.get("ASSAY_PROPERTY_SEED", "1"))
CONTEXT = ("--context", "user=root", "--context", "exposure=internal", "--context", "image_age=fresh")
TAG = "property:1"


def zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout


PACKERS = {"plain": bytes, "gzip -1": lambda d: gzip.compress(d, 1), "gzip -9": lambda d: gzip.compress(d, 9),
           "xz": lzma.compress, "bzip2": bz2.compress}
if shutil.which("zstd"):
    PACKERS["zstd"] = zstd


def write(path, data):
    with open(path, "wb") as out:
        out.write(data)
    return path


def new_docker_archive(path, folder):
    """As Docker saves it since 25: an OCI layout with the old manifest beside."""
    with open(f"{folder}/index.json", encoding="utf-8") as file:
        manifest = json.load(file)["manifests"][0]["digest"][7:]
    with open(f"{folder}/blobs/sha256/{manifest}", encoding="utf-8") as file:
        manifest = json.load(file)
    place = "blobs/sha256/{}".format
    rows = [{"Config": place(manifest["config"]["digest"][7:]), "RepoTags": [TAG],
             "Layers": [place(layer["digest"][7:]) for layer in manifest["layers"]]}]
    write(f"{folder}/manifest.json", json.dumps(rows).encode())
    with tarfile.open(path, "w") as out:
        out.add(folder, arcname=".")
    os.unlink(f"{folder}/manifest.json")
    return path


def layered_ways(image):
    """(name of the way, what to give to `scan`)"""
    config = image_config(image.layers)
    yield "docker-archive", {"target": docker_archive("old.tar", image.layers, config, tags=(TAG,))}
    for name, pack in PACKERS.items():
        layout = "layout " + name
        oci_layout(layout, image.layers, config, compress=pack)
        yield layout, {"target": layout}
        with open("old.tar", "rb") as file:
            yield "archive in " + name, {"target": write("packed " + name, pack(file.read()))}
    mixed = iter(list(PACKERS.values()) * len(image.layers))
    oci_layout("mixed", image.layers, config, compress=lambda layer: next(mixed)(layer))
    yield "mixed", {"target": "mixed"}
    with tarfile.open("layout.tar", "w") as out:
        out.add("mixed", arcname=".")
    yield "layout as a tar", {"target": "layout.tar"}
    yield "new docker-archive", {"target": new_docker_archive("new.tar", "layout plain")}
    stored = [gzip.compress(layer) for layer in image.layers]
    yield "archive of packed layers", {"target": docker_archive("packed.tar", image.layers, config, (TAG,), stored)}
    with open("old.tar", "rb") as file:
        yield "standard input", {"target": "-", "stdin": file.read()}


def unpack(image, folder):
    """The tree as a folder: the names are no strings to Python's tarfile."""
    made = {}
    os.mkdir(folder)
    for path, node in sorted(image.tree.items()):
        place = os.path.join(os.fsencode(folder), os.fsencode(path))
        if node[0] == "d":
            os.mkdir(place)
        elif node[0] == "l":
            os.symlink(os.fsencode(node[1]), place)
        elif id(node) in made:
            os.link(made[id(node)], place)
        else:
            write(place, node[1])
            made[id(node)] = place
    return folder


def flat_ways(image):
    flat = image.flat()
    for name, pack in PACKERS.items():
        yield "root in " + name, {"target": write("root " + name, pack(flat))}
    yield "folder", {"target": unpack(image, "root")}


def without_layers(value):
    if isinstance(value, dict):
        return {k: without_layers(v) for k, v in value.items() if k not in ("layer", "layers")}
    return [without_layers(v) for v in value] if isinstance(value, list) else value


def summary(result, layered):
    found = essence(result)
    found["exit"] = result.code
    if layered:
        return found
    found = without_layers(found)
    for key in ("derived", "platform", "layers"):
        found.pop(key, None)
    return found


def must_equal(seed, way, left, right):
    for name, value in left.items():
        assert value == right[name], f"seed {seed}, {way}: {name}: {difference(value, right[name])}"


def check(seed, image, first):
    expected = summary(first, True)
    packages = {(p["name"], p["version"]) for p in first.json["packages"] if p["type"] == "npm"}
    assert packages == image.npm_expected(), f"seed {seed}: {packages ^ image.npm_expected()}"
    for way, how in layered_ways(image):
        must_equal(seed, way, expected, summary(scan(how.pop("target"), *CONTEXT, **how), True))
    expected = summary(first, False)
    for way, how in flat_ways(image):
        must_equal(seed, way, expected, summary(scan(how.pop("target"), *CONTEXT, **how), False))


@contextlib.contextmanager
def below(name):
    """A folder of its own for one image, gone afterwards."""
    os.mkdir(name)
    before = os.getcwd()
    os.chdir(name)
    try:
        yield
    finally:
        os.chdir(before)
        shutil.rmtree(os.fsencode(name), ignore_errors=True)


def some(asked, what):
    if not asked:
        raise Skip(f"no image of the seeds {SEED} to {SEED + COUNT - 1} {what}")


def test_all_ways_show_the_same_image(folder):
    for seed in range(SEED, SEED + COUNT):
        image = Image(seed)
        with below(str(seed)):
            first = scan(docker_archive("first.tar", image.layers, tags=(TAG,)), *CONTEXT)
            assert first.code in (0, 4), first
            check(seed, image, first)
    print(COUNT, "images in every way")


def test_an_engine_holds_the_same_image(folder):
    with dockerd(folder) as path:
        asked = 0
        for seed in range(SEED, SEED + COUNT):
            image = Image(seed)
            if not image.loadable:
                continue
            asked += 1
            with below(str(seed)):
                archive = docker_archive("first.tar", image.layers, tags=(TAG,))
                first = summary(scan(archive, *CONTEXT), True)
                docker(path, "load", "-i", archive)
                engine = scan(TAG, *CONTEXT, env={"DOCKER_HOST": f"unix://{path}"})
                must_equal(seed, "engine", first, summary(engine, True))
                docker(path, "save", "-o", "saved.tar", TAG)
                must_equal(seed, "saved", first, summary(scan("saved.tar", *CONTEXT), True))
                docker(path, "rmi", "-f", TAG)
    some(asked, "can be loaded")
    print(asked, "images in an engine")


def test_what_umoci_unpacks_is_the_same_image(folder):
    """Hostile names included: it, too, holds them at the root."""
    need("umoci")
    if os.getuid() != 0:
        raise Skip("only root can unpack what belongs to others")
    asked = 0
    for seed in range(SEED, SEED + COUNT):
        image = Image(seed)
        if not image.for_umoci:
            continue
        asked += 1
        with below(str(seed)):
            first = summary(scan(docker_archive("first.tar", image.layers, tags=(TAG,)), *CONTEXT), False)
            oci_layout("layout", image.layers)
            with open("layout/index.json", encoding="utf-8") as file:
                index = json.load(file)
            index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": "t"}
            write("layout/index.json", json.dumps(index).encode())
            run("umoci", "raw", "unpack", "--image", "layout:t", "root")
            must_equal(seed, "umoci", first, summary(scan("root", *CONTEXT), False))
    some(asked, "can be unpacked by umoci")
    print(asked, "images by umoci")
