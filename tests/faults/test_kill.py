# SPDX-License-Identifier: Apache-2.0
"""Killed at random moments, and right before every call that changes something on disk: nothing is
corrupt, nothing is lost, nothing piles up, and the next run does what an undisturbed one does."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

from assay import AS_OF, Skip, one_line
from faults import ROUNDS, Fault, World, adopt_orphans, chance, disturbed, finish, moments, rounds, run, start, tree
from test_db import served

SCAN = ["scan", "../layout", "--format", "json", "--as-of", AS_OF, "--db", "db", "--cache", "cache"]
REPORT = ["scan", "../image.tar", "--as-of", AS_OF, "--db", "db", "--no-cache", "--format", "html", "-o",
          "out/report.html"]
BUILD = ["db", "build", "../later", "--db", "db"]
CHANGES = ("write,pwrite,pwrite64,writev,ftruncate,ftruncate64,fsync,rename,renameat,link,linkat,unlink,unlinkat,"
           "mkdir,open,open64,openat,openat64,chmod,fchmod")


class Killing:
    """One command: what it leaves undisturbed, and whether a killed one left anything else."""

    def __init__(self, words, *status):
        self.words, self.status = words, ["db", "status", "--db", "db", *status]
        adopt_orphans()
        shutil.rmtree("work")
        shutil.copytree("fresh", "work")
        self.before = tree("work")
        run(words)
        self.after = tree("work")
        self.renew()
        began = time.monotonic()
        self.good = run(words)
        self.took = time.monotonic() - began
        assert self.good.code == 0 and tree("work") == self.after, self.good
        self.renew()

    def renew(self):
        shutil.rmtree("work")
        shutil.copytree("fresh", "work")

    def check(self, how):
        """The database is the old one or the new one, and a second run leaves what it always leaves."""
        now = tree("work")
        name = "db/advisories.db"
        assert now[name] in (self.before[name], self.after[name]), (how, now)
        status = run(self.status)
        assert status.code == 0, (how, status)
        again = run(self.words)
        assert again.code == 0, (how, again)
        if self.words[1] != "update":  # which says what was left to do
            assert again.out == self.good.out, (how, again)
        left = tree("work")
        assert left == self.after, (how, {name for name in set(left) | set(self.after)
                                          if left.get(name) != self.after.get(name)})

    def at_random(self, count, victim=None):
        """Until so many were killed before they had ended, `victim` instead of the whole if given."""
        when = chance(" ".join(self.words))
        killed = tries = 0
        # LeakSanitizer's tracer is a child as well, and who waits for it waits for ever.
        env = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"} if victim else {}
        while killed < count and tries < 10 * count:
            tries += 1
            process = start(self.words, env)
            time.sleep(when.uniform(0, self.took))
            if victim:
                hit = victim(process)
            else:
                hit = process.poll() is None
                process.kill()
            done = finish(process)
            assert not done.left, (tries, done.left)
            assert done.code in ((0, 1, 4) if victim else (0, -signal.SIGKILL)), (tries, done)
            if victim and done.code == 1:
                one_line(done, "the parser")
            killed += hit
            self.check(f"try {tries}")
            self.renew()
        assert killed, f"none was killed in {tries} runs"
        print(f"{' '.join(self.words[:2])}: {killed} killed in {tries} runs")

    def at_every_change(self, *numbers):
        """One of these signals arrives right before each of them."""
        for number in numbers if ROUNDS else numbers[:1]:
            tried = 0
            for n in moments():
                done = disturbed(self.words, Fault(CHANGES, nth=n, signal=number, where="parent"))
                assert not done.left, (n, done)
                assert done.code == (-number if done.failed else 0), (n, done)
                self.check(f"signal {number} before change {n}")
                self.renew()
                if not done.failed:
                    break
                tried += 1
            assert tried, f"no call for signal {number} to come before"
            print(f"{' '.join(self.words[:2])}: signal {number} at {tried} moments")


def kill_child(process):
    try:
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            children = file.read().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        return bool(children)
    except OSError:  # all of it has ended
        return False


def test_build(folder):
    World(folder)
    Killing(BUILD).at_random(rounds(8))


def test_build_at_every_change(folder):
    World(folder)
    Killing(BUILD).at_every_change(signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def test_signed_build(folder):
    """At every moment there is a database, and a signature of it."""
    world = World(folder)
    try:
        for words in (["genpkey", "-algorithm", "ed25519", "-out", "key"],
                      ["pkey", "-in", "key", "-pubout", "-out", "pub"]):
            subprocess.run(["openssl", *words], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skip("no openssl that makes Ed25519 keys") from error
    signed = ["--db", "db", "--sign-key", "../key"]
    world.change("db", "build", "../feeds", *signed)
    killing = Killing(["db", "build", "../later", *signed], "--db-key", "../pub")
    killing.at_every_change(signal.SIGKILL, signal.SIGTERM)
    killing.at_random(rounds(4))


def test_scan(folder):
    World(folder)
    Killing(SCAN).at_random(rounds(8))


def test_scan_at_every_change(folder):
    World(folder)
    Killing(SCAN).at_every_change(signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def test_parser_of_a_scan(folder):
    World(folder)
    Killing(SCAN).at_random(rounds(8), kill_child)


def test_report(folder):
    World(folder)
    Killing(REPORT).at_random(rounds(8))


def test_report_at_every_change(folder):
    World(folder)
    Killing(REPORT).at_every_change(signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


@contextlib.contextmanager
def updating(folder):
    """A database that was updated once, and a server that has news since."""
    world = World(folder)
    os.rename("feeds", "served")
    with served("served") as (url, _):
        words = ["db", "update", "--only", "osv/npm", "--only", "osv/Alpine", "--only", "kev", "--base-url", url,
                 "--db", "db", "--quiet"]
        world.change(*words)
        os.rename("served", "feeds")
        os.rename("later", "served")
        yield Killing(words)


def test_update(folder):
    with updating(folder) as killing:
        killing.at_random(rounds(8))


def test_update_at_every_change(folder):
    with updating(folder) as killing:
        killing.at_every_change(signal.SIGKILL, signal.SIGTERM)
