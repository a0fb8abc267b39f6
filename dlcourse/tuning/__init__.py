"""Search over hyperparameters with KerasTuner's methods, so that nothing finished is ever lost. Lesson 11_2."""

from dlcourse.tuning.importance import importance
from dlcourse.tuning.journal import JournalError
from dlcourse.tuning.results import SearchResult, results_frame
from dlcourse.tuning.search import SearchError, search
from dlcourse.tuning.spaces import cnn_space, lstm_space, mlp_space

__all__ = [
    "JournalError",
    "SearchError",
    "SearchResult",
    "cnn_space",
    "importance",
    "lstm_space",
    "mlp_space",
    "results_frame",
    "search",
]
