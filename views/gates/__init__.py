"""Every gate of every unit on one token axis, and the same numbers as a table."""
