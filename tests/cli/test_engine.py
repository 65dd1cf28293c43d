# SPDX-License-Identifier: Apache-2.0
"""Images of real engines, read as root from their folders, as anybody else through their socket, and
from the archives that they and their relatives write: always the same findings."""
import os
import subprocess

from assay import AS_OF, BIN, Run, Skip, alpine_layer, apk, expect, one_line, scan, tar
from engine import TAG, Podman, docker, dockerd, need, run, same, sample, sample_layers

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
