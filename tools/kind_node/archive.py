"""Container images written from files alone, as archives that `docker load` reads.

No engine and no registry takes part. The same input makes the same bytes, wherever and whenever it
is run: nothing of the machine (times, owners, order of files) gets into an archive.

The format is that of `docker save`: a tar of layers, image configurations and `manifest.json`. It
is described in the Docker Image Specification v1.2; docker, podman, containerd and `kind load
image-archive` all read it.
"""

from __future__ import annotations

import hashlib
import json
import platform
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

CHUNK = 1 << 20
EPOCH = "1970-01-01T00:00:00Z"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class File:
    """A regular file: its path in the image, and its content or the file that holds it."""

    name: str
    content: Path | bytes | str
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Folder:
    """A folder, for those that need another mode or owner than 0755 of root."""

    name: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Link:
    """A symbolic link; the target is taken as it is."""

    name: str
    target: str
    mode: int = field(default=0o777, init=False)
    uid: int = 0
    gid: int = 0


Entry = File | Folder | Link


@dataclass(frozen=True)
class Layer:
    """One layer of an image: an uncompressed tar, known by the SHA-256 of its bytes."""

    digest: str
    size: int
    chunks: Callable[[], Iterator[bytes]] = field(compare=False, repr=False)

    @classmethod
    def from_tar(cls, path: Path) -> Layer:
        """Take a tar file as it is, owners and modes included. The file must stay in place."""
        return cls._of(lambda: _read(path))

    @classmethod
    def from_files(cls, entries: Iterable[Entry]) -> Layer:
        """Make a layer of single files.

        Folders above an entry are added with mode 0755 unless listed themselves. Mind that a
        folder replaces a link of the same name in the layers below: where `/bin` is a link to
        `usr/bin`, write `usr/bin/program`. Raises ValueError if a path is listed twice.
        """
        members = _with_parents(entries)
        return cls._of(lambda: _tar(_member(entry) for entry in members))

    @classmethod
    def _of(cls, chunks: Callable[[], Iterator[bytes]]) -> Layer:
        digest, size = hashlib.sha256(), 0
        for chunk in chunks():
            digest.update(chunk)
            size += len(chunk)
        return cls(digest.hexdigest(), size, chunks)


@dataclass(frozen=True)
class Image:
    """An image: its names, its layers from the lowest up, and how a container of it starts.

    The configuration is the `config` object of the OCI image specification: `Env`, `Entrypoint`,
    `Cmd`, `User`, `WorkingDir`, `ExposedPorts`, `Volumes`, `StopSignal`, `Labels`.
    """

    names: Sequence[str]
    layers: Sequence[Layer]
    config: Mapping[str, object]

    def description(self) -> bytes:
        """Return the image's JSON. Its SHA-256 is what docker calls the image's ID."""
        return _json(
            {
                "architecture": architecture(),
                "os": "linux",
                "created": EPOCH,
                "config": dict(self.config),
                "history": [{"created": EPOCH} for _ in self.layers],
                "rootfs": {
                    "type": "layers",
                    "diff_ids": [f"sha256:{layer.digest}" for layer in self.layers],
                },
            }
        )


def architecture() -> str:
    """Return this machine's processor, as images name it: `amd64`, `arm64`."""
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def tree(source: Path, name: str = "") -> list[Entry]:
    """Return entries for all below a folder, with the modes that it has there, as root's.

    `name` is the folder's path in the image. What is neither file, folder nor link is left out.
    """
    entries: list[Entry] = []
    for path in sorted(source.rglob("*")):
        inside = str(PurePosixPath(name, path.relative_to(source).as_posix()))
        if path.is_symlink():
            entries.append(Link(inside, str(path.readlink())))
        elif path.is_dir():
            entries.append(Folder(inside, path.stat().st_mode & 0o7777))
        elif path.is_file():
            entries.append(File(inside, path, path.stat().st_mode & 0o7777))
    return entries


def write_archive(path: Path, images: Sequence[Image]) -> None:
    """Write images into one archive; a layer that several of them have is written once.

    Raises ValueError if a file that a layer is made of has changed its size since.
    """
    descriptions = [(image, image.description()) for image in images]
    layers = {layer.digest: layer for image in images for layer in image.layers}
    manifest = [
        {
            "Config": _config_name(description),
            "RepoTags": list(image.names),
            "Layers": [_layer_name(layer) for layer in image.layers],
        }
        for image, description in descriptions
    ]

    def members() -> Iterator[tuple[tarfile.TarInfo, Iterable[bytes]]]:
        for layer in layers.values():
            yield _plain(_layer_name(layer), layer.size), layer.chunks()
        for name, data in {_config_name(data): data for _, data in descriptions}.items():
            yield _plain(name, len(data)), [data]
        data = _json(manifest)
        yield _plain("manifest.json", len(data)), [data]

    with path.open("wb") as file:
        file.writelines(_tar(members()))


def _layer_name(layer: Layer) -> str:
    return f"{layer.digest}.tar"


def _config_name(description: bytes) -> str:
    return f"{hashlib.sha256(description).hexdigest()}.json"


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _with_parents(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries sorted by path, which puts every folder before what is in it."""
    found: dict[str, Entry] = {}
    for entry in entries:
        name = _normal(entry.name)
        if name in found:
            raise ValueError(f"/{name} is listed twice in one layer; list it once")
        found[name] = entry
    for name in list(found):
        for parent in PurePosixPath(name).parents:
            if parent.name:
                found.setdefault(str(parent), Folder(str(parent)))
    return [found[name] for name in sorted(found)]


def _normal(name: str) -> str:
    """Return a path as a tar has it: `/etc//passwd` is `etc/passwd`."""
    parts = [part for part in PurePosixPath(name).parts if part != "/"]
    if not parts or ".." in parts:
        raise ValueError(f"{name!r} is no path in an image; give one like 'etc/passwd'")
    return "/".join(parts)


def _member(entry: Entry) -> tuple[tarfile.TarInfo, Iterable[bytes]]:
    info = _plain(_normal(entry.name), 0)
    info.mode, info.uid, info.gid = entry.mode, entry.uid, entry.gid
    match entry:
        case Folder():
            info.type = tarfile.DIRTYPE
            return info, []
        case Link():
            info.type, info.linkname = tarfile.SYMTYPE, entry.target
            return info, []
        case File(content=Path() as path):
            info.size = path.stat().st_size
            return info, _read(path)
        case File(content=content):
            assert not isinstance(content, Path)
            data = content.encode() if isinstance(content, str) else content
            info.size = len(data)
            return info, [data]


def _plain(name: str, size: int) -> tarfile.TarInfo:
    """Return a member with nothing of this machine in it: mode 0644, owner 0, time 0."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _tar(members: Iterable[tuple[tarfile.TarInfo, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield the bytes of a tar file, and hold no more than a chunk of a member's content."""
    written = 0
    for info, content in members:
        header = info.tobuf(tarfile.PAX_FORMAT)
        yield header
        size = 0
        for chunk in content:
            size += len(chunk)
            yield chunk
        if size != info.size:
            raise ValueError(f"{info.name} has changed while it was read; build again")
        padding = -size % tarfile.BLOCKSIZE
        yield bytes(padding)
        written += len(header) + size + padding
    end = 2 * tarfile.BLOCKSIZE
    yield bytes(end + -(written + end) % tarfile.RECORDSIZE)
