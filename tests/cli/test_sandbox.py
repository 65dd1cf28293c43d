# SPDX-License-Identifier: Apache-2.0
"""What a parser that meets its limits costs: the layers that it was reading, and no others."""
import bz2
import os
import random
import resource
import shutil
import subprocess
import time

from assay import (AS_OF, BIN, Run, Skip, alpine_layer, apk, docker_archive, expect, oci_layout, scan,
                   sha256, tar)

SSL = apk("libssl3", "3.3.2-r0", "openssl")
LARGE = ("srv/node_modules/x/package.json", bytes(160 << 20))


def limited(which, soft, target):
    """A scan by a user with a lower limit of his own."""
    with open(BIN, "rb") as file:
        program = file.read()
    if b"__asan_init" in program or b"__tsan_init" in program:
        raise Skip("a sanitizer needs more than this leaves")
    _, hard = resource.getrlimit(which)
    done = subprocess.run(
        [BIN, "scan", target, "--format", "json", "--as-of", AS_OF, "--no-cache"],
        capture_output=True, check=False,
        preexec_fn=lambda: resource.setrlimit(which, (soft, hard)))
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def names(run):
    return [p["name"] for p in run.json["packages"]]


def test_memory_is_limited_and_the_layer_named(folder):
    bad = tar(LARGE)
    docker_archive("i.tar", [alpine_layer(SSL), bad])
    run = expect(limited(resource.RLIMIT_AS, 160 << 20, "i.tar"), 4)
    lost = [line for line in run.json["incomplete"] if sha256(bad) in line["what"]]
    assert [line["why"] for line in lost] == ["the parser ran out of memory"], run
    assert names(run) == ["libssl3"] and run.json["score"]["level"] != "UNKNOWN", run
    assert run.err == "", run


def test_a_folder_that_takes_all_memory_is_unknown(folder):
    os.makedirs("root/srv/node_modules/x")
    with open("root/" + LARGE[0], "wb") as out:
        out.truncate(len(LARGE[1]))
    run = expect(limited(resource.RLIMIT_AS, 160 << 20, "root"), 4)
    assert {"what": "root", "why": "the parser ran out of memory"} in run.json["incomplete"], run
    assert run.json["score"]["level"] == "UNKNOWN" and not run.json["packages"], run


def slow_layer(seconds):
    """A layer, and it in bzip2: one stream again and again, as often as takes this processor so long."""
    block = bytes(random.Random(1).choices(b"ab", k=900000))
    stream = bz2.compress(block)
    began = time.process_time()
    bz2.decompress(stream * 4)
    count = int(4 * seconds / (time.process_time() - began)) + 1
    layer = tar(("srv/noise", block * count))
    return layer, bz2.compress(layer[:512]) + stream * count + bz2.compress(layer[512 + len(block) * count:])


def test_time_is_limited_and_the_layer_named(folder):
    slow, packed = slow_layer(seconds=6)
    layers = [alpine_layer(SSL), slow]
    oci_layout("layout", layers, compress=lambda b: packed if b is slow else b)
    run = expect(limited(resource.RLIMIT_CPU, 1, "layout"), 4)
    why = {"the parser ran out of processor time", "the parser died (SIGKILL)"}
    assert any(line["why"] in why for line in run.json["incomplete"]), run
    assert names(run) == ["libssl3"], run


def test_devices_and_pipes_are_never_opened(folder):
    """Opened, they would be waited for, or do something."""
    os.makedirs("root/usr/lib")
    os.makedirs("root/etc")
    os.mkfifo("root/etc/os-release")
    os.mkfifo("root/usr/lib/x")
    os.makedirs("root/lib/apk/db")
    with open("root/lib/apk/db/installed", "w", encoding="utf-8") as out:
        out.write(SSL)
    if os.geteuid() == 0:
        try:
            os.mknod("root/etc/lsb-release", 0o20666, os.makedev(10, 130))
        except PermissionError:
            pass
    assert names(scan("root")) == ["libssl3"]


def test_a_parser_that_opens_a_file_is_killed(folder):
    """Traced, to see that it does not: not one call that names a file after the filter is set."""
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    os.makedirs("root/lib/apk/db")
    with open("root/lib/apk/db/installed", "w", encoding="utf-8") as out:
        out.write(SSL)
    subprocess.run(["strace", "-f", "-o", "calls", "-e", "trace=%file,seccomp,prctl,%network",
                    BIN, "scan", "root", "--as-of", AS_OF, "--no-cache"],
                   capture_output=True, check=False)
    with open("calls", encoding="utf-8", errors="replace") as file:
        lines = [line.split(maxsplit=1) for line in file]
    confined = {pid for pid, call in lines if "PR_SET_SECCOMP" in call or "SECCOMP_SET_MODE" in call}
    if not confined:
        raise Skip("this build has no sandbox")
    seen = set()
    for pid, call in lines:
        if pid in seen and pid in confined:
            assert call.startswith(("sendmsg", "recvmsg", "recvfrom", "sendto", "newfstatat", "+++",
                                    "prctl", "---", "<...")), call
        if "PR_SET_SECCOMP" in call or "SECCOMP_SET_MODE" in call:
            seen.add(pid)
