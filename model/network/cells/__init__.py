"""The kinds of recurrence, one file each: all that differs between them is said there and asked there."""
