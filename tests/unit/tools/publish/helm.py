"""A Helm with a home of its own, and keys to sign with."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.build import tool_path
from tools.publish.package import Signing

OWNER = "Small Team <team@example.com>"
# In a second, where the default, RSA, may take ten.
KEY = ("ed25519", "sign")


@dataclass(frozen=True)
class HelmHome:
    """Runs a Helm that keeps its repositories, logins and cache in a folder of its own."""

    name: str
    home: Path

    def __call__(self, *arguments: str, **options: str) -> str:
        """Return all that Helm prints; AssertionError with it where Helm fails."""
        done = subprocess.run(
            [str(tool_path(self.name)), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home)},
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


MakeHelm = Callable[[str], HelmHome]


@dataclass(frozen=True)
class Keys:
    """A PGP key to sign with, its public part, and the public part of another one."""

    signing: Signing
    public: Path
    another: Path

    @classmethod
    def make(cls, folder: Path) -> Keys:
        """Make new keys as users do, by GnuPG, and write them into a folder."""
        with gnupg(folder / "own") as gpg:
            gpg("--quick-generate-key", OWNER, *KEY)
            (folder / "secret.gpg").write_bytes(gpg("--export-secret-keys", OWNER))
            (folder / "public.gpg").write_bytes(gpg("--export", OWNER))
        with gnupg(folder / "another") as gpg:
            gpg("--quick-generate-key", OWNER, *KEY)
            (folder / "another.gpg").write_bytes(gpg("--export", OWNER))
        signing = Signing("Small Team", folder / "secret.gpg")
        return cls(signing, folder / "public.gpg", folder / "another.gpg")


@contextmanager
def gnupg(home: Path) -> Iterator[Callable[..., bytes]]:
    """Run GnuPG with an empty home."""
    home.mkdir(mode=0o700)
    environment = {"PATH": os.environ["PATH"], "GNUPGHOME": str(home)}

    def gpg(*arguments: str, passphrase: str = "") -> bytes:
        options = ("--batch", "--pinentry-mode", "loopback", "--passphrase", passphrase)
        return subprocess.run(
            ["gpg", *options, *arguments], env=environment, capture_output=True, check=True
        ).stdout

    yield gpg
    # It has started an agent.
    subprocess.run(["gpgconf", "--kill", "all"], env=environment, check=True)
