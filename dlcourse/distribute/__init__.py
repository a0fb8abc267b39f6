"""One model on several devices, processes or machines, with what is silently wrong there refused. Lesson 12_2."""

from dlcourse.distribute.launcher import Launched, LaunchError, launch
from dlcourse.distribute.loop import Trained, train
from dlcourse.distribute.replicated import require_replicable
from dlcourse.distribute.strategies import strategy

__all__ = ["LaunchError", "Launched", "Trained", "launch", "require_replicable", "strategy", "train"]
