"""What all parts of the bench share: the peers, the private sshd, the cases and their tables."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from measure import measure

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / ".build" / "bench"
SWAB = ROOT / ".build" / "stage" / "bin" / "swab"
IN_FLIGHT = 64
SAMPLE = (ROOT / "Fabfile.swift").read_text()

# The requirements of docs/Performance.md's peers, as they were in their time.
PEERS = {
    "pssh": [["parallel-ssh==2.16.0"]],
    "dockerfabric": [
        ["setuptools<66", "wheel"],
        ["--no-build-isolation", "Fabric3==1.14.post1", "docker-map==1.1.1", "docker-py==1.10.6",
         "pyyaml", "urllib3<2", "requests<2.29"],
        ["--no-build-isolation", "--no-deps", "docker-fabric==0.5.0"],
    ],
    "dockersdk": [["docker==7.1.0"]],
}


def say(text):
    print(f"bench: {text}", flush=True)


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, **options)


def output_of(*command, **options):
    return run(*command, capture_output=True, text=True, **options).stdout.strip()


# What is measured against


def make_peers():
    for name, steps in PEERS.items():
        folder = BENCH / name
        if (folder / "complete").exists():
            continue
        say(f"installing {steps[-1][-1]} from PyPI")
        shutil.rmtree(folder, ignore_errors=True)
        run(sys.executable, "-m", "venv", folder)
        for packages in steps:
            run(folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
        if name == "dockerfabric":
            site = next(folder.glob("lib/python3*/site-packages"))
            shutil.copy(ROOT / "Benchmarks" / "peers" / "sitecustomize.py", site)
        (folder / "complete").touch()


class Server:
    """A private sshd that answers on all of 127.0.0.0/8."""

    def __init__(self):
        folder = BENCH / "sshd"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for key in ["host_key", "client_key"]:
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", folder / key)
        self.key = folder / "client_key"
        # It listens on all addresses, since it answers on all of 127.0.0.0/8; nobody from elsewhere
        # gets in, though.
        authorized = folder / "authorized_keys"
        authorized.write_text('from="127.0.0.0/8" ' + (folder / "client_key.pub").read_text())
        self.port = free_port()
        self.known_hosts = folder / "known_hosts"
        host_key = " ".join((folder / "host_key.pub").read_text().split()[:2])
        self.known_hosts.write_text(f"[127.*]:{self.port} {host_key}\n")
        config = folder / "sshd_config"
        config.write_text(f"""\
Port {self.port}
ListenAddress 0.0.0.0
HostKey {folder}/host_key
AuthorizedKeysFile {authorized}
PidFile none
PermitRootLogin yes
PasswordAuthentication no
StrictModes no
UsePAM no
UseDNS no
LogLevel ERROR
LoginGraceTime 600
MaxStartups 4000
MaxSessions 200
SetEnv SHLVL=5
""")
        Path("/run/sshd").mkdir(exist_ok=True)
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", str(config)],
                                        stdin=subprocess.DEVNULL)
        for _ in range(200):
            if self.process.poll() is not None:
                sys.exit("bench: sshd did not start")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("bench: sshd does not answer")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_ports(count):
    """The first of so many free ports in a row; a busy one ends Docker-Fabric's run."""
    first = 22024
    port = first
    while port < first + count:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                first = port + 1
        port += 1
    return first


def addresses(count):
    return [f"127.1.{index // 250}.{index % 250 + 1}" for index in range(count)]


def write_fabfile(folder, server, source, engine=None):
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["env:", "  user: root", f"  port: {server.port}", f"  key_filename: {server.key}",
             "  no_agent: true", "  strict_host_key_checking: yes",
             # The peers give commands to the account's shell as they are, too: a login shell's
             # profile would cost the machine more than all that is measured.
             "  use_shell: false",
             f"  max_startups: {IN_FLIGHT}", "  ssh_config_path: !path ssh_config"]
    if engine:
        lines.append(f"  docker_base_url: {engine}")
    (folder / "fabfile.yml").write_text("\n".join(lines) + "\n")
    (folder / "ssh_config").write_text(f"Host *\n  UserKnownHostsFile {server.known_hosts}\n")
    (folder / "Fabfile.swift").write_text(source)


# Measuring


