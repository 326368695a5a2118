"""Requests to Docker Engines through tunnels: on many hosts, many on one host, and large ones."""

import shutil
import subprocess
from statistics import median

from harness import (
    BENCH, ROOT, SAMPLE, Case, addresses, at_least, cpu, figure, free_port, free_ports, in_turn,
    judged, peak, ratio, run, table, test_bed, wall, write_fabfile,
)
from images import big_image

TASKS = (ROOT / "Benchmarks" / "tasks.swift").read_text()
PEER_FOLDER = ROOT / "Benchmarks" / "peers"
# As many as the task in tasks.swift sends.
REQUESTS = 2000
# What libssh2 1.10 negotiates.
CIPHER = ["-c", "aes128-ctr", "-m", "hmac-sha2-256"]


def docker(bench):
    """The sample task of Docker-Fabric's documentation."""
    head = ["`sample_task` on 50 hosts", "client CPU per host, ms", "wall, s", "peak memory, MiB",
            "rounds"]
    return beside_docker_fabric(bench, "sample_task", SAMPLE, head, with_wall=True)


def fleet(bench):
    """More that a survey of a fleet asks each engine for."""
    head = ["images, containers, info and each container on 50 hosts", "client CPU per host, ms",
            "wall, s", "peak memory, MiB", "rounds"]
    return beside_docker_fabric(bench, "survey", TASKS, head, with_wall=False)


def beside_docker_fabric(bench, task, source, head, with_wall):
    with test_bed(1) as bed:
        engine = f"unix://{bed}/h1/docker.sock"
        folder = BENCH / task
        write_fabfile(folder, bench.server, source, engine)
        bench.prepare(folder)
        hosts = addresses(50)
        own = bench.swab("swab, `swab run -P -z 50`", folder, "run", task, "-P", "-z", 50, "-H",
                         ",".join(hosts), units=50)
        peer = docker_fabric(bench, task, hosts, engine)
        cases = bench.with_swab([own, peer])
        in_turn(cases, bench.options.rounds)
    notes = [("client CPU against Docker-Fabric", ratio(own, peer, cpu), 1 / 8)]
    if with_wall:
        notes.append(("wall time against Docker-Fabric", ratio(own, peer, wall), 1 / 2))
    return table(head, cases) + judged([] if bench.options.no_swab else notes)


def docker_fabric(bench, task, hosts, engine):
    environment = {"BENCH_KEY": str(bench.server.key), "BENCH_DOCKER": f"http+{engine}",
                   "PYTHONDONTWRITEBYTECODE": "1"}
    return Case(
        "Docker-Fabric, `fab -P -z 50`",
        [BENCH / "dockerfabric" / "bin" / "fab", "-f", PEER_FOLDER / "docker_fabric" / "fabfile.py",
         "-P", "-z", len(hosts), "-H", ",".join(f"{host}:{bench.server.port}" for host in hosts),
         task],
        len(hosts), timeout=120, env=environment,
        before=lambda: environment.update(BENCH_PORT=str(free_ports(200))),
    )


def requests(bench):
    """Small requests to one engine, one after another."""
    with test_bed(1) as bed:
        engine = f"unix://{bed}/h1/docker.sock"
        folder = BENCH / "requests"
        write_fabfile(folder, bench.server, TASKS, engine)
        bench.prepare(folder)
        options = {"units": REQUESTS, "reading": r"rate=([0-9.]+)"}
        own = bench.swab("swab, through a tunnel", folder, "run", "requests", "-H",
                         *addresses(1), **options)
        bare = bench.swab("swab, on the socket", folder, "run", "requests", **options)
        peer = Case("docker SDK for Python, on the socket",
                    [BENCH / "dockersdk" / "bin" / "python", PEER_FOLDER / "docker_sdk_requests.py",
                     engine, REQUESTS], **options)
        cases = bench.with_swab([own, peer, bare])
        in_turn(cases, bench.options.rounds)
    notes = [("requests per second against the docker SDK's", ratio(own, peer, figure), at_least(2))]
    head = [f"{REQUESTS:,} requests, one after another", "requests per second",
            "client CPU per request, ms", "peak memory, MiB", "rounds"]
    figures = [(figure, 1, 0), (lambda one: one.cpu / REQUESTS, 1000, 2), (peak, 1 / 2**20, 0)]
    return table(head, cases, *figures) + judged([] if bench.options.no_swab else notes)


def load(bench):
    """An image of 1 GiB, loaded from a file."""
    archive, image = big_image()
    with test_bed(1) as bed:
        socket = bed / "h1" / "docker.sock"
        folder = BENCH / "load"
        write_fabfile(folder, bench.server, TASKS, f"unix://{socket}")
        bench.prepare(folder)

        def remove():
            subprocess.run(["docker", "-H", f"unix://{socket}", "rmi", "--force", image],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            subprocess.run(["sync"])

        own = bench.swab("swab, through a tunnel", folder, "run", f"load:{archive}", "-H",
                         *addresses(1), before=remove, timeout=600)
        ssh = ["ssh", *CIPHER, "-i", bench.server.key, "-p", bench.server.port, "-o",
               f"UserKnownHostsFile={bench.server.known_hosts}", "-o", "IdentitiesOnly=yes"]
        peer = Case("`docker load` through `ssh -L`, the same cipher",
                    [PEER_FOLDER / "load_through_ssh", free_port(), socket, archive, *ssh,
                     f"root@{addresses(1)[0]}"], before=remove, timeout=600)
        bare = Case("`docker load` on the socket",
                    [shutil.which("docker"), "-H", f"unix://{socket}", "load", "-i", archive],
                    before=remove, timeout=600)
        cases = bench.with_swab([own, peer, bare])
        in_turn(cases, bench.options.rounds)
    notes = [("speed against that through `ssh -L`", ratio(peer, own, wall), at_least(0.5))]
    if own.runs:
        notes.append(("peak memory, MiB", median(map(peak, own.runs)) / 2**20, 100))
    head = ["`load` of 1 GiB", "client CPU, ms", "wall, s", "peak memory, MiB", "rounds"]
    return table(head, cases) + judged([] if bench.options.no_swab else notes)
