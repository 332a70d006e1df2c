"""Everything that computes. It knows no browser."""
