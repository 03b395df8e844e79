"""Port PyTorch training code to Paddle and OneFlow, by libcst."""
