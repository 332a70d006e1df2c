"""The languages of the page: one page for each, and who is led to which."""
