"""The values file of each environment."""

from __future__ import annotations

from collections.abc import Iterator

from generator.plan.platform import Plan
from generator.values.yaml_text import comment_lines, data_text, schema_line


def overlay_files(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield values-<environment>.yaml for each environment of the spec."""
    for name, environment in plan.spec.environments.items():
        head = "\n".join(comment_lines(environment.about + ".", 0))
        schema = schema_line(f"../../schema/{plan.spec.platform.name}-values.schema.json")
        yield f"values-{name}.yaml", f"{schema}{head}\n\n{data_text(environment.values)}"
