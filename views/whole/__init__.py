"""A network of a few units, all of them on one screen, and the path of its state in a plane."""
