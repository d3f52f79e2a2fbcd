"""The way to another claim, as the chart's README has it: all that is in the old one arrives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.kubectl import Kubectl
from tests.cluster.pods import SLEEP, python_pod, toolbox_image
from tests.cluster.test_storage_classes import claim, read, write
from tests.helm import CHART

README = Path(CHART, "README.md").read_text()


def test_a_claim_is_copied_as_the_readme_says(
    kubectl: Kubectl, namespace: str, base_values: dict[str, Any]
) -> None:
    (text,) = re.findall(r"--filename - <<'END'\n(.*?)\nEND\n", README, flags=re.DOTALL)
    image = toolbox_image(base_values)
    copy = yaml.safe_load(text)
    copy["spec"]["containers"][0]["image"] = image
    names = [volume["persistentVolumeClaim"]["claimName"] for volume in copy["spec"]["volumes"]]
    old, new = (python_pod(name, image, SLEEP, claims={"/volume": name}) for name in names)

    kubectl.apply([*(claim(name, "ReadWriteOnce") for name in names), old], namespace)
    kubectl.wait(f"pod/{names[0]}", "condition=Ready", namespace)
    for file in ("journal", ".hidden"):
        write(kubectl, namespace, names[0], file, f"text of {file}")
    kubectl("delete", "pod", names[0], "-n", namespace)
    kubectl.apply(copy, namespace)
    kubectl.wait("pod/copy", "jsonpath={.status.phase}=Succeeded", namespace)
    kubectl.apply(new, namespace)
    kubectl.wait(f"pod/{names[1]}", "condition=Ready", namespace)
    for file in ("journal", ".hidden"):
        assert read(kubectl, namespace, names[1], file) == f"text of {file}"
