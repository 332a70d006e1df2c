"""The workbench: a file of reviews, where the network errs on it, and its mistakes one by one."""
