"""Readers of files of reviews, one a format: each opens a file and gives its rows, one after the other."""
