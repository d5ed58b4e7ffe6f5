"""Parts of the command `guard` that have a file of their own."""
