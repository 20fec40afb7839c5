"""An ONIX composite as Python sees it: texts and composites by reference name.

One walk over the elements of a record makes plain dictionaries, which the index keeps; a node looks into
one of them.  All mapping reads nodes and knows no XML, no namespace and no short tag.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

Content: TypeAlias = dict[str, Any]
"""What one composite has, in plain values.

``Name`` leads to the first text of that name, or to a list of contents when it is a composite; ``Name*`` to all
texts, when there are several; ``Name@attribute`` to an attribute of the first element of that name.
"""


class Node:
    """A look into the content of one composite; it never changes it.

    Args:
        content: What the composite has.
    """

    __slots__ = ("content",)

    def __init__(self, content: Content) -> None:
        self.content = content

    def text(self, name: str) -> str | None:
        """The first text of that name; None when there is none or it is empty."""
        return self.content.get(name) or None

    def all(self, name: str) -> list[str]:
        """All texts of that name that are not empty."""
        texts = self.content.get(name + "*")
        if texts is not None:
            return [text for text in texts if text]
        text = self.content.get(name)
        return [text] if text else []

    def has(self, name: str) -> bool:
        """Whether there is an element of that name, such as an empty flag."""
        return name in self.content

    def node(self, name: str) -> Node | None:
        """The first composite of that name."""
        contents = self.content.get(name)
        return Node(contents[0]) if contents else None

    def each(self, name: str) -> list[Node]:
        """All composites of that name."""
        contents = self.content.get(name)
        return list(map(Node, contents)) if contents else []


EMPTY: Final = Node({})


def path_to(root: Node, wanted: Node, name: str = "") -> str:
    """Where a composite stands below `root`, such as ``ProductSupply[2]/Market``, with a data element's name."""
    steps = _steps(root.content, wanted.content) or []
    return "/".join([*steps, name] if name else steps)


def _steps(content: Content, wanted: Content) -> list[str] | None:
    if content is wanted:
        return []
    for name, value in content.items():
        if value.__class__ is str:
            continue
        for place, one in enumerate(value, 1):
            below = None if one.__class__ is str else _steps(one, wanted)
            if below is not None:
                return [name if len(value) == 1 else f"{name}[{place}]", *below]
    return None
