"""What a person sees: one file per tab, over pure rendering."""
