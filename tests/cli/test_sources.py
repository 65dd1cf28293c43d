# SPDX-License-Identifier: Apache-2.0
"""The same image by every way in; what binds, binds."""
import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import subprocess
import tarfile

from assay import (ALPINE, APK_DB, alpine_layer, apk, docker_archive, entry, expect, image_config,
                   oci_layout, one_line, scan, sha256, shared, tar)
from binaries import elf, rust

OLD_SSL = apk("libssl3", "3.3.2-r0", "openssl")


def names(run):
    return sorted((p["name"], p["version"]) for p in run.json["packages"])


def cves(run):
    return sorted(f["id"] for f in run.json["findings"] if f["kind"] == "cve")


def test_docker_archive(folder):
    run = expect(scan(docker_archive("i.tar", [alpine_layer(OLD_SSL)])), 0)
    subject = run.json["subject"]
    assert subject["kind"] == "image" and subject["name"] == "test:latest"
    assert subject["platform"] == "linux/amd64" and subject["os"]["version"].startswith("3.20")
    assert names(run) == [("libssl3", "3.3.2-r0")] and cves(run)


def test_a_named_pipe_is_read_once(folder):
    """Who looked into it before would take from the one who writes."""
    archive = docker_archive("i.tar", [alpine_layer(OLD_SSL)])
    os.mkfifo("pipe")
    with subprocess.Popen(["sh", "-c", f"cat {archive} >pipe"]) as writer:
        assert names(expect(scan("pipe"), 0)) == [("libssl3", "3.3.2-r0")]
        assert writer.wait() == 0


def test_every_way_in_finds_the_same(folder):
    layers = [alpine_layer(OLD_SSL), tar(("app/readme", "x"))]
    docker_archive("a.tar", layers)
    oci_layout("layout", layers)
    with tarfile.open("layout.tar", "w") as out:
        out.add("layout", arcname=".")
    with open("a.tar", "rb") as file, gzip.open("a.tar.gz", "wb") as out:
        out.write(file.read())
    os.makedirs("root")
    with tarfile.open(fileobj=io.BytesIO(layers[0])) as archive:
        archive.extractall("root")
    with open("rootfs.tar", "wb") as out:
        out.write(layers[0])
    for name, pack in (("rootfs.tar.xz", lzma.compress), ("rootfs.tar.bz2", bz2.compress),
                       ("rootfs.tar.gz", gzip.compress)):
        with open(name, "wb") as out:
            out.write(pack(layers[0]))
    expected = None
    for target in ("a.tar", "layout", "layout.tar", "a.tar.gz", "root", "rootfs.tar",
                   "rootfs.tar.xz", "rootfs.tar.bz2", "rootfs.tar.gz"):
        found = (names(expect(scan(target), 0)), cves(scan(target)))
        expected = expected or found
        assert found == expected, (target, found, expected)
    with open("a.tar", "rb") as file:
        run = expect(scan("-", stdin=file.read()), 0)
        assert (names(run), cves(run)) == expected


def test_zstd_layers(folder):
    layer = alpine_layer(OLD_SSL)
    if subprocess.run(["sh", "-c", "command -v zstd"], capture_output=True, check=False).returncode:
        from assay import Skip
        raise Skip("zstd is not installed")
    pack = lambda data: subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout
    oci_layout("z", [layer], compress=pack)
    assert names(expect(scan("z"), 0)) == [("libssl3", "3.3.2-r0")]


def put_sha512(path, data, claimed=None):
    digest = claimed or hashlib.sha512(data).hexdigest()
    os.makedirs(f"{path}/blobs/sha512", exist_ok=True)
    with open(f"{path}/blobs/sha512/{digest}", "wb") as out:
        out.write(data)
    return {"digest": "sha512:" + digest, "size": len(data)}


def layout_in_sha512(path, layer, claimed=None):
    """An OCI layout all of whose digests are SHA-512; `claimed` is the layer's, if it lies."""
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                   **put_sha512(path, image_config([layer]))},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    **put_sha512(path, gzip.compress(layer), claimed)}]}).encode()
    index = {"schemaVersion": 2, "manifests": [
        {"mediaType": "application/vnd.oci.image.manifest.v1+json", **put_sha512(path, manifest)}]}
    with open(f"{path}/index.json", "w", encoding="utf-8") as out:
        json.dump(index, out)
    with open(f"{path}/oci-layout", "w", encoding="utf-8") as out:
        out.write('{"imageLayoutVersion":"1.0.0"}')


