"""Exact maths of a recurrence: replay, clamps, one unit's step, Jacobians, what arrives, retention, prefixes."""
