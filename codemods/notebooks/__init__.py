"""Jupyter notebooks: as one module to port, and back into their cells."""
