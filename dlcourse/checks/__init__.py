"""Checks that a learner's notebook calls: what is right, what is wrong and why, without carrying a solution.

A check is data in, data out: arguments go in, what the answer gives comes out, and is compared with what the reference
gave. `observe` is the half that meets the learner's code, `judge` the half that decides; only data pass between them.
"""

from dlcourse.checks.learner import check, hint, solution

__all__ = ["check", "hint", "solution"]
