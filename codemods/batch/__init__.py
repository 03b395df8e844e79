"""Many files: which ones, in how many processes, from the cache, and back to the disk."""
