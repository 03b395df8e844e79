"""What the user wants left as it is: by comments, by codes, by marks of an earlier run."""
