"""What a checkpoint is worth: its metrics, calibration, behaviour, and its card."""
