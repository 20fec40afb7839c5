"""BigCommerce's understudy: one store, its catalogue and channels, behind the vendor's own REST paths."""

from .natural import natural_state
from .sandbox import BigCommerceSandbox
from .settings import Settings

__all__ = ["BigCommerceSandbox", "Settings", "natural_state"]
