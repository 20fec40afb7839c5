"""What a plan and a receipt are: values, their files, and how they are printed.  Nothing here reads or writes a platform."""
