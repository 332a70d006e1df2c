"""What the verdict would have been with a gate held."""
