"""What the network is, how it was trained, and what was measured."""
