"""Many reviews: scoring, slices, filters, words, neighbours, notes, export, and the job for files of any size."""
