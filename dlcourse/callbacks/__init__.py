"""Keras callbacks that look inside a run, one a file."""
