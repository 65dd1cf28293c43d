# SPDX-License-Identifier: Apache-2.0
"""One call after another into libc goes wrong, in every command: a clear line or the whole result."""
import os
import shutil

from assay import AS_OF
from faults import (ERRORS, ROUNDS, SANITIZED, Fault, World, adopt_orphans, chance, complaint, disturbed, findings,
                    moments, run, tree)
from engine import docker, dockerd, settle
from test_db import served

# what fails together, and how; None: only half of what was asked for
READS = "read,pread,pread64,readv,preadv"
WRITES = "write,pwrite,pwrite64,writev"
MESSAGES = "send,recv,sendmsg,recvmsg"
GROUPS = {
    "open": ("open,open64,openat,openat64,openat2,fopen,fopen64,opendir,fdopendir", ["EMFILE", "EIO", "EACCES"]),
    "read": (READS, ["EIO"]),
    "write": (WRITES, ["ENOSPC", "EIO"]),
    "sync": ("fsync,fdatasync,ftruncate,ftruncate64", ["EIO", "ENOSPC"]),
    "names": ("rename,renameat,link,linkat,unlink,unlinkat,mkdir", ["EIO", "ENOSPC"]),
    "modes": ("chmod,fchmod,futimens,flock", ["EPERM"]),
    "map": ("mmap,mmap64,mremap", ["ENOMEM"]),
    "heap": ("malloc,calloc,realloc", ["ENOMEM"]),
    "process": ("fork,pthread_create,pidfd_open,waitpid", ["EAGAIN"]),
    "socket": ("socketpair,socket", ["EMFILE"]),
    "message": (MESSAGES, ["EIO", "ECONNRESET"]),
    "folder": ("getdents64,readdir,readdir64", ["EIO"]),
    "stat": ("stat,stat64,lstat,lstat64,fstat,fstat64,fstatat,fstatat64,statx,fstatfs,fstatfs64,access,readlink,"
             "readlinkat", ["EIO"]),
    "descriptor": ("dup2,dup3,fcntl,fcntl64,close_range", ["EMFILE"]),
    "sandbox": ("prctl,landlock,getrlimit64,setrlimit64", ["EPERM"]),
    "library": ("dlopen,getrandom", ["ENOSYS"]),
    "stdio": ("fflush,open_memstream", ["ENOSPC"]),
}
# what a program has to try again, or to go on with
RETRIED = {
    "interrupted": (f"{READS},{WRITES},{MESSAGES},waitpid,poll", "EINTR"),
    "short": (f"{READS},{WRITES},{MESSAGES}", None),
}
FORMAT = ["--format", "json", "--as-of", AS_OF, "--db", "db", "--cache", "cache"]
COMMANDS = {
    "scan_archive": ["scan", "../image.tar", *FORMAT],
    "scan_layout": ["scan", "../layout", *FORMAT],
    "scan_folder": ["scan", "../root", *FORMAT],
    "report": ["scan", "../layout", *FORMAT[2:], "--format", "html", "-o", "out/report.html"],
    "build": ["db", "build", "../later", "--db", "db"],
    "status": ["db", "status", "--db", "db"],
    "lookup": ["db", "lookup", "CVE-2025-0001", "--db", "db", "--format", "json"],
    "score": ["score", "../result.json", "--format", "json", "--as-of", AS_OF],
    "show": ["cache", "show", "--cache", "cache"],
    "prune": ["cache", "prune", "0", "--cache", "cache"],
    "policy": ["policy", "check", "../policy.toml"],
}


# the groups that each command has calls of, here and wherever else it is built; more may be hit
ALWAYS = {"open", "heap", "descriptor", "stdio"}
READS_A_FILE = ALWAYS | {"read", "interrupted", "short"}
SCANS = READS_A_FILE | {"map", "process", "socket", "message", "stat", "sandbox"}
MUST_HIT = {
    "scan_archive": SCANS, "scan_layout": SCANS | {"write", "names"}, "scan_folder": SCANS | {"folder"},
    "report": SCANS | {"write", "sync", "names"},
    "build": ALWAYS | {"write", "sync", "names", "modes", "map", "folder", "stat", "interrupted", "short"},
    "status": ALWAYS | {"map", "stat"}, "lookup": ALWAYS | {"map", "stat"}, "score": READS_A_FILE,
    "show": ALWAYS | {"folder", "stat"}, "prune": ALWAYS | {"folder", "names", "stat"}, "policy": READS_A_FILE,
    "engine": SCANS,
    "update": READS_A_FILE | {"write", "sync", "names", "modes", "map", "socket", "message", "stat"},
}
# a sanitizer's own heap stands behind the program, and no sandbox
UNDER_SANITIZER = {"heap", "sandbox"}


