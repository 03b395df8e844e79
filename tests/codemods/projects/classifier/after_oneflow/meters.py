class Mean:
    def __init__(self):
        self.total , self.count = 0.0, 0

    def add(self, value):
        self.total += value; self.count += 1

    @property
    def value(self):
        return self.total / max(self.count, 1)
