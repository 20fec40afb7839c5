"""HTTP as flows: budgets, retry, the exchange of a request for an answer, and the adapters."""
