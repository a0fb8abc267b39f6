"""Every figure of the course, in one style; each function returns a `Picture` with its alternative text."""

from dlcourse.plot.boundary_steps import boundary_steps
from dlcourse.plot.curves import curves
from dlcourse.plot.decision_regions import decision_regions
from dlcourse.plot.descents import descents
from dlcourse.plot.fits import fits
from dlcourse.plot.histograms import histograms
from dlcourse.plot.history import history
from dlcourse.plot.images import images
from dlcourse.plot.network import network
from dlcourse.plot.panels import panels
from dlcourse.plot.picture import Picture
from dlcourse.plot.reliability import reliability
from dlcourse.plot.spread import spread
from dlcourse.plot.traces import traces

__all__ = [
    "Picture",
    "boundary_steps",
    "curves",
    "decision_regions",
    "descents",
    "fits",
    "histograms",
    "history",
    "images",
    "network",
    "panels",
    "reliability",
    "spread",
    "traces",
]
