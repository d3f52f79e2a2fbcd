"""Package the chart, and publish it.

python -m tools.publish package dist
python -m tools.publish publish /srv/charts --url https://charts.example.org
python -m tools.publish publish oci://registry.example.org/charts
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.kind_node.command_line import exit_status
from tools.publish import folder, registry
from tools.publish.errors import PublishError
from tools.publish.package import Package, Signing, make_package

CHART = Path("charts/genx-fx")
CHANGELOG = Path("CHANGELOG.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: package the chart into a folder, or publish its package."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: options.command(options), PublishError)


def _package(options: argparse.Namespace) -> None:
    package = make_package(options.chart, options.to, options.changelog, _signing(options))
    for file in package.files:
        print(f"  {file}")
    where = f"--namespace {package.name} --create-namespace"
    print(f"  install it   helm install {package.name} {package.archive} {where}")


def _publish(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as place:
        made = make_package(options.chart, Path(place), options.changelog, _signing(options))
        if options.to.startswith(registry.SCHEME):
            _to_registry(made, options)
        else:
            _to_folder(made, options)


def _to_folder(package: Package, options: argparse.Namespace) -> None:
    if options.plain_http:
        raise PublishError("--plain-http is for a registry, oci://…")
    added = folder.publish(package, Path(options.to), options.url)
    print(_said(package, options.to, added))
    print(f"  helm repo add {package.name} {options.url or '<the web address of this folder>'}")
    print(
        f"  helm install {package.name} {package.name}/{package.name} --version {package.version}"
    )


def _to_registry(package: Package, options: argparse.Namespace) -> None:
    if options.url:
        raise PublishError("--url is for a folder; a registry's address is that of oci://…")
    digest = registry.publish(package, options.to, options.plain_http)
    print(_said(package, options.to, bool(digest)))
    reference = f"{options.to.rstrip('/')}/{package.name}"
    print(f"  helm install {package.name} {reference} --version {package.version}")
    if digest:
        print(f"  helm install {package.name} {reference}@{digest}")


def _said(package: Package, to: str, added: bool) -> str:
    done = "published to" if added else "is already, with the same content, in"
    return f"{package.name} {package.version} {done} {to} (sha256:{package.digest})"


def _signing(options: argparse.Namespace) -> Signing | None:
    if not options.sign:
        if options.keyring or options.passphrase_file:
            raise PublishError("a keyring or passphrase is given, but no key to sign with: SIGN=…")
        return None
    if not options.keyring:
        raise PublishError(
            f"the keyring with the secret key of {options.sign} is missing: write it by `gpg "
            f"--export-secret-keys {options.sign} >keyring.gpg`, give KEYRING=keyring.gpg, and "
            "delete it afterwards"
        )
    return Signing(options.sign, options.keyring, options.passphrase_file)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--chart", type=Path, default=CHART, help="folder of the chart")
    common.add_argument("--changelog", type=Path, default=CHANGELOG, help="what versions changed")
    common.add_argument("--sign", metavar="KEY", default="", help="user ID of the PGP key")
    common.add_argument("--keyring", type=Path, help="file with the secret key")
    common.add_argument("--passphrase-file", type=Path, help="file with the key's passphrase")
    parser = argparse.ArgumentParser(
        prog="python -m tools.publish",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    package = commands.add_parser("package", parents=[common], help="make the package")
    package.add_argument("to", type=Path, metavar="FOLDER")
    package.set_defaults(command=_package)
    publish = commands.add_parser("publish", parents=[common], help="make and publish the package")
    publish.add_argument("to", metavar="FOLDER|oci://…")
    publish.add_argument("--url", default="", help="where a folder is shown to others")
    publish.add_argument("--plain-http", action="store_true", help="for a registry without TLS")
    publish.set_defaults(command=_publish)
    return parser


if __name__ == "__main__":
    sys.exit(main())
