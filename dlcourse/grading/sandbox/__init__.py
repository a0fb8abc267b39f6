"""Where student code runs: a process of its own for each session, cut off from files, network, neighbours and answers.

The trusted process sends cells and arguments, and gets data back; it never runs, imports or unpickles what a student
wrote. A zygote, which has imported TensorFlow and done nothing with it, forks a fresh process for each session.
"""

from dlcourse.grading.sandbox.entrance import Entrance, SandboxError
from dlcourse.grading.sandbox.limits import Limits
from dlcourse.grading.sandbox.sandbox import Sandbox
from dlcourse.grading.sandbox.session import CellResult, Session
from dlcourse.grading.sandbox.tiers import Tier, detect_tier

__all__ = ["CellResult", "Entrance", "Limits", "Sandbox", "SandboxError", "Session", "Tier", "detect_tier"]