def test_sha512_binds_as_well(folder):
    layer = alpine_layer(OLD_SSL)
    layout_in_sha512("good", layer)
    assert names(expect(scan("good"), 0)) == [("libssl3", "3.3.2-r0")]
    layout_in_sha512("bad", layer, "0" * 128)
    run = expect(scan("bad"), 1)
    assert run.out == "" and run.err.count("sha512:") == 2, run


def linked(data):
    """With the length of a program header, which a linker writes even where there is none."""
    return data[:54] + b"\x38\0" + data[56:]


LONG_TOOL = linked(rust(("smallvec", "0.6.13"), text=b"\x90" * (5 << 20)))


def test_long_executables_are_found_by_every_way_in(folder):
    """Longer than what is gathered unasked; the list of sections lies at their end."""
    layer = tar(("etc/os-release", ALPINE), (APK_DB, OLD_SSL),
                ("usr/bin/plain", linked(elf({".text": b"\x90" * (5 << 20)}))), ("usr/bin/tool", LONG_TOOL),
                ("usr/bin/last", "x"))
    docker_archive("long.tar", [layer])
    oci_layout("long", [layer])
    os.makedirs("root")
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        archive.extractall("root")
    os.chmod("root/usr/bin/tool", 0o755)
    for target in ("long.tar", "long", "root"):
        found = names(expect(scan(target), 0))
        assert ("smallvec", "0.6.13") in found and ("libssl3", "3.3.2-r0") in found, (target, found)


def test_long_executables_of_a_damaged_layer_are_found(folder):
    """What is reached of it counts, the second time as well."""
    whole = tar(("etc/os-release", ALPINE), (APK_DB, OLD_SSL),
                ("usr/bin/tool", LONG_TOOL), ("usr/bin/last", "x" * 5000))
    cut = whole[:whole.rindex(b"x" * 5000) + 100]
    docker_archive("cut.tar", [cut])
    oci_layout("cut", [cut])
    for target in ("cut.tar", "cut"):
        run = expect(scan(target), 4)
        assert ("smallvec", "0.6.13") in names(run) and ("libssl3", "3.3.2-r0") in names(run), (target, run)
        assert [i for i in run.json["incomplete"] if "layer" in i["what"]], (target, run)


def test_wrong_blob_of_a_layout_is_refused(folder):
    oci_layout("bad", [alpine_layer(OLD_SSL), tar(("x", "y"))], damage=1)
    run = expect(scan("bad"), 1)
    assert run.out == ""
    line = run.err.strip()
    assert line.count("sha256:") == 2, line
    with tarfile.open("bad.tar", "w") as out:
        out.add("bad", arcname=".")
    assert expect(scan("bad.tar"), 1).out == ""


def test_wrong_manifest_of_a_layout_is_refused(folder):
    oci_layout("bad", [alpine_layer(OLD_SSL)])
    with open("bad/index.json", encoding="utf-8") as file:
        digest = json.load(file)["manifests"][0]["digest"]
    with open(f"bad/blobs/sha256/{digest[7:]}", "ab") as out:
        out.write(b"\n")
    one_line(expect(scan("bad"), 1), digest, "digest")


def test_wrong_diff_id_of_an_archive_is_incomplete(folder):
    claimed, real = alpine_layer(OLD_SSL), alpine_layer(apk("zlib", "1.3-r0"))
    run = expect(scan(docker_archive("i.tar", [claimed], stored=[real])), 4)
    lines = [i for i in run.json["incomplete"] if sha256(claimed) in i["what"] + i["why"]]
    assert lines and sha256(real) in lines[0]["why"], run.json["incomplete"]
    assert run.json["subject"]["layers"][0]["diff_id"] == sha256(real)
    assert names(run) == [("zlib", "1.3-r0")]
    good = expect(scan(docker_archive("good.tar", [claimed])), 0)
    assert names(good) == [("libssl3", "3.3.2-r0")], "a liar's result was taken for another image's"


def test_platform(folder):
    oci_layout("arm", [alpine_layer(OLD_SSL)], platform={"os": "linux", "architecture": "arm64"})
    one_line(expect(scan("arm", "--platform", "linux/amd64"), 1), "linux/amd64", "linux/arm64")
    docker_archive("amd.tar", [alpine_layer(OLD_SSL)])
    one_line(expect(scan("amd.tar", "--platform", "linux/arm64"), 1), "linux/amd64")
    expect(scan("amd.tar", "--platform", "linux/amd64"), 0)


def test_layers_name_what_they_brought(folder):
    base = alpine_layer(apk("musl", "1.2.5-r0"))
    top = tar((APK_DB, apk("musl", "1.2.5-r0") + OLD_SSL))
    history = [{"created_by": "ADD rootfs"}, {"created_by": "ENV A=b", "empty_layer": True},
               {"created_by": "/bin/sh -c apk add openssl"}]
    run = expect(scan(docker_archive("i.tar", [base, top], image_config([base, top], history))), 0)
    layers = {p["name"]: p["layer"] for p in run.json["packages"]}
    assert layers["musl"] == 0 and layers["libssl3"] == 1, layers
    assert [l["instruction"] for l in run.json["subject"]["layers"]] == ["ADD rootfs", "apk add openssl"]


