"""From a title to the pages that sell it: layout, rules, policy.  Shared by all pairs that list titles."""
