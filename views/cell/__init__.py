"""One unit at one token: its equations and its drawing."""
