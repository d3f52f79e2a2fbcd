"""docs/messages.md: what Helm and genx-fx say of typical mistakes, as they really say it.

They speak of tests/specs/forex.yaml and its chart, so that the document follows the generator and
not each edit of genx-fx.yaml.

`python -m tests.messages` writes it; a test compares.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from generator.cli import commands
from tests.helm import ROOT, HelmError, run_helm
from tests.spec_files import checkout
from tools.build import tool_path

DOCUMENT = ROOT / "docs" / "messages.md"

HEAD = """\
<!-- Written by `python -m tests.messages`, which runs every command below. -->
# What you are told when values are wrong

Each mistake below is in a file `my-values.yaml` or in an option. First comes what Helm 4 prints for

    helm install genx-fx charts/genx-fx --values my-values.yaml

(without its first line, which only says that it failed), then what

    genx-fx validate --values my-values.yaml

prints, which needs a Helm that merges the values, and no cluster. Both refuse the same
values: the verdict is that of the chart's `values.schema.json`. Only a misspelt key directly below
`global` is refused by `genx-fx validate` alone: Helm has to accept keys of other charts there, and
names them in the notes. `genx-fx explain PATH` says more about any value. Components, bounds and
lines of `genx-fx.yaml` are those of a copy, `tests/specs/forex.yaml`.
"""


@dataclass(frozen=True)
class Mistake:
    """A title, and the values file or the option that has the mistake."""

    title: str
    values: str = ""
    option: str = ""


MISTAKES = [
    Mistake(
        "More memory than the document allows",
        "application:\n  api:\n    resources:\n      limits:\n        memory: 2049Mi\n",
    ),
    Mistake(
        "Less CPU than the document allows",
        "data:\n  mysql:\n    resources:\n      requests:\n        cpu: 0.2\n",
    ),
    Mistake("More pods than the document allows", option="application.api.replicas=51"),
    Mistake("A second trading bot", "application:\n  tradingBot:\n    replicas: 2\n"),
    Mistake(
        "A volume smaller than documented", "global:\n  storage:\n    logs:\n      size: 5Gi\n"
    ),
    Mistake(
        "An amount in a unit that Kubernetes does not know",
        "application:\n  api:\n    resources:\n      limits:\n        memory: 1GB\n",
    ),
    Mistake("A misspelt key", "application:\n  api:\n    replica: 3\n"),
    Mistake("A key in the wrong place", "application:\n  api:\n    memory: 1Gi\n"),
    Mistake("A component without its tier", "api:\n  replicas: 3\n"),
    Mistake("A misspelt component", "application:\n  fronted:\n    enabled: false\n"),
    Mistake("A number where text is wanted", "global:\n  config:\n    MT5_SERVER: 12345\n"),
    Mistake("A word that YAML takes for true or false", "global:\n  config:\n    DEBUG: no\n"),
    Mistake("Text where true or false is wanted", 'global:\n  tls:\n    enabled: "true"\n'),
    Mistake(
        "A key that no environment variable can have",
        "global:\n  config:\n    extra:\n      my-key: a\n",
    ),
    Mistake("A word that is not one of those allowed", "global:\n  exposure: Ingress\n"),
    Mistake("A port that does not exist", option="global.external.mysql.port=70000"),
    Mistake("Text that is no host name", "global:\n  domain: https://fx.example.com\n"),
    Mistake(
        "A range of addresses without its length",
        "application:\n  api:\n    service:\n      loadBalancerSourceRanges: [10.0.0.0]\n",
    ),
    Mistake("A default that null deletes", "application:\n  api:\n    replicas: null\n"),
    Mistake("A password that is a number", option="global.secrets.values.MYSQL_PASSWORD=12345678"),
    Mistake(
        "Values that contradict each other",
        "global:\n  exposure: gateway\n  secrets:\n    source: existing\napplication:\n  api:\n"
        "    autoscaling:\n      enabled: true\n      minReplicas: 20\n",
    ),
]


def document(spec: Path) -> str:
    """Return the text of the document. The spec is one that `checkout` laid out."""
    parts = [HEAD]
    for number, mistake in enumerate(MISTAKES, 1):
        parts.append(f"\n## {number}. {mistake.title}\n\n")
        if mistake.values:
            parts.append(_block("yaml", mistake.values))
        else:
            parts.append(_block("bash", f"--set {mistake.option}\n"))
        render = " --render" if is_contradiction(mistake) else ""
        parts.append(f"\nHelm:\n\n{_block('text', helm_says(mistake, spec))}")
        ours = validate_says(mistake, spec)
        parts.append(f"\n`genx-fx validate{render}`:\n\n{_block('text', ours)}")
    return "".join(parts)


def is_contradiction(mistake: Mistake) -> bool:
    """Return whether each value is right on its own, so that only a render shows the mistake."""
    return "contradict" in mistake.title


def helm_says(mistake: Mistake, spec: Path) -> str:
    """Return what `helm install` prints, without the line that is always the same."""
    chart = spec.parent / "charts" / "genx-fx"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "my-values.yaml"
        file.write_text(mistake.values)
        option = ["--set", mistake.option] if mistake.option else []
        try:
            run_helm(
                "helm4",
                *("install", "genx-fx", str(chart), "--dry-run=client"),
                *("--values", str(file), *option),
            )
        except HelmError as error:
            return _settled(str(error))
    raise AssertionError(f"Helm accepts {mistake}")


def validate_says(mistake: Mistake, spec: Path) -> str:
    """Return what `genx-fx validate` prints, without the line that counts."""
    render = ["--render"] if is_contradiction(mistake) else []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "my-values.yaml"
        file.write_text(mistake.values)
        option = ["--set", mistake.option] if mistake.option else ["--values", str(file)]
        done = CliRunner().invoke(
            commands, ["validate", "--spec", str(spec), *render, *option], env=_with_helm()
        )
        lines = done.output.replace(f"{folder}/", "").replace(f"{spec.parent}/", "").splitlines()
    assert isinstance(done.exception, SystemExit), done.exc_info
    assert done.exit_code == 1, f"genx-fx accepts {mistake}"
    return "".join(f"{line}\n" for line in lines[:-1])


def _with_helm() -> dict[str, str]:
    return {"PATH": f"{Path(tool_path('helm4')).parent}:{os.environ['PATH']}"}


def _settled(text: str) -> str:
    """Return Helm's text without empty lines, its first line and advice to developers."""
    lines = [line for line in text.splitlines() if line.strip()][1:]
    return "".join(f"{line}\n" for line in lines if not line.startswith("Use --debug"))


def _block(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


def main() -> None:
    """Write the document."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        DOCUMENT.write_text(document(checkout(Path(folder))))


if __name__ == "__main__":
    main()
