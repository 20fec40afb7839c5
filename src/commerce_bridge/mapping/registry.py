"""A registry of mappers, keyed by platform and entity: a value that is passed in, never global."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from commerce_bridge.errors import MappingError
from commerce_bridge.mapping.algebra import Mapper

Key = tuple[str, type[Any]]


@frozen
class Registry:
    """Which mapper turns which entity into which platform's fields."""

    mappers: Mapping[Key, Mapper] = field(factory=dict[Key, Mapper])

    def add(self, platform: str, entity: type[Any], mapper: Mapper) -> Registry:
        """A registry with one mapper more.

        Raises:
            MappingError: There is one for this platform and entity already; the message names both.
        """
        former = self.mappers.get((platform, entity))
        if former is not None:
            raise MappingError(
                f"Two mappers for {entity.__name__} on {platform}: one of {len(former.fields)} fields "
                f"({_some(former)}) and one of {len(mapper.fields)} ({_some(mapper)}).",
                hint="Use extend(...) to change the one that is there, or replace(...) to put another in its place.",
            )
        return Registry({**self.mappers, (platform, entity): mapper})

    def extend(self, platform: str, entity: type[Any], mapper: Mapper) -> Registry:
        """A registry in which `mapper` is joined to the one that is there."""
        return self.replace(platform, entity, self.get(platform, entity) | mapper)

    def replace(self, platform: str, entity: type[Any], mapper: Mapper) -> Registry:
        """A registry in which `mapper` stands in the place of the one that was there."""
        return Registry({**self.mappers, (platform, entity): mapper})

    def get(self, platform: str, entity: type[Any]) -> Mapper:
        """The mapper for an entity on a platform.

        Raises:
            MappingError: There is none; the message names those there are.
        """
        try:
            return self.mappers[platform, entity]
        except KeyError:
            known = ", ".join(sorted(f"{one.__name__} on {name}" for name, one in self.mappers)) or "none"
            raise MappingError(f"No mapper for {entity.__name__} on {platform}; known: {known}.") from None

    @classmethod
    def from_entry_points(cls, group: str, base: Registry | None = None) -> Registry:
        """A registry extended by installed packages.

        Each entry point is a function ``(Registry) -> Registry``; they run in the order of their names.

        Args:
            group: The group, usually ``commerce_bridge.mappers``.
            base: What they start from.
        """
        from importlib.metadata import entry_points  # brings e-mail and sockets

        registry = base or cls()
        for entry in sorted(entry_points(group=group), key=lambda one: one.name):
            registry = entry.load()(registry)
        return registry


def _some(mapper: Mapper) -> str:
    names = [str(name) for name in mapper.fields[:3]]
    return ", ".join(names) + (", …" if len(mapper.fields) > 3 else "")
