"""What the model declares at a place, by the locations that pydantic gives in its errors."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import Tag
from pydantic.fields import FieldInfo

from generator.spec.fields import SpecModel, is_union_tag
from generator.spec.model import Spec
from generator.spec.problems import Path


def field_at(location: Path) -> FieldInfo:
    """Return the declaration of what stands at a location."""
    field = FieldInfo.from_annotation(Spec)
    for part in location:
        declared = plain(field.annotation)
        if is_union_tag(part):
            field = FieldInfo.from_annotation(members(declared)[str(part)])
        elif is_model(declared):
            field = fields_of(declared)[str(part)]
        else:  # an item of a list or an entry of a dictionary
            field = FieldInfo.from_annotation(get_args(declared)[-1])
    return field


def fields_of(model: type[SpecModel]) -> dict[str, FieldInfo]:
    """Return the declarations of a mapping's keys, as a spec writes them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def type_at(location: Path) -> Any:
    """Return the type of what stands at a location, without annotations."""
    return plain(field_at(location).annotation)


def keys_at(location: Path) -> list[str]:
    """Return the keys that the mapping at a location may have."""
    return list(fields_of(type_at(location)))


def members(union: Any) -> dict[str, Any]:
    """Return the members of a union by their tag, in order; empty where it is no union."""
    return {
        mark.tag: member
        for member in get_args(union)
        for mark in getattr(member, "__metadata__", ())
        if isinstance(mark, Tag)
    }


def plain(declared: Any) -> Any:
    """Return a type without annotations, and of `X | None` the X."""
    while get_origin(declared) is Annotated:
        declared = get_args(declared)[0]
    if get_origin(declared) is not Literal and type(None) in get_args(declared):
        return plain(get_args(declared)[0])
    return declared


def is_model(declared: Any) -> bool:
    """Return whether a type is a mapping with declared keys."""
    return isinstance(declared, type) and issubclass(declared, SpecModel)
