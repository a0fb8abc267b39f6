"""Every figure of the course, in one style; each function returns a `Picture` with its alternative text."""

from dlcourse.plot.activation_histograms import activation_histograms
from dlcourse.plot.attention_heat_map import attention_heat_map
from dlcourse.plot.boundary_steps import boundary_steps
from dlcourse.plot.confusion_matrix import confusion_matrix
from dlcourse.plot.curves import curves
from dlcourse.plot.decision_regions import decision_regions
from dlcourse.plot.descents import descents
from dlcourse.plot.feature_maps import feature_maps
from dlcourse.plot.filters import filters
from dlcourse.plot.fits import fits
from dlcourse.plot.gradient_flow import gradient_flow
from dlcourse.plot.graph import graph
from dlcourse.plot.heat_map import heat_map
from dlcourse.plot.histograms import histograms
from dlcourse.plot.history import history
from dlcourse.plot.images import images
from dlcourse.plot.latent_grid import latent_grid
from dlcourse.plot.learning_rate_range import learning_rate_range
from dlcourse.plot.loss_surface import loss_slices, loss_surface
from dlcourse.plot.network import network
from dlcourse.plot.overlay import overlay
from dlcourse.plot.panels import panels
from dlcourse.plot.parallel_coordinates import parallel_coordinates
from dlcourse.plot.picture import Picture
from dlcourse.plot.ranking_curves import precision_recall_curve, roc_curve
from dlcourse.plot.reliability import reliability_diagram
from dlcourse.plot.scatter import scatter
from dlcourse.plot.spectrogram import spectrogram
from dlcourse.plot.spread import spread
from dlcourse.plot.timeline import timeline
from dlcourse.plot.traces import traces

__all__ = [
    "Picture",
    "activation_histograms",
    "attention_heat_map",
    "boundary_steps",
    "confusion_matrix",
    "curves",
    "decision_regions",
    "descents",
    "feature_maps",
    "filters",
    "fits",
    "gradient_flow",
    "graph",
    "heat_map",
    "histograms",
    "history",
    "images",
    "latent_grid",
    "learning_rate_range",
    "loss_slices",
    "loss_surface",
    "network",
    "overlay",
    "panels",
    "parallel_coordinates",
    "precision_recall_curve",
    "reliability_diagram",
    "roc_curve",
    "scatter",
    "spectrogram",
    "spread",
    "timeline",
    "traces",
]
