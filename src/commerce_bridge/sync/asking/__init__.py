"""Work items: what a person has to mend, one queue of it over all bridges, and who is told."""
