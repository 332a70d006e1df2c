"""Many visitors at once, against a local server."""
