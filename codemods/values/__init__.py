"""The rest of a script: what its expressions are, and what methods on them become."""
