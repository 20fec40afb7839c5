"""What the platform gets when it fetches a picture: a pure function of the address."""

from __future__ import annotations

import hashlib
import re
import string
from urllib.parse import unquote, urlsplit

from attrs import frozen

from .settings import Settings
from .wire import Row, refuse

IMAGE_URL_MAX = 255
"""Characters in an `image_url`."""

UPLOAD_MAX = 8 * 1024 * 1024
"""Bytes in an uploaded picture of a product, category or brand."""

_NO_PICTURES = {
    "svg",
    "tif",
    "tiff",
    "pdf",
    "html",
    "htm",
    "txt",
    "heic",
    "avif",
    "psd",
    "eps",
    "xml",
    "json",
}
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@frozen(kw_only=True)
class Picture:
    """A picture the platform took in.

    Args:
        name: The original file name.
        source: Where it came from: the address, or `upload:` and the name.
        content: SHA-256 of what was taken in, in hex.
    """

    name: str
    source: str
    content: str


def _clean(name: str) -> str:
    tidy = _UNSAFE.sub("_", name).strip("._")
    return (tidy if "." in tidy else f"{tidy or 'image'}.jpg")[-120:]


def _refuse_kind(name: str, field: str) -> None:
    if name.rpartition(".")[2].lower() in _NO_PICTURES:
        raise refuse(422, f"The field '{field}' is invalid.", {field: "is not a supported image type"})


def fetched(
    url: object, settings: Settings, field: str = "image_url", most: int | None = IMAGE_URL_MAX
) -> Picture:
    """The picture behind `url`; nothing is really fetched.

    Raises:
        Refused: 422 for an address that cannot be one, or is too long; the status of
            `unreachable_status` for a host that cannot be fetched from.
    """
    if not isinstance(url, str) or (most is not None and len(url) > most):
        raise refuse(
            422, f"The field '{field}' is invalid.", {field: f"must be an address of at most {most}"}
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise refuse(
            422, f"The field '{field}' is invalid.", {field: "must be a public http or https address"}
        )
    reachable = settings.image_hosts is None or parts.hostname in settings.image_hosts
    if not reachable or parts.hostname in settings.unreachable_hosts:
        raise refuse(
            settings.unreachable_status,
            "The image could not be downloaded.",
            {field: "could not be downloaded"},
        )
    name = _clean(unquote(parts.path.rstrip("/").rpartition("/")[2]))
    _refuse_kind(name, field)
    return Picture(name=name, source=url, content=hashlib.sha256(url.encode()).hexdigest())


def uploaded(name: str, content: bytes, *, most: int = UPLOAD_MAX) -> Picture:
    """The picture in an uploaded file.

    Raises:
        Refused: 422 for an empty or too large file, or one that is no picture.
    """
    if not content or len(content) > most:
        raise refuse(
            422, "The field 'image_file' is invalid.", {"image_file": f"must have 1 to {most} bytes"}
        )
    tidy = _clean(name)
    _refuse_kind(tidy, "image_file")
    return Picture(name=tidy, source=f"upload:{tidy}", content=hashlib.sha256(content).hexdigest())


def stored_path(name: str, file_number: int) -> str:
    """Where the platform keeps file `file_number`; the original name survives inside it."""
    stem, _, ending = name.rpartition(".")
    letter = string.ascii_lowercase[file_number % 26]
    return f"{letter}/{100 + file_number * 37 % 900}/{stem}__{file_number:05d}.{ending}"


def public_url(store_hash: str, folder: str, path: str, size: str = "") -> str:
    """The address at which a stored file is shown, in a size such as `.386.513`."""
    stem, _, ending = path.rpartition(".")
    return f"https://cdn.bigcommerce.example/s-{store_hash}/{folder}/{stem}{size}.{ending}"


def shown_file(picture: Picture, file_number: int, store_hash: str, folder: str) -> Row:
    """What is kept of a picture that is shown by its address alone."""
    path = stored_path(picture.name, file_number)
    return {
        "url": public_url(store_hash, folder, path),
        "image_file": path,
        "source": picture.source,
        "content": picture.content,
    }
