"""What holds for every plotting function that is exported."""

import inspect

import pytest

from dlcourse import plot

FUNCTIONS = [name for name in plot.__all__ if name != "Picture"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_alternative_text_must_be_given(name):
    alt = inspect.signature(getattr(plot, name)).parameters["alt"]
    assert alt.kind is inspect.Parameter.KEYWORD_ONLY
    assert alt.default is inspect.Parameter.empty


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_courses_style_is_worn_whatever_the_person_has_set(name):
    assert hasattr(getattr(plot, name), "__wrapped__"), "decorate it with @styled"
