"""Units that tell something about a review: each a curve of its memory under the words, which leads into its cell."""
