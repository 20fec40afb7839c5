"""The base of all wire models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """A value as the service sends it: the vendor's names, built when first used, unknown members ignored."""

    model_config = ConfigDict(defer_build=True, extra="ignore")


class Code(Wire):
    """An ``ONIXCode`` object; its enum spelling is never read."""

    code: str | None = None
