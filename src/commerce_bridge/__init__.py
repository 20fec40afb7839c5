"""commerce_bridge."""
