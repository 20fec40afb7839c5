"""What a check of an account's schema says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen

What: TypeAlias = Literal["missing", "changed", "nullable", "deprecated"]


@frozen(kw_only=True)
class Finding:
    """One place where our queries and the live schema differ.

    Args:
        place: Which member, argument or enum value, such as ``Work.themas``.
        what: ``missing``, ``changed`` (of a type that we cannot read), ``nullable`` (null may come where
            the vendor's pages say that it does not) or ``deprecated``.
        needed: Whether titles cannot be read without it.
        expected: What we expect there.
        got: What is there; empty when nothing is.
        reason: Why, in the vendor's words or ours.
    """

    place: str
    what: What
    needed: bool
    expected: str = ""
    got: str = ""
    reason: str = ""

    def __str__(self) -> str:
        parts = [f"{self.place}: {self.what}"]
        if self.expected:
            parts.append(f"expected {self.expected}{f', got {self.got}' if self.got else ''}")
        if self.reason:
            parts.append(self.reason)
        return "; ".join(parts)


@frozen(kw_only=True)
class SchemaReport:
    """What a check found.

    Args:
        findings: All differences.
        offered: Optional members that this schema has and that are not asked for.
        values: Values of the enums that the vendor's pages leave open.
    """

    findings: tuple[Finding, ...] = ()
    offered: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])

    def of(self, what: What) -> tuple[Finding, ...]:
        """The findings of one sort."""
        return tuple(one for one in self.findings if one.what == what)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What our queries use and the schema lacks."""
        return self.of("missing")

    @property
    def changed(self) -> tuple[Finding, ...]:
        """What the schema has with a type that we cannot read."""
        return self.of("changed")

    @property
    def deprecated(self) -> tuple[Finding, ...]:
        """What the vendor means to remove."""
        return self.of("deprecated")

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Why titles cannot be read from this account."""
        return tuple(one for one in (*self.missing, *self.changed) if one.needed)

    @property
    def absent(self) -> tuple[str, ...]:
        """Optional members and enum values that must be left out of the queries."""
        places = (one.place for one in (*self.missing, *self.changed) if not one.needed)
        return tuple(dict.fromkeys(places))

    @property
    def ok(self) -> bool:
        """Whether titles can be read, with what is absent left out."""
        return not self.blocking

    def __str__(self) -> str:
        lines = ["The schema fits our queries." if self.ok else "The schema does not fit our queries."]
        lines += [f"  {'! ' if one in self.blocking else '- '}{one}" for one in self.findings]
        if self.absent:
            lines.append(f"  To leave these out from now on: ConsonanceSettings(absent={set(self.absent)!r})")
        if self.offered:
            lines.append(f"  Offered besides: ConsonanceSettings(present={set(self.offered)!r})")
        return "\n".join(lines)
