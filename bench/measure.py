# SPDX-License-Identifier: Apache-2.0
"""What `run`, `scale` and `profile` share: where things are, running commands in turn, medians, an
engine of their own.

ASSAY_BENCH        folder for images and databases (7 GB; kept)    build/bench
ASSAY_BENCH_BUILD  the build folder that holds the programs        build/release
"""
import contextlib
import functools
import glob
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.environ.get("ASSAY_SHARED", os.path.join(SOURCE, "..", "shared"))
ROOT = os.path.abspath(os.environ.get("ASSAY_BENCH", f"{SOURCE}/build/bench"))
BUILD = os.path.abspath(os.environ.get("ASSAY_BENCH_BUILD", f"{SOURCE}/build/release"))
ASSAY = f"{BUILD}/assay"
CORES = len(os.sched_getaffinity(0))


class Skip(Exception):
    """A row that cannot be measured here; the text says why."""


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise Skip(f"no {tool} here")


def need_root():
    if os.getuid() != 0:
        raise Skip("needs root")


def program(name):
    path = f"{BUILD}/bench/bench_{name}"
    if not os.path.exists(path):
        raise Skip(f"{path} is not built (make bench)")
    return path


def last_line(text):
    return (text.strip().splitlines() or ["no message"])[-1]


def output(*words, **more):
    """Standard output of a command that must succeed (3 and 4 are verdicts of a scan)."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    if done.returncode not in (0, 3, 4):
        raise Skip(f"{os.path.basename(words[0])}: {last_line(done.stderr)}")
    return done.stdout


class Runs:
    """What one of the commands took, round by round: ms, cpu (ms), kb."""

    def __init__(self):
        self.ms, self.cpu, self.kb = [], [], []


def in_turn(*commands, seconds=4.0, rounds=5, cold=False, env=None):
    """A Runs for each command; they run one after the other, round after round."""
    words = [program("turns"), *(["-c"] if cold else []), str(seconds), str(rounds)]
    for command in commands:
        words += ["--", *command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        raise Skip(last_line(done.stderr))
    runs = [Runs() for _ in commands]
    for line in done.stdout.splitlines():
        number, ms, cpu, kb = line.split()
        runs[int(number)].ms.append(float(ms))
        runs[int(number)].cpu.append(float(cpu))
        runs[int(number)].kb.append(int(kb))
    return runs


def middle(values):
    return statistics.median(values)


@functools.cache
def database():
    """The folder of the database that is matched against: the shared feeds, else the seed."""
    feeds = f"{SHARED}/feeds"
    name, source = ("db", feeds) if os.path.isdir(feeds) else ("db-seed", f"{SOURCE}/data")
    folder = f"{ROOT}/{name}"
    known = [ASSAY, "db", "status", "--db", folder]  # not what an older program made
    if subprocess.run(known, capture_output=True, check=False).returncode:
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        output(ASSAY, "db", "build", "--quiet", source, "--db", folder)
    return folder


def database_file():
    return max(glob.glob(f"{database()}/*.db"), key=os.path.getsize)


def scan(target, *more, binary=None):
    return [binary or ASSAY, "scan", "--quiet", "--offline", "--db", database(), *more, target]


def header():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "unknown processor")
    print(f"{time.strftime('%Y-%m-%d', time.gmtime())}, {CORES} processors, {model}, "
          f"Linux {os.uname().release.split('-')[0]}")


# ---- a Docker engine of our own ----


def config_digest(archive):
    """Of the image in a docker-archive: its identity to an engine."""
    with tarfile.open(archive) as members:
        manifest = json.load(members.extractfile("./manifest.json"))
    return "sha256:" + os.path.basename(manifest[0]["Config"]).removesuffix(".json")


class Engine:
    """dockerd with its own socket and data, without a network. `env` points assay at it."""

    def __init__(self):
        self.home = f"{ROOT}/engine"
        self.socket = f"unix://{self.home}/socket"
        self.env = dict(os.environ, DOCKER_HOST=self.socket)
        self.daemon = None

    def docker(self, *words):
        return output("docker", "-H", self.socket, *words)

    def start(self):
        if self.daemon:
            return
        need_root()
        need("dockerd", "containerd", "docker")
        os.makedirs(self.home, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.remove(f"{self.home}/pid")
        with open(f"{self.home}/log", "w", encoding="utf-8") as log:
            self.daemon = subprocess.Popen(
                ["dockerd", "-H", self.socket, "--data-root", f"{self.home}/data", "--exec-root",
                 f"{self.home}/exec", "-p", f"{self.home}/pid", "--storage-driver", "overlay2",
                 "--iptables=false", "--ip6tables=false", "--bridge=none"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        for _ in range(300):
            if self.daemon.poll() is not None:
                break
            with contextlib.suppress(Skip):
                self.docker("version")
                return
            time.sleep(0.1)
        self.stop()
        with open(f"{self.home}/log", encoding="utf-8") as log:
            raise Skip(f"dockerd: {last_line(log.read())}")

    def stop(self):
        daemon, self.daemon = self.daemon, None
        if daemon:
            daemon.terminate()
            try:
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def image(self, name):
        """Loads it where it is not there as it is now; its name and the folders of its layers."""
        self.start()
        tag, archive = f"bench/{name}:latest", f"{ROOT}/{name}/save.tar"
        held = ""
        with contextlib.suppress(Skip):
            held = json.loads(self.docker("image", "inspect", tag))[0]["Id"]
        if held != config_digest(archive):
            self.docker("load", "-q", "-i", archive)
            self.docker("image", "prune", "-f")  # the one that lost its name
        self.settle()
        data = json.loads(self.docker("image", "inspect", tag))[0]["GraphDriver"]["Data"]
        return tag, [data["UpperDir"], *filter(None, data.get("LowerDir", "").split(":"))]

    def settle(self):
        """Until a change of its names or its socket would be seen: as on a machine where it has run for a
        while, it is then not asked again."""
        for path in (self.socket.removeprefix("unix://"), f"{self.home}/data/image/overlay2/repositories.json"):
            with contextlib.suppress(OSError):
                while time.time() < os.stat(path).st_ctime + 2.1:
                    time.sleep(.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


# ---- memory of all processes of a command together ----


def children_of(pid):
    found = []
    for task in glob.glob(f"/proc/{pid}/task/*/children"):
        with contextlib.suppress(OSError), open(task, encoding="utf-8") as file:
            for child in file.read().split():
                found += [child, *children_of(child)]
    return found


def proportional_kb(pid):
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def peak_together_mb(command, env=None):
    """The most that the command and its children hold at a time (shared pages counted once), looked
    at every few milliseconds."""
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env=env) as process:
        while process.poll() is None:
            family = [str(process.pid), *children_of(process.pid)]
            peak = max(peak, sum(proportional_kb(pid) for pid in family))
            time.sleep(0.002)
    return peak / 1024


def fail(text):
    print(text, file=sys.stderr)
    sys.exit(1)
