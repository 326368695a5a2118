"""The sample task of Docker-Fabric's own documentation, on the benchmark's hosts."""

import os

from dockerfabric.apiclient import docker_fabric
from fabric.api import env, task

env.user = "root"
env.key_filename = os.environ["BENCH_KEY"]
env.disable_known_hosts = True
env.docker_base_url = os.environ["BENCH_DOCKER"]
env.docker_tunnel_local_port = int(os.environ["BENCH_PORT"])
env.docker_api_version = "1.24"


@task
def sample_task():
    """List images and containers of each host"""
    images = docker_fabric().images()
    containers = docker_fabric().containers(all=True)
    print(f"images={len(images)} containers={len(containers)}")
