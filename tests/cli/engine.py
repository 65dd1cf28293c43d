# SPDX-License-Identifier: Apache-2.0
"""Container engines of the tests' own, each in the case's folder, and the image they are shown."""
import contextlib
import os
import shutil
import socket
import subprocess
import time

from assay import ALPINE, APK_DB, Skip, apk, docker_archive, entry, image_config, tar

TAG = "example.org/team/app:1.0"


def need(*programs):
    for program in programs:
        if not shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            raise Skip(f"{program} is not installed")


def run(*words, env=None, timeout=120):
    done = subprocess.run(words, capture_output=True, env={**os.environ, **(env or {})},
                          timeout=timeout, check=False)
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode:
        raise AssertionError(f"{' '.join(words)}: exit {done.returncode}\n{text[-2000:]}")
    return text


def answers(path):
    """An engine that listens is not yet one that answers."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as plug:
        try:
            plug.settimeout(5)
            plug.connect(path)
            plug.sendall(b"GET /_ping HTTP/1.0\r\nHost: x\r\n\r\n")
            return b" 200 " in plug.recv(200)
        except OSError:
            return False


def unmount_below(folder):
    """Podman leaves its storage mounted, and so does an engine that dies."""
    with open("/proc/self/mounts", encoding="utf-8") as rows:
        for mounted in [row.split()[1] for row in rows]:
            if mounted.startswith(folder + "/"):
                subprocess.run(["umount", "-l", mounted], capture_output=True, check=False)


@contextlib.contextmanager
def service(words, path, log, env=None):
    """Runs a daemon until the block ends; skips where it does not come up, as in most containers."""
    with open(log, "wb") as out:
        daemon = subprocess.Popen(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                  env={**os.environ, **(env or {})})
    try:
        for _ in range(300):
            if answers(path):
                break
            if daemon.poll() is not None:
                with open(log, encoding="utf-8", errors="replace") as file:
                    last = (file.read().strip().splitlines() or ["it says nothing"])[-1]
                raise Skip(f"{words[0]} does not start here: {last[-200:]}")
            time.sleep(.1)
        else:
            raise Skip(f"{words[0]} does not answer within 30 s")
        yield
    finally:
        daemon.terminate()
        try:
            daemon.wait(30)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


@contextlib.contextmanager
def dockerd(folder):
    """The path of the socket of a Docker engine without a network."""
    need("dockerd", "containerd", "docker")
    if os.getuid() != 0:
        raise Skip("only root can start a Docker engine")
    home = f"{folder}/docker"
    os.mkdir(home)
    words = ["dockerd", f"--data-root={home}/data", f"--exec-root={home}/exec",
             f"--pidfile={home}/pid", "-H", f"unix://{home}/d.sock", "--iptables=false",
             "--ip6tables=false", "--bridge=none"]
    try:
        with service(words, f"{home}/d.sock", f"{home}/log"):
            yield f"{home}/d.sock"
    finally:
        unmount_below(home)


def settle(folder):
    """Until what Docker's names stand for has been the same for so long that a change would be seen, and
    a scan keeps what shows it; false where this engine keeps its names elsewhere."""
    store = f"{folder}/docker/data/image/overlay2/repositories.json"
    if not os.path.exists(store):
        return False
    while time.time() < os.stat(store).st_ctime + 2.1:
        time.sleep(.1)
    return True


class Podman:
    def __init__(self, folder):
        need("podman")
        if os.getuid() != 0:
            raise Skip("only root can keep images in a storage of its own here")
        self.home = f"{folder}/podman"
        os.mkdir(self.home)
        self.words = ["podman", "--root", f"{self.home}/root", "--runroot", f"{self.home}/run",
                      "--storage-driver", "overlay", "--cgroup-manager", "cgroupfs"]
        self.socket = f"{self.home}/p.sock"

    def __call__(self, *words):
        return run(*self.words, *words)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        unmount_below(self.home)

    def service(self):
        words = [*self.words, "system", "service", "--time=0", f"unix://{self.socket}"]
        return service(words, self.socket, f"{self.home}/log")


def docker(path, *words):
    return run("docker", "-H", f"unix://{path}", *words)


def package_json(name, version):
    return f'{{"name":"{name}","version":"{version}","license":"MIT"}}'


def dist_info(name, version):
    return (f"usr/lib/python3/site-packages/{name}-{version}.dist-info/METADATA",
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\n")


def sample_layers():
    """Five layers in which later ones add to, change, hide and replace what earlier ones brought."""
    ssl, busybox = apk("libssl3", "3.3.2-r0", "openssl"), apk("busybox", "1.36.1-r28")
    modules, gems = "app/node_modules", "usr/lib/ruby/gems/3.1.0/specifications"
    return [
        tar(("etc/os-release", ALPINE), (APK_DB, ssl),
            (f"{modules}/lodash/package.json", package_json("lodash", "4.17.15")),
            (f"{modules}/minimist/package.json", package_json("minimist", "1.2.0")),
            ("opt/old/node_modules/ini/package.json", package_json("ini", "1.3.4"))),
        tar((APK_DB, ssl + busybox), dist_info("Django", "3.2.0"),
            (f"{gems}/rack-2.0.1.gemspec", 'Gem::Specification.new do |s|\n  s.name = "rack"\n'
             '  s.version = "2.0.1"\nend\n')),
        tar((f"{modules}/.wh.lodash", ""), ("srv/.wh.nothing", "")),
        tar(entry("opt/old/", kind=b"5", mode=0o755), ("opt/old/.wh..wh..opq", ""),
            ("opt/old/node_modules/qs/package.json", package_json("qs", "6.5.0"))),
        tar((f"{modules}/lodash/package.json", package_json("lodash", "4.17.20")),
            entry("app/link", kind=b"2", link="/opt/old/node_modules")),
    ]


def sample(path, layers=None, tags=(TAG,)):
    layers = layers or sample_layers()
    when = {"created": "2026-10-01T00:00:00Z"}  # Podman 4.3 dies of a step without a time
    steps = [{**when, "created_by": f"RUN step-{i}"} for i in range(len(layers))]
    steps.insert(1, {**when, "created_by": '/bin/sh -c #(nop)  CMD ["sh"]', "empty_layer": True})
    config = image_config(layers, history=steps, config={"User": "1000", "ExposedPorts": {"80/tcp": {}}})
    return docker_archive(path, layers, config=config, tags=tags)


def essence(result):
    """What has to be the same whichever way the image came in."""
    result = result.json
    return {
        "packages": result["packages"], "findings": result["findings"], "score": result["score"],
        "derived": result["derived"], "os": result["subject"]["os"],
        "platform": result["subject"]["platform"],
        "layers": [(row["diff_id"], row["instruction"]) for row in result["subject"]["layers"]],
    }


def difference(left, right):
    if isinstance(left, list) and isinstance(right, list):
        pairs = [(a, b) for a, b in zip(left, right) if a != b]
        return pairs[0] if pairs else (len(left), len(right))
    return left, right


def same(left, right):
    left, right = essence(left), essence(right)
    for name, value in left.items():
        assert value == right[name], f"{name}: {difference(value, right[name])}"
