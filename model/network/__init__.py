"""The network, its cells, checkpoints, and the verdict on one review."""
