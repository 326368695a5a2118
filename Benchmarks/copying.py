"""An image copied to many engines over long links."""

import shutil
import subprocess
import sys

from harness import (
    BENCH, ROOT, Case, free_port, in_turn, judged, ratio, run, table, test_bed, wall,
)
from images import big_image, grown_image

HOSTS = 8
# One way; what lies between continents.
DELAY = 50


class LongLinks:
    """Ports on 127.0.0.1 that lead to the hosts of a test bed, with a delay in each direction."""

    def __init__(self, bed, hosts):
        program = BENCH / "delay"
        run("clang", "-O2", "-o", program, ROOT / "Benchmarks" / "delay.c")
        self.ports = {host: free_port() for host in hosts}
        net = (bed / "env").read_text()
        addresses = {host: value(net, f"SWAB_TESTBED_{host.upper()}_ADDRESS") for host in hosts}
        links = [f"{port}:{addresses[host]}:22" for host, port in self.ports.items()]
        self.process = subprocess.Popen([program, str(DELAY), *links], stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"ready\n":
            sys.exit("bench: the delaying proxy did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()

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
            return measure_copies(bench, bed, local, folder, config, hosts, image, grown)
        finally:
            links.stop()


def measure_copies(bench, bed, local, folder, config, hosts, image, grown):
    lines = ["env:", "  no_agent: true", "  ssh_config_path: !path ssh_config",
             f"  docker_base_url: {local}", "hosts:"]
    lines += [f'  {host}: {{ env: {{ docker_base_url: "unix:///var/run/docker.sock" }} }}'
              for host in hosts]
    (folder / "fabfile.yml").write_text("\n".join(lines) + "\n")
    shutil.copy(ROOT / "Benchmarks" / "tasks.swift", folder / "Fabfile.swift")
    bench.prepare(folder)

    def remove(*images):
        def forget():
            for host in hosts:
                docker(bed, host, "rmi", "--force", *images, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
            run("sync")
        return forget

    def own(name, image, hosts, forget):
        return bench.swab(name, folder, "run", f"docker.copy_image:{image},source=local", "-H",
                          ",".join(hosts), before=forget, timeout=900, rounds=3)

    def peer(name, image, hosts, forget):
        script = ROOT / "Benchmarks" / "peers" / "save_and_load"
        return Case(name, [script, local, config, image, *hosts], before=forget, timeout=3600,
                    rounds=1)

    one = own("swab, to 1 host", image, hosts[:1], remove(image, grown))
    all_ = own(f"swab, to {HOSTS} hosts", image, hosts, remove(image, grown))
    change = own(f"swab, 1 MiB more, to {HOSTS} hosts that have the rest", grown, hosts,
                 remove(grown))
    cli = peer(f"`docker save \\| ssh docker load`, to {HOSTS} hosts in turn", image, hosts,
               remove(image, grown))
    cli_change = peer(f"the same, 1 MiB more, to {HOSTS} hosts that have the rest", grown, hosts,
                      remove(grown))
    cases = bench.with_swab([one, all_, change, cli, cli_change])
    in_turn(cases, bench.options.rounds)
    notes = [(f"wall time to {HOSTS} hosts against 1", ratio(all_, one, wall), 1.5)]
    head = [f"1 GiB, {2 * DELAY} ms there and back", "client CPU, ms", "wall, s",
            "peak memory, MiB", "rounds"]
    return table(head, cases) + judged([] if bench.options.no_swab else notes)
