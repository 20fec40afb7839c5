"""Stores: where rows of state live, behind the port `flow.state.StateStore`."""

from commerce_bridge.stores.memory import MemoryState
from commerce_bridge.stores.sqlite import SQLiteState

__all__ = ["MemoryState", "SQLiteState"]
