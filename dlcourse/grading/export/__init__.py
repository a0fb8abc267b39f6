"""Grades and exercises in the forms of other systems: Canvas and Moodle, Gradescope, nbgrader."""
