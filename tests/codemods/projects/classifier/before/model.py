from torch import nn


class Classifier(nn.Module):
    """Two layers."""

    def __init__(self, inputs, classes, hidden=64):
        super().__init__()
        self.first = nn.Linear(inputs, hidden)
        self.second = nn.Linear(hidden, classes)
        self.act = nn.Tanh()

    def forward(self, x):
        return self.second(self.act(self.first(x)))
