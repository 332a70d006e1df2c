"""The drawing of each kind of cell, in a file of its key, and what they share."""
