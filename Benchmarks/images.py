"""Images for the bench, made without an engine."""

import hashlib
import io
import json
import os
import tarfile

from harness import BENCH, say

LAYERS, LAYER_BYTES = 4, 256 << 20


def big_image():
    """An archive that can be loaded, and the name of its image: four layers that can't be packed."""
    return archive_of("bench:big", BENCH / "big.tar", [LAYER_BYTES] * LAYERS, seed=1)


def grown_image():
    """The same with a further layer of 1 MiB."""
    return archive_of("bench:grown", BENCH / "grown.tar", [LAYER_BYTES] * LAYERS + [1 << 20], seed=1)


def archive_of(name, path, sizes, seed):
    if path.exists():
        return path, name
    say(f"making {path.name}")
    BENCH.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    layers = [layer(index, size, seed) for index, size in enumerate(sizes)]
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2026-01-01T00:00:00Z",
        "config": {"Cmd": ["/none"]},
        "rootfs": {"type": "layers", "diff_ids": [digest for digest, _ in layers]},
        "history": [{"created": "2026-01-01T00:00:00Z"} for _ in layers],
    }).encode()
    with tarfile.open(unfinished, "w") as archive:
        names = []
        for index, (_, make) in enumerate(layers):
            names.append(f"{index}/layer.tar")
            add(archive, names[-1], make())
        add(archive, "config.json", config)
        manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": names}]
        add(archive, "manifest.json", json.dumps(manifest).encode())
    os.rename(unfinished, path)
    return path, name


def layer(index, size, seed):
    """The digest of a layer with one file of noise, and what makes the layer again."""

    def make():
        # The same each time, so that images share their layers, and nothing to be packed.
        noise = hashlib.shake_128(f"{seed} {index}".encode()).digest(1 << 20)
        pieces = (hashlib.sha256(noise[:64] + bytes([part % 256, part // 256])).digest() + noise[32:]
                  for part in range(size >> 20))
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            add(archive, f"noise{index}", b"".join(pieces))
        return packed.getvalue()

    return "sha256:" + hashlib.sha256(make()).hexdigest(), make


def add(archive, name, content):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))
