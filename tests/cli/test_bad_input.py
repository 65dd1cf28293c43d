# SPDX-License-Identifier: Apache-2.0
"""Hostile and broken images: a clear line, the right exit code, bounded time, nothing lost."""
import gzip
import json
import os
import tarfile
import zlib

from assay import (ALPINE, APK_DB, alpine_layer, apk, docker_archive, entry, expect, image_config,
                   oci_layout, one_line, scan, sha256, tar)

SSL = apk("libssl3", "3.3.2-r0", "openssl")


def write(path, data):
    with open(path, "wb") as out:
        out.write(data)
    return path


def reasons(run):
    return " | ".join(f"{line['what']}: {line['why']}" for line in run.json["incomplete"])


def test_no_such_target():
    one_line(expect(scan("no-such-image:1", env={"DOCKER_HOST": "unix:///nonexistent.sock"}), 1), "no-such-image:1")


def test_empty_file(folder):
    one_line(expect(scan(write("empty", b"")), 1), "empty")


def test_text_file(folder):
    one_line(expect(scan(write("readme", b"hello\n" * 1000)), 1), "readme")


def test_empty_folder(folder):
    os.mkdir("nothing")
    one_line(expect(scan("nothing"), 1), "nothing", "neither an image nor a root file system")


def test_image_without_a_package_is_unknown(folder):
    run = expect(scan(docker_archive("i.tar", [tar(("etc/hostname", "x"))])), 4)
    score = run.json["score"]
    assert score["level"] == "UNKNOWN" and score["combined"] is None and score["exact"] is None
    assert "no package" in reasons(run)


def test_unknown_meets_every_threshold(folder):
    docker_archive("i.tar", [tar(("etc/hostname", "x"))])
    expect(scan("i.tar", "--fail-on", "SEVERE"), 3)
    expect(scan("i.tar", "--fail-on", "1000"), 3)


def test_unknown_distribution_is_incomplete(folder):
    layer = tar(("etc/os-release", "ID=frobnix\nVERSION_ID=9\n"), (APK_DB, SSL))
    run = expect(scan(docker_archive("i.tar", [layer])), 4)
    assert "frobnix" in reasons(run) or "apk" in reasons(run), reasons(run)


