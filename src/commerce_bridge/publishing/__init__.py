"""Publishing rules: rights, availability, readiness, prices, and the choice of texts and images.  Pure."""
