"""What each token did to the logit: one method a file, and a registry that says what each one's scores mean."""
