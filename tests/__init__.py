"""The tests: on real torch, Paddle and OneFlow."""
