"""Train a script and its ports side by side: the parts of `make demo`."""