class Trial:
    """One command, disturbed again and again; afterwards all has to be as if it never was, or done.
    `kept` are files that may stay; `alike` compares two outputs."""

    def __init__(self, words, world, kept=(), alike=str.__eq__):
        self.words, self.world, self.kept, self.alike = words, world, kept, alike
        self.bad, self.runs = [], 0
        adopt_orphans()
        self.world.renew()
        self.good = run(words)
        self.after = tree("work")
        assert self.good.code == 0, self.good
        self.world.renew()

    def once(self, fault, retried=False):
        done = disturbed(self.words, fault)
        self.runs += 1
        why = complaint(done, self.good, retried, self.alike) or self.leftover(done, fault)
        if why:
            self.bad.append(f"{fault}: {why}\n{done!r}")
            self.world.renew()
        return done.failed > 0

    def leftover(self, done, fault):
        """What it left is what was there or what should be there, and what it could not remove; and the
        next run works."""
        now = tree("work")
        if now == self.world.fresh and done.code != 0:
            return None
        stuck = [name for name in now if "unlink" in fault.calls and name.endswith(".new")]
        kept = [*self.kept, "out/report.html"] if done.code == 4 else self.kept
        strange = [name for name, content in now.items() if name not in (*kept, *stuck)
                   and content not in (self.world.fresh.get(name), self.after.get(name))]
        if strange:
            return f"left {strange}"
        if now == self.after and done.code == 0:
            self.world.renew_if_changed()
            return None
        again = run(self.words)
        settled = self.is_settled()
        self.world.renew()
        if again.code != self.good.code or not self.alike(again.out, self.good.out):
            return f"the next run is another: {again!r}"
        return None if settled else "the next run leaves something else"

    def is_settled(self):
        """All is there that should be; of the cache, there may be less."""
        now = tree("work")
        missing = [name for name in self.after if name not in now and not name.startswith("cache/")]
        return not missing and all(self.after.get(name) == content or name in self.kept
                                   for name, content in now.items())

    def every(self, calls, error, retried=False):
        """Whether there was any such call."""
        for n in moments():
            if not self.once(Fault(calls, error, nth=n), retried):
                return n > 1
        return True

    def verdict(self):
        assert not self.bad, (f"{len(self.bad)} of {self.runs} runs of {' '.join(self.words)}\n"
                              + "\n".join(self.bad[:12]))
        print(f"{' '.join(self.words[:2])}: {self.runs} runs")


def what_it_did(_, __):
    """Of a command that says what there was to do: that varies, and its files tell whether it was done."""
    return True


def same_findings(one, other):
    """An engine's image is also read from a saved copy, which says so."""
    return findings(one) == findings(other)


def try_all(name, words, world, kept=(), alike=str.__eq__):
    trial, hit = Trial(words, world, kept, alike), set()
    for group, (calls, errors) in GROUPS.items():
        for error in errors if ROUNDS else errors[:1]:
            if trial.every(calls, ERRORS[error]):
                hit.add(group)
    for group, (calls, error) in RETRIED.items():
        number = ERRORS[error] if error else 0
        if trial.every(calls, number, retried=True):
            hit.add(group)
        trial.once(Fault(calls, 0, permille=1000), retried=True) if not error else trial.once(
            Fault(calls, number, permille=500, seed=7), retried=True)
    seeds = chance(words[0])
    for _ in range(ROUNDS or 6):
        trial.once(Fault("all", ERRORS["EIO"], permille=seeds.choice((3, 10, 50)), seed=seeds.randrange(1, 1 << 30)))
    trial.verdict()
    missed = MUST_HIT[name] - hit - (UNDER_SANITIZER if SANITIZED else set())
    assert not missed, f"no call was hit of {', '.join(sorted(missed))}"


def of_command(name):
    world = World(os.getcwd())
    with open("policy.toml", "w", encoding="utf-8") as file:
        file.write(run(["policy", "show"]).out)
    if name in ("show", "prune"):
        world.change(*COMMANDS["scan_layout"])
    try_all(name, COMMANDS[name], world, alike=what_it_did if name == "prune" else str.__eq__)


def test_scan_archive(folder):
    of_command("scan_archive")


def test_scan_layout(folder):
    of_command("scan_layout")


def test_scan_folder(folder):
    of_command("scan_folder")


def is_of_a_name(path):
    """An entry of the cache that says what a name stands for."""
    with open(path, "rb") as file:
        return b" stands " in file.read(100)


def test_scan_engine(folder):
    """An image of Docker's, read from its folders. What is kept of it holds for one very file of a
    database, so that one has to stay where it is."""
    world = World(folder)
    shutil.copytree("fresh/db", "steady")
    with dockerd(folder) as path:
        docker(path, "load", "-i", "image.tar")
        settle(folder)  # or a later run would keep what the first could not
        os.environ["DOCKER_HOST"] = f"unix://{path}"
        words = ["scan", "test:latest", *FORMAT, "--db", "../steady"]
        adopt_orphans()
        assert run(words).code == 0
        kept = [name for name in tree("work") if not name.endswith("/") and is_of_a_name(f"work/{name}")]
        world.renew()
        assert len(kept) == 1, kept  # it may lack what shows that nothing changed: then the engine is asked
        for more in ([], ["--no-cache"]):
            try_all("engine", [*words, *more], world, kept=kept, alike=same_findings)


def test_report(folder):
    of_command("report")


def test_build(folder):
    of_command("build")


def test_status(folder):
    of_command("status")


def test_lookup(folder):
    of_command("lookup")


def test_score(folder):
    of_command("score")


def test_cache_show(folder):
    of_command("show")


def test_cache_prune(folder):
    of_command("prune")


def test_policy(folder):
    of_command("policy")


def test_update(folder):
    """Of a database that a whole update made before."""
    world = World(os.getcwd())
    os.rename("feeds", "served")
    with served("served") as (url, _):
        words = ["db", "update", "--only", "osv/npm", "--only", "kev", "--base-url", url, "--db", "db", "--quiet"]
        world.change(*words)
        os.rename("served", "feeds")
        os.rename("later", "served")
        # the file says that the database is older than its feeds
        try_all("update", words, world, kept=["db/feeds/.changed"], alike=what_it_did)