class Case:
    """Runs of one command; the values of all rounds.

    With `reading`, a regular expression, the program's own figure is kept: the number in what it
    prints. `rounds` bounds how often it is run, where that takes long.
    """

    def __init__(self, name, command, units=1, **options):
        self.name, self.command, self.units, self.options = name, command, units, options
        self.before = options.pop("before", None)
        self.reading = options.pop("reading", None)
        self.rounds = options.pop("rounds", None)
        self.runs, self.failures = [], 0

    def round(self):
        if self.before:
            self.before()
        log = BENCH / "last.log"
        one = measure([str(word) for word in self.command], output=str(log), **self.options)
        text = log.read_text(errors="replace")
        figure = re.search(self.reading, text) if self.reading else None
        if one.status != 0 or self.reading and not figure:
            self.failures += 1
            ending = text.strip().splitlines()[-3:]
            say(f"{self.name}: exit status {one.status}: " + " | ".join(ending))
            return
        one.figure = float(figure[1]) if figure else None
        self.runs.append(one)

    def spread(self, value, scale, digits):
        values = [value(one) * scale for one in self.runs]
        if not values:
            return "–"
        numbers = [f"{number:.{digits}f}" for number in (median(values), min(values), max(values))]
        return f"{numbers[0]} ({numbers[1]}..{numbers[2]})"

    def row(self, *figures):
        return [self.name, *(self.spread(*one) for one in figures or self.figures()),
                str(len(self.runs)) + (f", {self.failures} failed" if self.failures else "")]

    def figures(self):
        """CPU for each unit in milliseconds, seconds, and MiB, as most tables have them."""
        return [(lambda one: one.cpu / self.units, 1000, 1 if self.units > 1 else 0),
                (wall, 1, 2), (peak, 1 / 2**20, 0)]


def table(head, cases, *figures):
    """A table of the cases; `figures` are triples of a value, its scale and its digits."""
    rows = [head, ["---"] + ["---:"] * (len(head) - 1), *[case.row(*figures) for case in cases]]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def in_turn(cases, rounds):
    for number in range(1, rounds + 1):
        for case in cases:
            if number <= (case.rounds or rounds):
                say(f"round {number} of {min(case.rounds or rounds, rounds)}: {case.name}")
                case.round()


def ratio(first, second, value):
    if not first.runs or not second.runs:
        return None
    return median(map(value, first.runs)) / median(map(value, second.runs))


def cpu(one):
    return one.cpu


def wall(one):
    return one.wall


def peak(one):
    return one.peak


def figure(one):
    return one.figure


def at_least(limit):
    return ("least", limit)


def judged(notes):
    """Lines that say what was wanted: each note is a name, a value, and a limit to stay below."""
    lines = []
    for name, value, limit in notes:
        kind, limit = limit if isinstance(limit, tuple) else ("most", limit)
        number = "not measured" if value is None else f"{value:.3g}"
        holds = value is not None and (value <= limit if kind == "most" else value >= limit)
        verdict = "" if value is None else (" ✓" if holds else " ✗")
        lines.append(f"- {name}: {number}, wanted at {kind} {limit:.3g}{verdict}")
    return "\n\n" + "\n".join(lines) if lines else ""


@contextmanager
def test_bed(count, in_memory=False):
    """Hosts with a Docker Engine each, as long as the block lasts; gives their folder.

    In memory, what the engines write is not measured against one disk that they share.
    """
    folder = BENCH / "memory" if in_memory else BENCH
    folder.mkdir(exist_ok=True)
    if in_memory:
        run("mount", "-t", "tmpfs", "-o", "mode=700,size=90%", "tmpfs", folder)
    bed = folder / "bed"
    try:
        run(ROOT / "Scripts" / "testbed", "up", count, bed)
        try:
            yield bed
        finally:
            run(ROOT / "Scripts" / "testbed", "down", bed)
    finally:
        if in_memory:
            run("umount", "--lazy", folder)


class Bench:
    """What the sections of the page run on: the private sshd, and swab as it is built."""

    def __init__(self, options):
        self.options = options
        self.server = Server()
        self.cache = BENCH / "cache"
        self.environment = {"SWAB_CACHE": str(self.cache), "HOME": str(BENCH / "home"),
                            "NO_COLOR": "1"}
        (BENCH / "home").mkdir(exist_ok=True)

    def swab(self, name, folder, *words, units=1, **options):
        return Case(name, [SWAB, *words], units, cwd=str(folder), env=self.environment, **options)

    def prepare(self, folder):
        """Compiles a fabfile, so that the rounds find it in the cache."""
        if not self.options.no_swab:
            run(SWAB, "list", cwd=folder, env={**os.environ, **self.environment},
                stdout=subprocess.DEVNULL)

    def with_swab(self, cases):
        return [case for case in cases if not (self.options.no_swab and case.command[0] == SWAB)]
