"""What is kept in state: the rows of each table, how values are written in them, and what is known of each record."""
