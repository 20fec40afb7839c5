"""Shows the constructors of attrs classes, which griffe would otherwise not see."""

from __future__ import annotations

import ast
from typing import Any

import griffe

MAKERS = frozenset({"frozen", "define"})


class AttrsClasses(griffe.Extension):
    """Gives a class made by attrs the `__init__` that attrs makes for it."""

    def on_package(self, *, pkg: griffe.Module, **kwargs: Any) -> None:
        """Called once, when all modules are loaded."""
        self._walk(pkg)

    def _walk(self, parent: griffe.Module | griffe.Class) -> None:
        for member in list(parent.members.values()):
            if member.is_alias:
                continue
            if isinstance(member, griffe.Class):
                if "__init__" not in member.members and _maker(member) is not None:
                    member.set_member("__init__", _init(member))
                self._walk(member)
            elif isinstance(member, griffe.Module):
                self._walk(member)


def _maker(cls: griffe.Class) -> str | None:
    """The decorator that made the class an attrs class, as text."""
    texts = (str(decorator.value) for decorator in cls.decorators)
    return next((text for text in texts if text.partition("(")[0].rpartition(".")[2] in MAKERS), None)


def _init(cls: griffe.Class) -> griffe.Function:
    parameters = [griffe.Parameter("self", kind=griffe.ParameterKind.positional_or_keyword)]
    fields = _fields(cls)
    parameters += sorted(fields, key=lambda one: one.kind is griffe.ParameterKind.keyword_only)
    return griffe.Function(
        "__init__", parameters=griffe.Parameters(*parameters), returns="None", parent=cls, lineno=cls.lineno
    )


def _fields(cls: griffe.Class) -> list[griffe.Parameter]:
    """The fields of a class, those of its attrs bases first."""
    found: dict[str, griffe.Parameter] = {}
    for base in reversed(_bases(cls)):
        all_by_name = "kw_only=True" in (_maker(base) or "")
        for name, member in base.members.items():
            if not isinstance(member, griffe.Attribute) or member.annotation is None or name.startswith("_"):
                continue
            if "property" in member.labels or "ClassVar" in str(member.annotation):
                continue
            text = None if member.value is None else str(member.value)
            by_name = all_by_name or "kw_only=True" in (text or "")
            found[name] = griffe.Parameter(
                name,
                annotation=member.annotation,
                kind=griffe.ParameterKind.keyword_only
                if by_name
                else griffe.ParameterKind.positional_or_keyword,
                default=_default(text),
            )
    return list(found.values())


def _bases(cls: griffe.Class) -> list[griffe.Class]:
    try:
        above = cls.mro()
    except Exception:  # a base outside the package
        above = []
    return [cls, *(base for base in above if _maker(base) is not None)]


def _default(text: str | None) -> str | None:
    """What stands for a field's default; None when it has none."""
    if text is None or not text.startswith(("field(", "attrs.field(")):
        return text
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if "default" in given:
        return ast.unparse(given["default"])
    return "..." if "factory" in given else None
