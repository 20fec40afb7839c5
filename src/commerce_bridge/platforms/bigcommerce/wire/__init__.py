"""Wire models: what BigCommerce sends, field for field, one module per resource."""
