import torch
from torch import nn

words = nn.Embedding(1000, 64)
optimizer = torch.optim.SparseAdam(words.parameters(), lr=1e-3)
