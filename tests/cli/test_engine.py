# SPDX-License-Identifier: Apache-2.0
"""Images of real engines, read as root from their folders, as anybody else through their socket, and
from the archives that they and their relatives write: always the same findings."""
import json
import os
import signal
import socket
import subprocess
import threading

from assay import (APK_DB, AS_OF, BIN, Run, Skip, alpine_layer, apk, assay, expect, one_line, scan,
                   tar)
from binaries import go
from engine import TAG, Podman, docker, dockerd, need, run, same, sample, sample_layers, settle

LIMIT_OF_A_SOCKET_PATH = 108


def by_socket(path, name=TAG, *words):
    return scan(name, *words, env={"DOCKER_HOST": f"unix://{path}"})


def names(result):
    return sorted(f"{p['name']} {p['version']}" for p in result.json["packages"])


def said(result):
    return " ".join(note["why"] for note in result.json["notes"])


SAMPLE = ["Django 3.2.0", "busybox 1.36.1-r28", "libssl3 3.3.2-r0", "lodash 4.17.20",
          "minimist 1.2.0", "qs 6.5.0", "rack 2.0.1"]


def test_docker_image_is_the_archive_it_came_from(folder):
    sample("a.tar")
    archive = expect(scan("a.tar"), 0)
    assert names(archive) == SAMPLE, names(archive)
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        engine = expect(by_socket(path), 0)
        assert "cannot be verified" in said(engine), said(engine)
        same(engine, archive)
        docker(path, "save", "-o", "saved.tar", TAG)
    same(expect(scan("saved.tar"), 0), archive)


def test_names_of_a_docker_image(folder):
    sample("a.tar")
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        image = docker(path, "image", "inspect", "-f", "{{.Id}}", TAG).strip()
        first = expect(by_socket(path), 0)
        for name in (image, image[7:], image[7:19]):
            same(expect(by_socket(path, name), 0), first)
        one_line(expect(by_socket(path, "no/such:image"), 1), "no/such:image", path)
        one_line(expect(by_socket(path, "a b\nc"), 1))
    one_line(expect(by_socket(path), 1), path)


def test_sockets_by_link_and_by_long_path(folder):
    sample("a.tar")
    long = f"{folder}/{'d' * 60}/{'e' * 60}"
    os.makedirs(long)
    assert len(long) > LIMIT_OF_A_SOCKET_PATH
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        first = expect(by_socket(path), 0)
        os.symlink(path, "link.sock")
        os.symlink("link.sock", "twice.sock")
        same(expect(by_socket(f"{folder}/twice.sock"), 0), first)
        os.symlink(path, f"{long}/d.sock")
        same(expect(by_socket(f"{long}/d.sock"), 0), first)
        os.link(path, f"{long}/hard.sock")
        same(expect(by_socket(f"{long}/hard.sock"), 0), first)


def test_what_is_found_without_a_variable(folder):
    sample("a.tar")
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        os.mkdir("run")
        os.symlink(path, "run/docker.sock")
        expect(scan(TAG, env={"XDG_RUNTIME_DIR": f"{folder}/run"}), 0)
    one_line(expect(by_socket("/nowhere.sock"), 1), "/nowhere.sock")
    run_ = scan(TAG, env={"DOCKER_HOST": "tcp://127.0.0.1:2375"})
    one_line(expect(run_, 1), "DOCKER_HOST", "unix://")


def as_nobody(folder, path, *words):
    need("setpriv")
    os.chmod(folder, 0o755)
    os.makedirs("nobody", exist_ok=True)
    os.chmod("nobody", 0o777)
    os.chmod(path, 0o666)
    os.chmod(os.path.dirname(path), 0o755)
    env = {**os.environ, "DOCKER_HOST": f"unix://{path}", "XDG_CACHE_HOME": f"{folder}/nobody/cache",
           "XDG_DATA_HOME": f"{folder}/nobody/data", "TMPDIR": f"{folder}/nobody"}
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BIN, "scan", TAG,
                           "--format", "json", "--as-of", AS_OF, *words],
                          env=env, capture_output=True, timeout=120, check=False)
    if b"Permission denied" in done.stderr and b"exec" in done.stderr:
        raise Skip("the program is not readable for another user")
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_another_user_is_given_a_saved_copy(folder):
    sample("a.tar")
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        root = expect(by_socket(path), 0)
        nobody = expect(as_nobody(folder, path), 0)
        assert "cannot be verified" not in said(nobody), said(nobody)
        same(nobody, root)
        again = expect(as_nobody(folder, path), 0)
        assert again.out == nobody.out


