"""What docs/differences.md says of the frameworks' own classes, held against the frameworks.

A test that fails here after an update of a framework is good news: the row can go from the page,
and the rules that rest on it can be looked at again.
"""
