"""An image copied to many engines over long links."""

import shutil
import subprocess
import sys

from harness import (
    BENCH, ROOT, Case, free_port, in_turn, judged, ratio, run, table, test_bed, wall,
)
from images import big_image, grown_image

HOSTS = 8
# One way, in milliseconds: what lies between continents, and to the other side of the earth.
DELAY, LONG_DELAY = 50, 100


class LongLinks:
    """Ports on 127.0.0.1 that lead to the hosts of a test bed, with a delay in each direction."""

    def __init__(self, bed, hosts):
        program = BENCH / "delay"
        run("clang", "-O2", "-o", program, ROOT / "Benchmarks" / "delay.c")
        self.program, self.delay, self.process = program, None, None
        self.ports = {host: free_port() for host in hosts}
        net = (bed / "env").read_text()
        addresses = {host: value(net, f"SWAB_TESTBED_{host.upper()}_ADDRESS") for host in hosts}
        self.links = [f"{port}:{addresses[host]}:22" for host, port in self.ports.items()]

    def start(self, delay):
        """Has the links have this delay."""
        if delay == self.delay:
            return
        self.stop()
        self.process = subprocess.Popen([self.program, str(delay), *self.links],
                                        stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"ready\n":
            sys.exit("bench: the delaying proxy did not start")
        self.delay = delay

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
        self.delay = self.process = None

    def write_config(self, bed, folder):
        """Makes ssh, and so swab, take these links for the hosts' addresses."""
        known = folder / "known_hosts"
        known.write_text("".join(
            f"[127.0.0.1]:{port} {(bed / host / 'host_key.pub').read_text()}"
            for host, port in self.ports.items()))
        config = folder / "ssh_config"
        config.write_text("".join(
            f"Host {host}\n  HostName 127.0.0.1\n  Port {port}\n  User root\n"
            f"  IdentityFile {bed}/id_ed25519\n  IdentitiesOnly yes\n"
            f"  UserKnownHostsFile {known}\n" for host, port in self.ports.items()))
        return config


def value(text, name):
    return next(line.partition("=")[2] for line in text.splitlines() if line.startswith(name + "="))


def docker(bed, host, *words, **options):
    return subprocess.run(["docker", "-H", f"unix://{bed}/{host}/docker.sock", *words], **options)


def copy(bench):
    """One image to one host and to eight, and what changed of it to eight that have the rest."""
    archive, image = big_image()
    grown_archive, grown = grown_image()
    with test_bed(HOSTS + 1, in_memory=True) as bed:
        # The first host's engine plays the local one.
        local = f"unix://{bed}/h1/docker.sock"
        hosts = [f"h{index + 2}" for index in range(HOSTS)]
        for one in (archive, grown_archive):
            docker(bed, "h1", "load", "-i", one, check=True, stdout=subprocess.DEVNULL)
        folder = BENCH / "copy"
        folder.mkdir(exist_ok=True)
        links = LongLinks(bed, hosts)
        try:
            config = links.write_config(bed, folder)
            return measure_copies(bench, bed, local, folder, config, hosts, links, image, grown)
        finally:
            links.stop()


def measure_copies(bench, bed, local, folder, config, hosts, links, image, grown):
    lines = ["env:", "  no_agent: true", "  ssh_config_path: !path ssh_config",
             f"  docker_base_url: {local}", "hosts:"]
    lines += [f'  {host}: {{ env: {{ docker_base_url: "unix:///var/run/docker.sock" }} }}'
              for host in hosts]
    (folder / "fabfile.yml").write_text("\n".join(lines) + "\n")
    shutil.copy(ROOT / "Benchmarks" / "tasks.swift", folder / "Fabfile.swift")
    bench.prepare(folder)

    def prepared(delay, *images):
        def forget():
            links.start(delay)
            for host in hosts:
                docker(bed, host, "rmi", "--force", *images, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
            run("sync")
        return forget

    def own(name, image, hosts, forget):
        return bench.swab(name, folder, "run", f"docker.copy_image:{image},source=local", "-H",
                          ",".join(hosts), before=forget, timeout=900, rounds=1)

    def peer(name, image, hosts, forget):
        script = ROOT / "Benchmarks" / "peers" / "save_and_load"
        return Case(name, [script, local, config, image, *hosts], before=forget, timeout=3600,
                    rounds=1)

    near, far = f"links of {2 * DELAY} ms", f"links of {2 * LONG_DELAY} ms"
    both = (image, grown)
    one = own(f"swab, to 1 host, {near}", image, hosts[:1], prepared(DELAY, *both))
    all_ = own(f"swab, to {HOSTS} hosts, {near}", image, hosts, prepared(DELAY, *both))
    change = own(f"swab, 1 MiB more, to {HOSTS} hosts that have the rest, {near}", grown, hosts,
                 prepared(DELAY, grown))
    cli = peer(f"`docker save \\| ssh docker load`, to {HOSTS} hosts in turn, {near}", image, hosts,
               prepared(DELAY, *both))
    far_one = own(f"swab, to 1 host, {far}", image, hosts[:1], prepared(LONG_DELAY, *both))
    far_all = own(f"swab, to {HOSTS} hosts, {far}", image, hosts, prepared(LONG_DELAY, *both))
    cases = bench.with_swab([one, all_, change, cli, far_one, far_all])
    in_turn(cases, bench.options.rounds)
    notes = [(f"wall time to {HOSTS} hosts against 1, {near}", ratio(all_, one, wall), 1.5),
             (f"wall time to {HOSTS} hosts against 1, {far}", ratio(far_all, far_one, wall), 1.5)]
    head = ["1 GiB, there and back", "client CPU, ms", "wall, s", "peak memory, MiB", "rounds"]
    return table(head, cases) + judged([] if bench.options.no_swab else notes)
