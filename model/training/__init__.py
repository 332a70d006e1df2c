"""Data, vectors, pre-training, teachers, soft labels, presets, and the runs that make a checkpoint."""
