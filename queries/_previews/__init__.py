"""Previews: the very steps of the build, run over one customer with hypothetical objects."""