def test_whiteouts_and_opaque_folders(folder):
    base = tar(("etc/os-release", ALPINE), (APK_DB, apk("musl", "1.2.5-r0")),
               ("app/node_modules/lodash/package.json", '{"name":"lodash","version":"4.17.15"}'),
               ("srv/node_modules/minimist/package.json", '{"name":"minimist","version":"0.0.8"}'))
    top = tar(("srv/node_modules/left/package.json", '{"name":"left","version":"1.0.0"}'),
              ("app/node_modules/.wh.lodash", ""), ("srv/.wh..wh..opq", ""))
    run = expect(scan(docker_archive("i.tar", [base, top])), 0)
    assert names(run) == [("left", "1.0.0"), ("musl", "1.2.5-r0")], names(run)


def test_links_across_layers(folder):
    base = tar(("opt/real/installed", OLD_SSL), ("opt/real/release", ALPINE))
    top = tar((entry("lib/apk/db/installed", kind=tarfile.LNKTYPE, link="opt/real/installed"))[0:2],
              (entry("etc/os-release", kind=tarfile.SYMTYPE, link="../opt/real/release"))[0:2])
    run = expect(scan(docker_archive("i.tar", [base, top])), 0)
    assert names(run) == [("libssl3", "3.3.2-r0")] and run.json["subject"]["os"]["id"] == "alpine"


def test_context_comes_from_the_configuration(folder):
    layer = alpine_layer(OLD_SSL)
    config = image_config([layer], config={"User": "app", "ExposedPorts": {"80/tcp": {}, "443/tcp": {}}})
    run = expect(scan(docker_archive("i.tar", [layer], config)), 0)
    assert run.json["context"] == {"exposure": "internal", "image_age": "fresh", "user": "nonroot"}
    assert "443/tcp" in run.json["derived"]["exposure"] and "User=app" in run.json["derived"]["user"]
    said = expect(scan("i.tar", "--context", "exposure=internet", "--context", "user=root"), 0).json
    assert said["context"]["exposure"] == "internet" and "exposure" not in said["derived"]
    assert said["score"]["raw"] > run.json["score"]["raw"]
    bare = image_config([layer], config={})
    run = expect(scan(docker_archive("j.tar", [layer], bare)), 0)
    assert run.json["context"]["user"] == "root" and "exposure" not in run.json["context"]


def test_two_images_in_one_archive(folder):
    run = scan(shared("fixtures/images/ggcr/test_bundle.tar"))
    assert any("another image" in note["why"] for note in run.json["notes"]), run


def test_not_an_image(folder):
    one_line(expect(scan(shared("fixtures/images/snyk/docker-oci-archives_unsupported-image.tar")), 1),
             "neither an image nor a root file system")
    one_line(expect(scan(shared("fixtures/images/ggcr/no_manifest.tar")), 1), "manifest.json")
    one_line(expect(scan(shared("fixtures/images/ggcr/null_manifest.tar")), 1), "manifest.json")


def test_fixtures_with_wrong_blobs_are_refused():
    for name in ("snyk/oci-archives_alpine-3.12.0.tar", "snyk/oci-archives_nginx.tar"):
        run = expect(scan(shared("fixtures/images/" + name)), 1)
        assert run.err.count("sha256:") == 2, run


def test_fixtures_with_wrong_diff_ids_are_incomplete():
    for name in ("docker-archives_docker-save_java", "docker-archives_docker-save_nginx",
                 "docker-archives_docker-save_nginx-os-release-link",
                 "docker-archives_docker-save_nginx-with-buildinfo",
                 "docker-archives_skopeo-copy_nginx-compressed-layers",
                 "docker-archives_skopeo-copy_centos-6", "oci-archives_oci-with-manifest"):
        run = expect(scan(shared(f"fixtures/images/snyk/{name}.tar")), 4)
        assert any("diffID" in line["why"] for line in run.json["incomplete"]), (name, run.json["incomplete"])


def test_alpine_counts():
    for version, count in (("3.9.6", 7), ("3.17.10", 0), ("3.20.3", 27)):
        run = expect(scan(shared(f"fixtures/images/alpine-minirootfs-{version}-x86_64.tar.gz")), 0)
        assert len(cves(run)) == count, (version, len(cves(run)))
        assert run.json["score"]["level"] != "UNKNOWN"
