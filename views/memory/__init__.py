"""How much of what was written is still there later."""
