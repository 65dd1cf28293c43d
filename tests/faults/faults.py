# SPDX-License-Identifier: Apache-2.0
"""What the tests of faults share: a world to work in, disturbed runs, and what is promised of them."""
import contextlib
import ctypes
import errno
import hashlib
import io
import json
import mmap
import os
import random
import shutil
import struct
import subprocess
import time
import zipfile

from assay import ALPINE, APK_DB, AS_OF, BIN, Skip, apk, alpine_layer, docker_archive, expect, oci_layout, tar
from assay import assay

SHIM = os.environ.get("FAULT_SHIM", "")
SANITIZED = os.environ.get("ASSAY_SANITIZE", "")
ROUNDS = int(os.environ.get("ASSAY_FAULT_ROUNDS", "0"))  # 0: the short form
SECONDS, GRACE = 30, 5  # whoever takes longer hangs; the whole machine may have stood still
LEFT = 2  # seconds until the last child is gone
SET_CHILD_SUBREAPER = 36


def rounds(short):
    return ROUNDS or short


def chance(name):
    """Random numbers that are the same in each run, or from $ASSAY_FAULT_SEED."""
    return random.Random(f"{name} {os.environ.get('ASSAY_FAULT_SEED', '1')}")


def moments():
    """Which call is hit: in the short form the first few, then ever fewer."""
    n = 1
    while n < 5000:
        yield n
        n += 1 if ROUNDS and n < 400 or n < 3 else n // 2


# ---- the world ----

