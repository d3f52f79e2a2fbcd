"""A spec with mistakes, mended so that the rest of it can be checked as well.

What is put in place of a mistake is sound and nothing more; nobody gets to see it.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from generator.spec.declared import field_at, is_model, keys_at, sound_value, type_at
from generator.spec.fields import KEY, Context, path_of
from generator.spec.model import Spec
from generator.spec.problems import nearest


def mended(data: Any, error: ValidationError, context: Context) -> Spec | None:
    """The spec without the mistakes that pydantic found, or None where there is no saying."""
    rest = deepcopy(data)
    details = error.errors(include_url=False)
    # Misspelt keys first: then what they mean is no longer missing.
    for detail in sorted(details, key=lambda detail: detail["type"] != "extra_forbidden"):
        _mend(rest, detail)
    try:
        return Spec.model_validate(rest, context=context)
    except ValidationError:
        return None


def _mend(data: Any, detail: ErrorDetails) -> None:
    location, path = detail["loc"], path_of(detail["loc"])
    if not path:
        return
    above = data
    for part in path[:-1]:
        above = above[part]
    key = path[-1]
    if detail["type"] == "extra_forbidden":
        value = above.pop(key)
        meant = nearest(str(key), keys_at(location[:-1]))
        if meant:
            above.setdefault(meant, value)
    elif location[-1] == KEY:
        del above[key]
    elif detail["type"] == "missing":
        above.setdefault(key, sound_value(field_at(location)))
    elif is_model(type_at(location[:-1])) and not field_at(location).is_required():
        del above[key]
    else:
        above[key] = sound_value(field_at(location))
