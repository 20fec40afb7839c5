"""BigCommerce's understudy: one store, its catalogue and channels, behind the vendor's own REST paths."""

from .sandbox import BigCommerceSandbox
from .settings import Settings

__all__ = ["BigCommerceSandbox", "Settings"]
