"""What a file does with its optimizers and schedulers: names, classes, calls, uses."""