def advisory(name, ecosystem, package, fixed, cve, summary="A flaw"):
    return {"id": name, "modified": "2026-01-02T00:00:00Z", "aliases": [cve] if cve else [], "summary": summary,
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "SEMVER" if ecosystem == "npm" else "ECOSYSTEM",
                                      "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


def feeds(folder, summary="A flaw"):
    """Two ecosystems and what is known to be exploited, laid out like the services."""
    records = {
        "npm": [advisory("GHSA-1111-2222-3333", "npm", "lodash", "4.17.21", "CVE-2025-0001", summary)],
        "Alpine": [advisory("ALPINE-CVE-2025-0002", "Alpine:v3.20", "openssl", "3.3.9-r0", "CVE-2025-0002", summary)],
    }
    for ecosystem, rows in records.items():
        os.makedirs(f"{folder}/osv/{ecosystem}", exist_ok=True)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for row in rows:
                archive.writestr(zipfile.ZipInfo(row["id"] + ".json"), json.dumps(row))
        with open(f"{folder}/osv/{ecosystem}/all.zip", "wb") as file:
            file.write(out.getvalue())
    os.makedirs(f"{folder}/kev", exist_ok=True)
    with open(f"{folder}/kev/known_exploited_vulnerabilities.json", "w", encoding="utf-8") as file:
        json.dump({"catalogVersion": "2026.01.01", "dateReleased": "2026-01-01T00:00:00Z", "count": 1,
                   "vulnerabilities": [{"cveID": "CVE-2025-0001", "dateAdded": "2026-01-01",
                                        "dueDate": "2026-01-22", "knownRansomwareCampaignUse": "Known"}]}, file)


def layers():
    packages = [apk(f"filler{i}", f"1.{i}-r0", files=[f"usr/share/filler{i}/data"]) for i in range(40)]
    return [alpine_layer(apk("libssl3", "3.3.0-r0", "openssl"), *packages),
            tar(("app/node_modules/lodash/package.json", '{"name": "lodash", "version": "4.17.0"}'),
                ("app/data", "x" * 300000))]


def unpack(folder):
    for path, text in ((APK_DB, apk("libssl3", "3.3.0-r0", "openssl")), ("etc/os-release", ALPINE),
                       ("app/node_modules/lodash/package.json", '{"name": "lodash", "version": "4.17.0"}'),
                       ("usr/bin/tool", "#!/bin/sh\n"), ("usr/lib/data", "x" * 5000)):
        os.makedirs(os.path.dirname(f"{folder}/{path}"), exist_ok=True)
        with open(f"{folder}/{path}", "w", encoding="utf-8") as file:
            file.write(text)


class World:
    """Inputs beside a folder `fresh`, of which every disturbed run gets a copy named `work`."""

    def __init__(self, folder):
        self.folder = folder
        feeds("feeds")
        feeds("later", "A flaw that was looked at again")
        for place, _, files in os.walk("later"):
            for name in files:  # a server tells times by the second
                os.utime(f"{place}/{name}", (time.time() + 100, time.time() + 100))
        docker_archive("image.tar", layers())
        oci_layout("layout", layers())
        unpack("root")
        for name in ("db", "cache", "out", "tmp"):
            os.makedirs(f"fresh/{name}")
        expect(assay("db", "build", "feeds", "--db", "fresh/db"), 0)
        expect(assay("scan", "image.tar", "--db", "fresh/db", "--cache", "fresh/cache", "--format", "json",
                     "--as-of", AS_OF, "-o", "result.json"), 0)
        with open("result.json", encoding="utf-8") as file:
            found = {row["id"] for row in json.load(file)["findings"]}
        assert {"CVE-2025-0001", "CVE-2025-0002"} <= found, found
        shutil.rmtree("fresh/cache")
        os.makedirs("fresh/cache")
        self.fresh = tree("fresh")
        self.renew()

    def renew(self):
        shutil.rmtree("work", ignore_errors=True)
        shutil.copytree("fresh", "work")

    def renew_if_changed(self):
        if tree("work") != self.fresh:
            self.renew()

    def change(self, *words):
        """Makes what a command leaves behind part of what every run begins with."""
        expect(run(words), 0)
        shutil.rmtree("fresh")
        shutil.copytree("work", "fresh")
        self.fresh = tree("fresh")


def tree(folder):
    """Every file below, by its path and content."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in folders:
            found[os.path.relpath(f"{place}/{name}", folder) + "/"] = ""
        for name in files:
            with open(f"{place}/{name}", "rb") as file:
                found[os.path.relpath(f"{place}/{name}", folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


# ---- disturbed runs ----

class Fault:
    """How a run is disturbed: which calls, when, with what."""

    def __init__(self, calls="", error=0, nth=0, permille=0, seed=0, where=None, signal=0):
        self.calls, self.error, self.nth, self.permille = calls, error, nth, permille
        self.seed, self.where, self.signal = seed, where, signal

    @property
    def env(self):
        words = {"FAULT_CALLS": self.calls, "FAULT_ERRNO": self.error, "FAULT_NTH": self.nth,
                 "FAULT_PERMILLE": self.permille, "FAULT_SEED": self.seed, "FAULT_SIGNAL": self.signal}
        if self.where:
            words["FAULT_WHERE"] = self.where
        return {key: str(value) for key, value in words.items() if value or key == "FAULT_ERRNO"}

    def __str__(self):
        return " ".join(f"{key}={value}" for key, value in self.env.items())


class Done:
    def __init__(self, code, out, err, failed=0, left=()):
        self.code, self.out, self.err, self.failed, self.left = code, out, err, failed, left

    def __repr__(self):
        return f"exit {self.code}\n{self.out[-600:]!r}\n{self.err[-600:]!r}"


own = set()  # children that are no business of the program's: an engine


def children():
    found = set()
    for task in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError), open(f"/proc/self/task/{task}/children", encoding="ascii") as file:
            found |= {int(pid) for pid in file.read().split()}
    return found


def adopt_orphans():
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    own.update(children())


def children_left():
    """Whoever is still there a moment after the program ended; all are reaped."""
    until = time.monotonic() + LEFT
    while True:
        left = children() - own
        for pid in list(left):
            if os.waitpid(pid, os.WNOHANG)[0]:
                left.discard(pid)
        if not left:
            return []
        if time.monotonic() > until:
            for pid in left:
                os.kill(pid, 9)
            return sorted(left)
        time.sleep(0.002)


def start(words, env=None, **more):
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.Popen([BIN, *words], cwd="work", env={**os.environ, "TMPDIR": os.path.abspath("work/tmp"),
                                                            **(env or {})}, **more)


def finish(process, failed=0):
    for patience in (SECONDS, GRACE, None):
        if patience is None:
            process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            out, err = process.communicate(timeout=patience)
            break
    if patience is None:
        err = (err or b"") + f"(no end after {SECONDS + GRACE} seconds)".encode()
    return Done(process.returncode, (out or b"").decode("utf-8", "replace"), (err or b"").decode("utf-8", "replace"),
                failed, children_left())


def run(words, env=None, **more):
    return finish(start(words, env, **more))


def disturbed(words, fault, **more):
    """A run under the shim; `failed` says how many calls were hit."""
    if not os.path.exists(SHIM):
        raise Skip("the shim was not built (FAULT_SHIM)")
    with open("counts", "w+b") as file:
        file.truncate(4096)
        env = {"LD_PRELOAD": SHIM, "FAULT_COUNTS": os.path.abspath("counts"), **fault.env}
        if "address" in SANITIZED:
            env["ASAN_OPTIONS"] = "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")
        done = run(words, env, **more)
        with mmap.mmap(file.fileno(), 4096) as page:
            done.failed = struct.unpack_from("=I", page, 4)[0]
    return done


# ---- what is promised ----

def is_named(done):
    """One clear line; an update has one more for each of its sources, and libcurl's GnuTLS its own."""
    lines = [line for line in done.err.splitlines()
             if not line.endswith(("; its old data stays", "; no data of it was fetched before")) and "GnuTLS" not in line]
    return len(lines) == 1 and lines[0].startswith("assay") and ": " in lines[0]


def findings(text):
    result = json.loads(text)
    return result["findings"], result["score"], sorted(row["purl"] for row in result["packages"])


def complaint(done, good, retried=False, alike=str.__eq__):
    """What is wrong with how a disturbed run ended, beside the undisturbed one; None: nothing."""
    if "no end after" in done.err:
        return "hangs"
    if done.code < 0 or done.code > 4 or done.code == 2:
        return f"ended with {done.code}"
    if done.left:
        return f"left children: {done.left}"
    if "Sanitizer" in done.err or "runtime error" in done.err:
        return "a sanitizer complains"
    if retried and not (done.code == good.code and alike(done.out, good.out)):
        return "is not what it is undisturbed"
    if done.code == good.code:
        return None if alike(done.out, good.out) else "same exit code, other output"
    if done.code == 1:
        return None if is_named(done) else "not one clear line"
    if done.code == 4 and done.out.startswith("{"):
        return None if json.loads(done.out)["incomplete"] else "incomplete names nothing"
    if done.code == 4 and not done.err and os.path.exists("work/out/report.html"):
        with open("work/out/report.html", encoding="utf-8") as page:
            return None if "could not be examined" in page.read() else "the report names nothing"
    return None if done.code == 4 and done.err else f"ended with {done.code} and no reason"


ERRORS = {name: getattr(errno, name) for name in dir(errno) if name.startswith("E")}
