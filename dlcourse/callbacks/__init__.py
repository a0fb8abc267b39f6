"""Keras callbacks that look inside a run, one a file."""

from dlcourse.callbacks.dead_units import DeadUnits

__all__ = ["DeadUnits"]
