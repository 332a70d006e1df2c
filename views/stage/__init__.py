"""The review that is explained: the text, its verdict, its words, and the tabs that look inside."""
