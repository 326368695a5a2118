"""The sample task of Docker-Fabric's own documentation, and a survey, on the benchmark's hosts."""

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


@task
def survey():
    """Ask the engine for all it has"""
    docker = docker_fabric()
    images = docker.images()
    containers = docker.containers(all=True)
    info = docker.info()
    for container in containers:
        docker.inspect_container(container["Id"])
    print(f"images={len(images)} containers={len(containers)} engine={info['Name']}")
