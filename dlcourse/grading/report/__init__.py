"""Pages about results: one for each student, and an index for the instructor. The records beside them are data."""

from dlcourse.grading.report.pages import write_pages

__all__ = ["write_pages"]
