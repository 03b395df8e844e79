"""What `optbridge trace` puts on the path of the processes that it starts."""
