"""A printable report on a file and a checkpoint."""
