"""Files that people bring: one reader a format, columns, labels, the table."""
