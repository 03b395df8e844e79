"""torch.optim on torch, Paddle and OneFlow parameters."""
