"""What a target would do otherwise in silence, found so that it is left, with the reason."""