def test_truncated_gzip(folder):
    packed = gzip.compress(alpine_layer(SSL) + os.urandom(200000))
    layer = packed[: len(packed) // 2]
    run = expect(scan(docker_archive("i.tar", [layer], image_config([layer]))), 4)
    assert "ends early" in reasons(run), reasons(run)
    assert [p["name"] for p in run.json["packages"]] == ["libssl3"], "what was read is kept"


def test_truncated_archive(folder):
    docker_archive("i.tar", [alpine_layer(SSL)])
    with open("i.tar", "rb") as file:
        data = file.read()
    one_line(expect(scan(write("cut.tar", data[:1500])), 1), "cut.tar")


def test_lying_manifest(folder):
    layer = alpine_layer(SSL)
    config = image_config([layer])
    manifest = [{"Config": "c.json", "RepoTags": [], "Layers": ["layer.tar", "../../etc/passwd"]}]
    write("i.tar", tar(("layer.tar", layer), ("c.json", config), ("manifest.json", json.dumps(manifest))))
    run = expect(scan("i.tar"), 4)
    assert "../../etc/passwd" in reasons(run), reasons(run)
    manifest[0]["Config"] = "missing.json"
    write("j.tar", tar(("layer.tar", layer), ("manifest.json", json.dumps(manifest))))
    one_line(expect(scan("j.tar"), 1), "missing.json")


def test_manifest_that_is_no_json(folder):
    write("i.tar", tar(("manifest.json", "[{]")))
    one_line(expect(scan("i.tar"), 1), "manifest.json", "byte 2")


def test_path_traversal_stays_inside(folder):
    layer = tar(("../../../etc/os-release", ALPINE), ("/lib/apk/db/../db/installed", SSL))
    run = scan(docker_archive("i.tar", [layer]))
    assert [p["name"] for p in run.json["packages"]] == ["libssl3"], run
    assert run.json["subject"]["os"]["id"] == "alpine"


def test_symlink_loops(folder):
    layer = tar(entry("etc/os-release", kind=tarfile.SYMTYPE, link="release"),
                entry("etc/release", kind=tarfile.SYMTYPE, link="os-release"),
                entry("lib/apk", kind=tarfile.SYMTYPE, link="../lib/apk"),
                entry("var/lib/dpkg", kind=tarfile.SYMTYPE, link="/var/lib/dpkg/x"))
    expect(scan(docker_archive("i.tar", [layer]), timeout=60), 4)


def test_links_of_a_folder_do_not_leave_it(folder):
    os.makedirs("root/etc")
    os.makedirs("root/lib/apk/db")
    write("outside", SSL.encode())
    os.symlink("../../../../outside", "root/lib/apk/db/installed")
    write("root/etc/os-release", ALPINE.encode())
    run = expect(scan("root"), 4)
    assert run.json["packages"] == [], run.json["packages"]


def test_odd_bytes_in_names(folder):
    layer = tar(("etc/os-release", ALPINE), (APK_DB, SSL),
                ("app/node_modules/x\x1b[31m/package.json", '{"name":"evil\\u001b[2J","version":"1.0.0"}'),
                ("app/node_modules/y/package.json", b'{"name":"bad\xff\xfe","version":"1.0.0"}'))
    docker_archive("i.tar", [layer])
    run = scan("i.tar")
    assert run.json["packages"], run
    from assay import assay
    table = assay("scan", "i.tar", "--as-of", "2026-11-22")
    assert "\x1b" not in table.out and "\x1b" not in table.err


def test_nul_bytes(folder):
    layer = tar(("etc/os-release", ALPINE), (APK_DB, SSL.replace("A:x86_64", "A:\0\0")))
    run = expect(scan(docker_archive("i.tar", [layer])), 4)
    assert run.json["packages"] and APK_DB in reasons(run), reasons(run)


def test_torn_package_databases_are_not_clean(folder):
    """What a full disk or a crash leaves: what was read is kept, and the file is named."""
    second = apk("zlib", "1.3.1-r1")
    deb = "Package: a\nStatus: install ok installed\nVersion: 1\n\n"
    damaged = [
        (APK_DB, SSL + second.replace("V:", "W:")), (APK_DB, (SSL + second)[:len(SSL) + 9]),
        (APK_DB, SSL + second[:20] + "\0" * 40), (APK_DB, SSL.rstrip("\n") + "\n" + second),
        (APK_DB, SSL.replace("libssl3", "lib\xef\xbfl3")), ("var/lib/dpkg/status", deb + deb[:9]),
        ("var/lib/dpkg/status", deb + deb.rstrip("\n")), ("var/lib/dpkg/status", deb.rstrip("\n") + "\n" + deb),
        ("var/lib/dpkg/status", deb + deb.replace("n: 1", "n: 1 0")),
        ("srv/vendor/composer/installed.json", '{"packages":[{"name":"a/b","version":"1"},{"Name":"c/d","version":"1"}]}')]
    for path, text in damaged:
        release = "ID=debian\nVERSION_ID=12\n" if "dpkg" in path else ALPINE
        files = [("etc/os-release", release), (path, text)]
        run = expect(scan(docker_archive("i.tar", [tar(*files)])), 4)
        assert path in reasons(run) and run.json["packages"], (text, reasons(run))


def test_layer_that_inflates_a_thousand_fold(folder):
    engine = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = engine.compress(alpine_layer(SSL)[:-1024])
    info = tarfile.TarInfo("zeros")
    info.size = 4 << 30
    bomb += engine.compress(info.tobuf())
    block = bytes(1 << 20)
    for _ in range(256):
        bomb += engine.compress(block)
    bomb += engine.flush()
    run = expect(scan(docker_archive("i.tar", [bomb], image_config([bomb])), timeout=120), 4)
    assert "250-fold" in reasons(run), reasons(run)
    assert [p["name"] for p in run.json["packages"]] == ["libssl3"]


def test_package_database_of_four_gigabytes(folder):
    engine = zlib.compressobj(1, zlib.DEFLATED, 31)
    info = tarfile.TarInfo("var/lib/dpkg/status")
    info.size = 4 << 30
    os_release = tar(("etc/os-release", "ID=debian\nVERSION_ID=12\n"))[:1024]
    head = os_release + info.tobuf()
    noise = b"".join(b"Package: p%d\n" % i for i in range(80000))[: 1 << 20]
    layer = engine.compress(head)
    for _ in range(64):
        layer += engine.compress(noise)
    layer += engine.flush()
    run = expect(scan(docker_archive("i.tar", [layer], image_config([layer])), timeout=120), 4)
    assert "var/lib/dpkg/status" in reasons(run) and "268435456" in reasons(run), reasons(run)


def test_damaged_package_database(folder):
    layer = tar(("etc/os-release", "ID=almalinux\nVERSION_ID=9.4\n"),
                ("var/lib/rpm/rpmdb.sqlite", b"SQLite format 3\0" + os.urandom(5000)))
    run = expect(scan(docker_archive("i.tar", [layer])), 4)
    assert "rpmdb.sqlite" in reasons(run), reasons(run)


def test_jars_in_circles_and_bombs(folder):
    import io
    import zipfile
    inner = b""
    for depth in range(12):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as jar:
            if depth == 0:
                jar.writestr("META-INF/MANIFEST.MF", "Implementation-Title: deep\nImplementation-Version: 1\n")
            else:
                jar.writestr(f"level{depth}.jar", inner)
        inner = out.getvalue()
    layer = tar(("etc/os-release", ALPINE), (APK_DB, SSL), ("app/deep.jar", inner))
    run = expect(scan(docker_archive("i.tar", [layer])), 4)
    assert "deep.jar" in reasons(run), reasons(run)


def test_missing_layer_of_a_layout(folder):
    layer = alpine_layer(SSL)
    oci_layout("l", [layer])
    blob = gzip.compress(layer)
    for name in os.listdir("l/blobs/sha256"):
        with open(f"l/blobs/sha256/{name}", "rb") as file:
            data = file.read()
        if data[:2] == b"\x1f\x8b":
            os.unlink(f"l/blobs/sha256/{name}")
    one_line(expect(scan("l"), 1), "does not hold it")


def test_index_that_names_itself(folder):
    os.makedirs("l/blobs/sha256")
    index = {"schemaVersion": 2, "manifests": []}
    text = json.dumps({"schemaVersion": 2, "manifests": [
        {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha256:" + "0" * 64, "size": 1}]})
    write("l/index.json", text.encode())
    expect(scan("l"), 1)
    del index


def test_foreign_database(folder):
    from assay import assay
    os.mkdir("db")
    write("db/advisories.db", b"SQLite format 3\0" + bytes(5000))
    docker_archive("i.tar", [alpine_layer(SSL)])
    one_line(expect(assay("scan", "i.tar", "--db", "db"), 1), "db/advisories.db")
    one_line(expect(assay("scan", "i.tar", "--db", "nowhere"), 1), "nowhere/advisories.db")


def test_full_disk_for_the_report(folder):
    docker_archive("i.tar", [alpine_layer(SSL)])
    from assay import assay
    run = expect(assay("scan", "i.tar", "--format", "json", "-o", "/dev/full"), 1)
    one_line(run, "/dev/full")
    with open("/dev/full", "wb") as full:
        import subprocess
        from assay import BIN
        done = subprocess.run([BIN, "scan", "i.tar"], stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 1, done


def test_wrong_size_in_oci_is_no_crash(folder):
    oci_layout("l", [alpine_layer(SSL)])
    with open("l/index.json", encoding="utf-8") as file:
        index = json.load(file)
    index["manifests"][0]["size"] = -5
    with open("l/index.json", "w", encoding="utf-8") as out:
        json.dump(index, out)
    assert scan("l").code in (0, 1)
    assert sha256(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_slow_ten_million_entries(folder):
    """Random names keep the ratio honest, so that it is the count that ends it."""
    engine = zlib.compressobj(1, zlib.DEFLATED, 31)
    with open("layer", "wb") as out:
        out.write(engine.compress(alpine_layer(SSL)[:-1024]))
        chunk = b"".join(tarfile.TarInfo("d/" + os.urandom(3).hex()).tobuf() for _ in range(4096))
        for _ in range(10_000_000 // 4096):
            out.write(engine.compress(chunk))
        out.write(engine.flush())
    with open("layer", "rb") as file:
        layer = file.read()
    run = expect(scan(docker_archive("i.tar", [layer], image_config([layer])), timeout=280), 4)
    assert "5000000 entries" in reasons(run), reasons(run)
    assert [p["name"] for p in run.json["packages"]] == ["libssl3"]
