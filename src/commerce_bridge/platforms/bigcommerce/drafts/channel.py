"""What is sent of a channel.

Source: BigCommerce REST reference, `channels.v3.yml`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field, frozen

from commerce_bridge.domain.absence import MISSING, Maybe, Missing
from commerce_bridge.platforms.bigcommerce.drafts.body import BLANK

ChannelType: TypeAlias = Literal["pos", "marketplace", "storefront", "marketing"]
ChannelStatus: TypeAlias = Literal[
    "active", "prelaunch", "inactive", "connected", "disconnected", "archived", "deleted", "terminated"
]


@frozen(kw_only=True)
class ChannelDraft:
    """A channel as it is to be: only the fields given are sent.

    Args:
        name: Latin letters, digits, dash and underscore.
        type: On create only.
        platform: On create only; what the channel runs on.
        status: Storefronts are ``prelaunch`` (on create), ``active`` or ``inactive``, others ``connected``
            or ``disconnected``; ``deleted`` on update only, ``terminated`` never.
    """

    name: str | Missing = MISSING
    type: ChannelType | Missing = MISSING
    platform: str | Missing = MISSING
    status: ChannelStatus | Missing = MISSING
    external_id: Maybe[str] = field(default=MISSING, metadata=BLANK)
    is_listable_from_ui: bool | Missing = MISSING
    is_visible: bool | Missing = MISSING
