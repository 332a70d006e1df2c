"""Everything about one review, computed once and shared; two readings compared."""
