"""The guided lesson and the head of the page."""
