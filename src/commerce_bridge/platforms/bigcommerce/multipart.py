"""Uploads: a file and a few fields as ``multipart/form-data``, the same bytes each time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from attrs import field, frozen

from commerce_bridge.platforms.bigcommerce.endpoint import Body

_FORBIDDEN = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


@frozen(kw_only=True)
class Upload:
    """A file to send.

    Args:
        name: Its file name, such as ``9780000000019.jpg``; the store keeps it inside `image_file`.
        content: Its bytes.
        media_type: Such as ``image/jpeg``.
    """

    name: str
    content: bytes = field(repr=lambda content: f"<{len(content)} bytes>")
    media_type: str = "application/octet-stream"


def form(fields: Mapping[str, object], upload: Upload, *, part: str = "image_file") -> Body:
    """The body of an upload.

    Args:
        fields: Further fields; booleans are sent as ``true`` and ``false``.
        upload: The file.
        part: The name of the file's part.
    """
    line = f"part-{hashlib.sha256(upload.content).hexdigest()[:32]}"
    head = f'Content-Disposition: form-data; name="{part}"; filename="{upload.name.translate(_FORBIDDEN)}"'
    parts = [_field(line, name, value) for name, value in fields.items()]
    parts.append(f"--{line}\r\n{head}\r\nContent-Type: {upload.media_type}\r\n\r\n".encode())
    content = b"".join(parts) + upload.content + f"\r\n--{line}--\r\n".encode()
    return Body(content_type=f"multipart/form-data; boundary={line}", content=content)


def _field(line: str, name: str, value: object) -> bytes:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
