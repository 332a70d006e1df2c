"""Everything that computes. It knows no browser."""

__version__ = "0.2.0.dev0"  # that of CHANGELOG.md
