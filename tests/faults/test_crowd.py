# SPDX-License-Identifier: Apache-2.0
"""Twenty scans at once, of one cache and one database, while the database is updated and the cache
pruned: every one tells what it would tell alone, with the old database or with the new one."""
import os
import shutil
import subprocess
import threading
import time

from assay import AS_OF, BIN
from faults import SANITIZED, World, adopt_orphans, children_left, rounds, run, tree
from test_db import served

CROWD = 20
TARGETS = ("../image.tar", "../layout", "../root", "../layout")
UPDATE = ["db", "update", "--only", "osv/npm", "--only", "osv/Alpine", "--only", "kev", "--db", "db", "--quiet"]


def scan(target):
    return ["scan", target, "--format", "json", "--as-of", AS_OF, "--db", "db", "--cache", "cache"]


def disturb(url, stop, told):
    """Updates between two states of the feeds, and prunes, until it is over."""
    turn = 0
    while not stop.is_set():
        turn += 1
        shutil.copytree("later" if turn % 2 else "feeds", "served", dirs_exist_ok=True)
        for place, _, files in os.walk("served"):
            for name in files:  # a server tells times by the second
                os.utime(f"{place}/{name}", (time.time() + 10 * turn, time.time() + 10 * turn))
        for words in ([*UPDATE, "--base-url", url], ["cache", "prune", "0", "--cache", "cache"],
                      ["cache", "show", "--cache", "cache"]):
            done = subprocess.run([BIN, *words], cwd="work", capture_output=True, timeout=120, check=False)
            told.append((words, done))


def test_twenty_scans(folder):
    World(folder)
    adopt_orphans()
    shutil.copytree("feeds", "served")
    expected = {target: set() for target in TARGETS}
    with served("served") as (url, _):
        for state in ("feeds", "later"):
            shutil.rmtree("work/db")
            assert run(["db", "build", f"../{state}", "--db", "db"]).code == 0
            for target in expected:
                done = run(scan(target)[:-2] + ["--no-cache"])
                assert done.code == 0, done
                expected[target].add(done.out)
        stop, told = threading.Event(), []
        disturber = threading.Thread(target=disturb, args=(url, stop, told))
        disturber.start()
        try:
            crowds, least = 0, rounds(4 if SANITIZED else 8) // 4
            while crowds < least or len(told) < 3 * min(least, 20):
                crowds += 1
                crowd = [(TARGETS[i % len(TARGETS)], subprocess.Popen(
                    [BIN, *scan(TARGETS[i % len(TARGETS)])], cwd="work", stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)) for i in range(CROWD)]
                for target, process in crowd:
                    out, err = process.communicate(timeout=120)
                    assert process.returncode == 0 and not err, (target, process.returncode, err[-600:])
                    assert out.decode() in expected[target], (target, out[-2000:])
        finally:
            stop.set()
            disturber.join()
    for words, done in told:
        assert done.returncode == 0 and not done.stderr, (words, done)
    assert not children_left()
    left = [name for name in tree("work") if name.endswith(".new")]
    assert not left, left
    print(f"{crowds * CROWD} scans, {len(told) // 3} updates")
