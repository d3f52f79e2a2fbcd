"""The part of a node that comes from Debian packages: two root file systems, as tar files.

mmdebstrap makes them from the mirrors that this machine is set up with. Debian's stable suites get
security updates, so the same packages may be newer when built another day; what has been built is
kept, by the list of packages.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .cache import BuildError, build_once, cache_folder, cache_key, last_line, run
from .versions import versions

# What Kubernetes, its storage and kind itself call on a node, as in kind's own base image.
NODE_PACKAGES = (
    *("systemd", "systemd-sysv", "util-linux", "mount", "kmod", "procps", "hostname"),
    *("conntrack", "iptables", "nftables", "ipset", "iproute2", "ethtool"),
    *("runc", "libseccomp2", "pigz", "e2fsprogs", "bash", "ca-certificates", "curl", "jq"),
)

# What kube-proxy and the node agent call in their images, and a shell to look around with. The
# static busybox of Debian crashes when it looks up a name, so it is the dynamic one.
TOOL_PACKAGES = ("busybox", "dash", "iptables", "nftables", "kmod", "libc6")

# As kind's base image does: a container has no hardware to set up and no terminal to log in on.
NODE_HOOKS = (
    'cd "$1" && rm -f lib/systemd/system/multi-user.target.wants/* etc/systemd/system/*.wants/* '
    "lib/systemd/system/local-fs.target.wants/* lib/systemd/system/basic.target.wants/* "
    "lib/systemd/system/sockets.target.wants/*udev* "
    "lib/systemd/system/sockets.target.wants/*initctl* "
    "lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service",
    'echo ReadKMsg=no >> "$1/etc/systemd/journald.conf"',
    # It would register with the kernel of the whole machine.
    'ln -sf /dev/null "$1/etc/systemd/system/systemd-binfmt.service"',
    # kind gives each node its own.
    'rm -f "$1/etc/machine-id" "$1/etc/hostname" "$1/etc/resolv.conf"; : > "$1/etc/machine-id"',
)

# Packages are only unpacked here, so what their scripts would do is done by hand.
TOOL_HOOKS = (
    'cd "$1/usr/sbin" && for name in iptables iptables-save iptables-restore '
    "ip6tables ip6tables-save ip6tables-restore; do ln -sf xtables-nft-multi $name; done",
    'ln -sf dash "$1/bin/sh"',
    'chroot "$1" /bin/busybox --install -s /bin',
    'cd "$1" && rm -rf usr/share/doc usr/share/man usr/share/locale usr/lib/*/gconv '
    "usr/lib/*/perl* var/lib/apt var/lib/dpkg var/cache",
    'mkdir -p -m 1777 "$1/tmp"',
)

DEBIAN = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ROLLING = ("sid", "unstable")  # fixes come to these without a suite of their own
TAKEN_OVER = (
    "Acquire::http",
    "Acquire::https",
    "Acquire::Check-Valid-Until",
    "Acquire::Check-Date",
)
EXCLUDED = ("doc", "info", "locale", "man")


@dataclass(frozen=True)
class RootFilesystem:
    """What a root file system is made of."""

    name: str
    variant: str
    # mmdebstrap's name of the last step of the variant.
    when: str
    packages: tuple[str, ...]
    hooks: tuple[str, ...]


NODE = RootFilesystem("node", "minbase", "customize", NODE_PACKAGES, NODE_HOOKS)
TOOLS = RootFilesystem("tools", "extract", "extract", TOOL_PACKAGES, TOOL_HOOKS)


def root_filesystem(wanted: RootFilesystem) -> Path:
    """Return the tar of a root file system, built first if it is missing."""
    suite = versions()["debian"]
    key = cache_key(repr(wanted), repr(EXCLUDED), suite)
    product = cache_folder("kind-node") / f"debian-{wanted.name}-{key}" / "root.tar"
    what = f"gathering Debian packages ({wanted.name})"
    return build_once(product, what, lambda out: _build(wanted, suite, out))


def _build(wanted: RootFilesystem, suite: str, out: Path) -> None:
    bootstrap(
        suite,
        out,
        f"gather Debian packages ({wanted.name})",
        [
            f"--variant={wanted.variant}",
            f"--include={','.join(wanted.packages)}",
            *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in EXCLUDED),
            *(f"--{wanted.when}-hook={hook}" for hook in wanted.hooks),
        ],
    )


def bootstrap(
    suite: str,
    out: Path,
    what: str,
    options: Sequence[str],
    env: Mapping[str, str] | None = None,
) -> None:
    """Have mmdebstrap write a file system as a tar; BuildError says why it cannot.

    What this machine's apt is told about its mirror holds for mmdebstrap as well.
    """
    where = usable_mirrors()
    # The format is else chosen by the name of the file.
    fixed = ["--quiet", "--format=tar", '--aptopt=APT::Install-Recommends "false"']
    taken_over = [f"--aptopt={option}" for option in _apt_options()]
    command = ["mmdebstrap", *fixed, *taken_over, *options, suite, str(out), *where.sources(suite)]
    run(command, what, env=env, reason=_first_error)


@dataclass(frozen=True)
class Mirrors:
    """Where Debian's packages and their security updates are; empty where there is no such."""

    main: str
    security: str = ""

    def sources(self, suite: str) -> list[str]:
        """Return the lines of apt's list of sources for a suite."""
        # Not all machines' apt trusts Debian's keys without being told.
        options = f" [signed-by={KEYRING}]" if KEYRING.exists() else ""
        lines = [f"deb{options} {self.main} {suite} main"]
        if self.security and suite not in ROLLING:
            lines.append(f"deb{options} {self.security} {suite}-security main")
        return lines


DEBIANS_OWN = Mirrors(DEBIAN, f"{DEBIAN}-security")


def usable_mirrors() -> Mirrors:
    """Return the mirrors where all is there that mmdebstrap needs to use them; else BuildError."""
    if shutil.which("mmdebstrap") is None:
        raise BuildError(
            "cannot gather Debian packages: mmdebstrap is missing; on Debian as root: apt-get "
            "install mmdebstrap"
        )
    found = mirrors()
    if found == DEBIANS_OWN and not KEYRING.exists():
        raise BuildError(
            f"cannot gather Debian packages: there is no {KEYRING}, which tells Debian's packages "
            "from others; on Ubuntu as root: apt-get install debian-archive-keyring"
        )
    return found


def mirrors() -> Mirrors:
    """Return the Debian mirrors of this machine's apt; elsewhere those of Debian."""
    if shutil.which("apt-get") is None:
        return DEBIANS_OWN
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN)", "Identifier: Packages"]
    listed = [line.split(" ") for line in run(asked, "ask apt for its mirror").splitlines()]
    debian = [uri for uri, origin in listed if origin == "Debian"]
    main = next((uri for uri in debian if "security" not in uri), "")
    if main:
        return Mirrors(main, next((uri for uri in debian if "security" in uri), ""))
    if any(origin for _, origin in listed):
        return DEBIANS_OWN
    raise BuildError(
        "cannot gather Debian packages: apt knows no mirror; "
        "is one configured, and has apt-get update been run?"
    )


def _apt_options() -> list[str]:
    if shutil.which("apt-config") is None:
        return []
    command = ["apt-config", "dump", "--no-empty", "--format", '%f "%v";%n', *TAKEN_OVER]
    return run(command, "ask apt for its configuration").splitlines()


def _first_error(stderr: str) -> str:
    """Return the reason; what follows it only says that mmdebstrap has failed."""
    errors = (line for line in stderr.splitlines() if line.startswith("E: "))
    return next(errors, last_line(stderr))
