"""Every figure of the course, in one style; each function returns a `Picture` with its alternative text."""

from dlcourse.plot.curves import curves
from dlcourse.plot.picture import Picture

__all__ = ["Picture", "curves"]
