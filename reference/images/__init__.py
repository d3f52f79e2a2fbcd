"""Images of the reference platform, built from package registries alone."""

from reference.images.build import BuiltImage, archives, build_all, images, values_overlay

__all__ = ["BuiltImage", "archives", "build_all", "images", "values_overlay"]
