"""The rest of a script: what its expressions are, and what methods and operators on them become."""
