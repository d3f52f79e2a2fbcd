"""Kinds of components, a folder each: its model in the spec, its values and its templates.

- `model.py`: what a component of the kind says in the spec, and facts of the kind.
- `values.py`: `TIMES` and `own_values`, the values that only this kind has.
- `checks.py`, where there is one: checks of the spec that concern the kind alone.
- `*.yaml`, `*.tpl`: templates, rendered to templates/<component>/ of the chart of its tier.
- `files/`, where there is one: files that the chart holds as they are.

The kinds are found by their folders: adding one is adding a folder. docs/extending.md shows how.
"""