def test_cached_and_fresh_results_are_the_same_bytes(folder):
    sample("a.tar")
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        first = expect(by_socket(path), 0)
        assert os.listdir("cache"), "nothing was cached"
        assert expect(by_socket(path), 0).out == first.out
        assert expect(by_socket(path, TAG, "--no-cache"), 0).out == first.out
        docker(path, "tag", TAG, "other:tag")
        other = expect(by_socket(path, "other:tag"), 0)
        assert other.json["subject"]["name"] == "other:tag"
        same(other, first)


# Packages with flaws, and a kernel's headers, whose flaws are masked.
SYSTEM = (apk("libssl3", "3.3.0-r0", "openssl") + apk("busybox", "1.36.1-r2") +
          apk("linux-headers", "6.6-r0", "linux-lts"))
POLICY = "alpha = 3\n"


def database(minimist, kernel):
    """Of two flaws, with the versions that end them."""
    rows = (("npm", "minimist", minimist, "CVE-2025-0001"), ("Alpine:v3.20", "linux-lts", kernel, "CVE-2025-0002"))
    os.makedirs("feeds/osv/all", exist_ok=True)
    for ecosystem, name, fixed, cve in rows:
        with open(f"feeds/osv/all/{name}.json", "w", encoding="utf-8") as file:
            json.dump({"id": f"X-{cve}", "modified": "2026-01-01T00:00:00Z", "aliases": [cve], "affected": [
                {"package": {"ecosystem": ecosystem, "name": name},
                 "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}, file)
    expect(assay("db", "build", "feeds", "--db", "db"), 0)


# What a result depends on, besides the image and the database.
VARIANTS = [
    (), ("--as-of", "2026-11-23"), ("--context", "exposure=internet"), ("--context", "exposure=none"),
    ("--context", "fixed=wan_listen"), ("--db", "db"), ("--policy", "p.toml"), ("--fail-on", "1"), ("--fail-on", "1000"),
]


def kept(image, path, *words):
    """A scan, the same from what it kept, and one that keeps nothing."""
    env = {"DOCKER_HOST": f"unix://{path}"}
    runs = [assay("scan", image, "--as-of", AS_OF, *words, *more, env=env) for more in ((), (), ("--no-cache",))]
    for run_ in runs:
        assert (run_.code, run_.out, run_.err) == (runs[0].code, runs[0].out, runs[0].err), (words, run_, runs[0])
    return runs[0]


def test_a_kept_result_holds_for_what_it_was_made_of(folder):
    layers = sample_layers()
    layers.append(tar((APK_DB, SYSTEM)))
    sample("a.tar", layers)
    database("1.2.1", "6.7-r0")
    with open("p.toml", "w", encoding="utf-8") as file:
        file.write(POLICY)
    seen = set()
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        docker(path, "tag", TAG, "other:tag")
        for image in (TAG, "other:tag"):
            for form in ("table", "json", "html"):
                for words in VARIANTS:
                    run_ = kept(image, path, "--format", form, *words)
                    seen.add((run_.code, run_.out))
        words = ("--format", "json", "--db", "db")
        masked = [f for f in kept(TAG, path, *words).json["findings"] if f["mask"]]
        assert [f["id"] for f in masked] == ["CVE-2025-0002"], masked
        database("1.2.0", "6.6-r0")  # in the same place
        assert not kept(TAG, path, *words).json["findings"]
    # --fail-on changes the code alone, and a score below 1000 does not even that
    assert len(seen) == 2 * 3 * (len(VARIANTS) - 1), len(seen)


def entries(kind):
    """The paths of the entries of a kind, and their bytes."""
    found = []
    for name in os.listdir("cache/assay/layers"):
        with open(f"cache/assay/layers/{name}", "rb") as file:
            data = file.read()
        if f" {kind} ".encode() in data[:100]:
            found.append((f"cache/assay/layers/{name}", data))
    return found


def kept_result():
    """The path of the only result that is kept, and its bytes; nothing if there is none."""
    found = entries("result")
    assert len(found) < 2, found
    return found[0] if found else None


def used(path, *words, binary=None):
    """The entries that a scan reads: those whose time it sets."""
    folder = "cache/assay/layers"
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(folder):
        os.utime(f"{folder}/{name}", (1e9, 1e9))
    done = subprocess.run([binary or BIN, "scan", TAG, "--as-of", AS_OF, "--db", "db", *words], check=False,
                          capture_output=True, env={**os.environ, "DOCKER_HOST": f"unix://{path}"})
    assert done.returncode == 4, done  # the database knows nothing of Python and Ruby
    return {f"{folder}/{name}" for name in os.listdir(folder) if os.stat(f"{folder}/{name}").st_mtime > 1e9}


def test_a_second_scan_reads_no_layer(folder):
    """What the name stood for, what is in it, and what was concluded from that: once, and as long as nothing is another: not the day, not the file of the database, not the program."""
    sample("a.tar")
    database("1.2.1", "6.7-r0")
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        used(path)
        place, first = kept_result()
        read = {place, *(row[0] for kind in ("stands", "engine") for row in entries(kind))}
        assert len(read) == 3 and used(path) == read, used(path)
        os.utime("db/advisories.db")
        used(path)
        assert kept_result()[0] == place and kept_result()[1] != first
        used(path, "--as-of", "2026-11-21")
        assert kept_result()[0] == place and kept_result()[1] != first
        with open(BIN, "rb") as file:
            program = file.read()
        build = run("readelf", "-n", BIN).split("Build ID:")[1].split()[0]
        other = bytes.fromhex(build[:-2] + f"{int(build[-2:], 16) ^ 1:02x}")
        assert program.count(bytes.fromhex(build)) == 1
        with open("other", "wb") as file:
            file.write(program.replace(bytes.fromhex(build), other))
        os.chmod("other", 0o755)
        used(path)
        mine = kept_result()[1]
        used(path, binary=f"{folder}/other")
        assert kept_result()[1] != mine


def load_two(path):
    """TAG is one:tag, and two:tag something else."""
    sample("one.tar")
    sample("two.tar", [alpine_layer(apk("libssl3", "3.3.2-r0", "openssl"))], tags=("two:tag",))
    for name in ("one.tar", "two.tar"):
        docker(path, "load", "-i", name)
    docker(path, "tag", TAG, "one:tag")


def test_a_name_that_means_something_else_now(folder):
    """What it stood for the last time is no answer, whatever is kept of both."""
    with dockerd(folder) as path:
        load_two(path)
        one, two = expect(by_socket(path), 0), expect(by_socket(path, "two:tag"), 0)
        assert names(one) != names(two)
        for wanted, name in ((two, "two:tag"), (one, "one:tag"), (two, "two:tag"), (two, "two:tag")):
            docker(path, "tag", name, TAG)
            for words in ((), ("--no-cache",)):
                assert names(expect(by_socket(path, TAG, *words), 0)) == names(wanted), name
        docker(path, "rmi", TAG)
        fresh = expect(by_socket(path, TAG, "--no-cache"), 1)
        gone = expect(by_socket(path), 1)
        assert (gone.out, gone.err) == (fresh.out, fresh.err), gone


def test_an_engine_whose_names_stay_is_not_asked_again(folder):
    with dockerd(folder) as path:
        load_two(path)
        if not settle(folder):
            raise Skip("this engine keeps its names elsewhere")
        one, two = expect(by_socket(path), 0), expect(by_socket(path, "two:tag"), 0)
        with open(f"{folder}/docker/pid", encoding="utf-8") as file:
            daemon = int(file.read())
        os.kill(daemon, signal.SIGSTOP)  # who asked would wait for good
        try:
            assert expect(by_socket(path), 0).out == one.out
            assert expect(by_socket(path, "two:tag"), 0).out == two.out
        finally:
            os.kill(daemon, signal.SIGCONT)
        for name, wanted in (("two:tag", two), ("one:tag", one)):
            docker(path, "tag", name, TAG)
            for _ in range(2):
                assert names(expect(by_socket(path), 0)) == names(wanted), name
            settle(folder)
            for _ in range(2):
                assert names(expect(by_socket(path), 0)) == names(wanted), name
        docker(path, "rmi", TAG)
        one_line(expect(by_socket(path), 1), TAG)
    one_line(expect(by_socket(path, "two:tag"), 1), path)


def test_an_engine_that_takes_the_question_and_says_nothing(folder):
    """As one that is restarted meanwhile: an error, whatever is known of the name."""
    sample("a.tar")
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        expect(by_socket(path), 0)
    if os.path.exists(path):
        os.remove(path)
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(path)
        engine.listen(8)

        def close_all():
            try:
                while True:
                    engine.accept()[0].close()
            except OSError:
                pass

        thread = threading.Thread(target=close_all)
        thread.start()
        known, fresh = by_socket(path), by_socket(path, TAG, "--no-cache")
        engine.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert known.code == fresh.code == 1 and known.out == "" and known.err == fresh.err, (known, fresh)
    one_line(known, "no engine answers")


def test_symbols_are_part_of_what_is_kept(folder):
    """Kept apart from the rest, and needed to match it: without them the image is read anew."""
    tool = go("go1.21.3", "example.org/tool", ("golang.org/x/net", "v0.1.0"))
    sample("a.tar", [*sample_layers(), tar(("usr/bin/tool", tool))])
    database("1.2.1", "6.7-r0")
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        used(path)
        (place, data), = entries("symbols")
        assert place not in used(path)  # the result is known
        for damage in (data, None, data[:-1], data[:-1] + bytes([data[-1] ^ 1]), b""):
            os.remove(place)
            if damage is not None:
                with open(place, "wb") as file:
                    file.write(damage)
            os.utime("db/advisories.db")  # the next scan matches anew
            known, words = used(path), ("--db", "db")
            assert place in known and entries("symbols") == [(place, data)], damage
            result = by_socket(path, TAG, *words)
            assert result.out == by_socket(path, TAG, "--no-cache", *words).out, damage
            assert "golang.org/x/net v0.1.0" in names(result)


def test_a_damaged_table_of_symbols_decides_nothing(folder):
    """A function that is there is found, whatever became of what was kept of it."""
    need("go")
    with open("main.go", "w", encoding="utf-8") as file:
        file.write("package main\n\nimport (\"os\"; \"strings\")\n\nfunc main() {\n"
                   "\tos.Stdout.WriteString(strings.Repeat(os.Args[0], 2))\n}\n")
    env = {"CGO_ENABLED": "0", "GO111MODULE": "off", "GOCACHE": f"{folder}/go", "GOFLAGS": "", "HOME": folder}
    run("go", "build", "-o", "tool", "main.go", env=env, timeout=280)
    with open("tool", "rb") as file:
        sample("a.tar", [*sample_layers(), tar(("usr/bin/tool", file.read()))])
    os.makedirs("feeds/osv/all")
    for cve, function in (("CVE-2025-0003", "Repeat"), ("CVE-2025-0004", "ToUpperSpecial")):
        with open(f"feeds/osv/all/{cve}.json", "w", encoding="utf-8") as file:
            json.dump({"id": f"X-{cve}", "modified": "2026-01-01T00:00:00Z", "aliases": [cve], "affected": [
                {"package": {"ecosystem": "Go", "name": "stdlib"},
                 "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
                 "ecosystem_specific": {"imports": [{"path": "strings", "symbols": [function]}]}}]}, file)
    expect(assay("db", "build", "feeds", "--db", "db"), 0)
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        words = ("--db", "db")
        fresh = by_socket(path, TAG, "--no-cache", *words)
        masked = {f["id"]: bool(f["mask"]) for f in fresh.json["findings"]}
        assert masked == {"CVE-2025-0003": False, "CVE-2025-0004": True}, masked
        by_socket(path, TAG, *words)
        (place, data), = entries("symbols")
        assert len(data) > 4000, len(data)
        # zeros, as a file system may leave them: as if it had no function at all
        for damage in (data[:-4000] + bytes(4000), data[:-1] + bytes([data[-1] ^ 1])):
            with open(place, "wb") as file:
                file.write(damage)
            os.utime("db/advisories.db")  # the next scan matches anew
            assert by_socket(path, TAG, *words).out == fresh.out
            assert entries("symbols") == [(place, data)]


def test_another_platform_is_refused_whatever_is_kept(folder):
    sample("a.tar")
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        expect(by_socket(path), 0)
        fresh = expect(by_socket(path, TAG, "--platform", "linux/s390x", "--no-cache"), 1)
        assert expect(by_socket(path, TAG, "--platform", "linux/s390x"), 1).err == fresh.err


def test_no_result_is_kept_of_what_was_not_wholly_read(folder):
    layers = [*sample_layers(), tar((APK_DB, "P:musl\nV:1.2.5-r0\nthis is no line of it"))]
    sample("a.tar", layers)
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        assert expect(by_socket(path), 4).out == expect(by_socket(path), 4).out
    assert kept_result() is None


def test_a_damaged_result_is_made_anew(folder):
    sample("a.tar")
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        first = expect(by_socket(path), 0)
        for name in os.listdir("cache/assay/layers"):
            with open(f"cache/assay/layers/{name}", "r+b") as file:
                file.seek(-3, os.SEEK_END)
                file.write(b"???")
        assert expect(by_socket(path), 0).out == first.out


def test_an_image_of_many_layers(folder):
    """As many as overlay2 stacks: 127 over an empty one."""
    layers = [alpine_layer(apk("libssl3", "3.3.2-r0", "openssl"))]
    layers += [tar((f"app/node_modules/m{i}/package.json", f'{{"name":"m{i}","version":"1.0.{i}"}}'))
               for i in range(1, 120)]
    sample("many.tar", layers)
    archive = expect(scan("many.tar"), 0)
    assert len(archive.json["packages"]) == 120
    with dockerd(folder) as path:
        docker(path, "load", "-i", "many.tar")
        engine = expect(by_socket(path), 0)
        assert "cannot be verified" in said(engine)
        same(engine, archive)


def test_a_layer_of_nothing_but_whiteouts_keeps_its_instruction(folder):
    layers = [*sample_layers()[:3]]
    sample("a.tar", layers)
    with dockerd(folder) as path:
        docker(path, "load", "-i", "a.tar")
        rows = expect(by_socket(path), 0).json["subject"]["layers"]
    assert [row["instruction"] for row in rows] == ["RUN step-0", "RUN step-1", "RUN step-2"], rows


def test_podman_and_what_it_saves(folder):
    sample("a.tar")
    archive = expect(scan("a.tar"), 0)
    with Podman(folder) as podman:
        podman("load", "-i", "a.tar")
        for form in ("docker-archive", "oci-archive", "oci-dir"):
            podman("save", "--format", form, "-o", form, TAG)
            same(expect(scan(form), 0), archive)
        with podman.service():
            engine = expect(by_socket(podman.socket), 0)
            assert "cannot be verified" in said(engine)
            same(engine, archive)
            own = scan(TAG, env={"CONTAINER_HOST": f"unix://{podman.socket}"})
            assert expect(own, 0).out == engine.out
            same(expect(as_nobody(folder, podman.socket), 0), archive)
            one_line(expect(by_socket(podman.socket, "no/such:image"), 1), "no/such:image")


def test_skopeo_copies(folder):
    need("skopeo")
    sample("a.tar")
    archive = expect(scan("a.tar"), 0)
    for kind, target in (("docker-archive:", "copy.tar"), ("oci:", "layout"), ("oci-archive:", "layout.tar")):
        run("skopeo", "--insecure-policy", "copy", "docker-archive:a.tar", f"{kind}{folder}/{target}:app:1")
        same(expect(scan(target), 0), archive)


def test_buildah_builds_on_it(folder):
    need("buildah")
    if os.getuid() != 0:
        raise Skip("only root can mount what buildah works on")
    sample("a.tar")
    base = ["buildah", "--root", f"{folder}/b/root", "--runroot", f"{folder}/b/run", "--storage-driver", "vfs"]
    with open("gemspec", "w", encoding="utf-8") as out:
        out.write('Gem::Specification.new do |s|\n  s.name = "actionpack"\n  s.version = "6.0.0"\nend\n')
    name = run(*base, "from", "--quiet", "--pull-never", f"docker-archive:{folder}/a.tar").strip().splitlines()[-1]
    run(*base, "copy", name, "gemspec", "/usr/lib/ruby/gems/3.1.0/specifications/actionpack-6.0.0.gemspec")
    run(*base, "commit", "--format", "oci", name, f"oci:{folder}/layout:new")
    result = expect(scan("layout"), 0)
    assert names(result) == sorted(SAMPLE + ["actionpack 6.0.0"]), names(result)
