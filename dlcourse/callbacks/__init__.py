"""Keras callbacks that look inside a run, one a file."""

from dlcourse.callbacks.dead_units import DeadUnits
from dlcourse.callbacks.gradient_monitor import GradientMonitor
from dlcourse.callbacks.learning_rate_finder import LearningRateFinder
from dlcourse.callbacks.live_plot import LivePlot
from dlcourse.callbacks.step_timer import StepTimer
from dlcourse.callbacks.training_doctor import TrainingDoctor

__all__ = ["DeadUnits", "GradientMonitor", "LearningRateFinder", "LivePlot", "StepTimer", "TrainingDoctor"]
