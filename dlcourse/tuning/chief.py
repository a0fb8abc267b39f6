"""The chief of a search: asks the oracle what to try, gives it out, writes down what came back.

The oracle lives here alone. A trial that was given out and never came back, because the search or its worker was
killed, is given out again with the same values and the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from keras_tuner.engine import trial as trial_module

from dlcourse.tuning.journal import Journal, JournalError
from dlcourse.tuning.oracles import quietly
from dlcourse.tuning.trial import Outcome

_STATUS = trial_module.TrialStatus
Given = tuple[int, dict[str, Any], dict[str, Any]]


class Chief:
    """The oracle and the journal of one search.

    Args:
        oracle: Of `oracles.oracle_of`.
        journal: What already happened is told to the oracle again.
        on_end: Called with a trial that has ended.

    Raises:
        JournalError: If the oracle chooses otherwise than the journal says: the space was changed.
    """

    def __init__(self, oracle: Any, journal: Journal, on_end: Callable[[Any], None] | None = None) -> None:
        self.oracle, self.journal = oracle, journal
        self._on_end = on_end or (lambda trial: None)
        self._waiting: list[Any] = []
        self.outcomes: dict[int, Outcome] = {}
        for event in list(journal.events):
            self._told_again(event)
        # What nobody came back with goes out again, whoever asks first.
        self._waiting = list(self.oracle.ongoing_trials.values())

    def next_for(self, worker: str) -> Any:
        """A trial to run, "wait" while the oracle waits for others, or None when the search is over."""
        if worker in self.oracle.ongoing_trials and self.oracle.ongoing_trials[worker] not in self._waiting:
            return self.oracle.ongoing_trials[worker]
        if self._waiting:
            return self._taken_over(worker, self._waiting.pop(0))
        with quietly():
            trial = self.oracle.create_trial(worker)
        if trial.status == _STATUS.STOPPED:
            return None
        if trial.status == _STATUS.IDLE:
            return "wait"
        self.journal.write({"began": int(trial.trial_id), "worker": worker, "values": trial.hyperparameters.values})
        return trial

    def given(self, trial: Any) -> Given:
        """What a worker needs to know of a trial: its number, the hyperparameters, and their values."""
        space = self.oracle.get_space().get_config()
        return int(trial.trial_id), space, dict(trial.hyperparameters.values)

    def ended(self, trial: Any, outcome: Outcome) -> None:
        """A trial came back."""
        self.journal.write({"ended": int(trial.trial_id), "outcome": outcome.encoded()})
        self._end(trial, outcome)
        self._on_end(trial)

    def finished(self) -> Iterator[tuple[Any, Outcome]]:
        """All trials that ended, in the order in which they began."""
        trials = self._by_number()
        for number in sorted(self.outcomes):
            yield trials[number], self.outcomes[number]

    def _by_number(self) -> dict[int, Any]:
        """The trials by their numbers: KerasTuner's names have as many digits as the most trials, which may change."""
        return {int(name): trial for name, trial in self.oracle.trials.items()}

    def _taken_over(self, worker: str, trial: Any) -> Any:
        ongoing = {name: each for name, each in self.oracle.ongoing_trials.items() if each is not trial}
        self.oracle.ongoing_trials = {**ongoing, worker: trial}
        return trial

    def _told_again(self, event: dict[str, Any]) -> None:
        if "began" in event:
            self.oracle.ongoing_trials = {f"{name} before": each for name, each in self.oracle.ongoing_trials.items()}
            with quietly():
                trial = self.oracle.create_trial(event["worker"])
            if int(trial.trial_id) != event["began"] or trial.hyperparameters.values != event["values"]:
                raise JournalError(
                    f"{self.journal.path}: trial {event['began']} was {event['values']}, but this space gives "
                    f"{trial.hyperparameters.values}: the space was changed; choose another folder"
                )
        else:
            self._end(self._by_number()[event["ended"]], Outcome(**event["outcome"]))

    def _end(self, trial: Any, outcome: Outcome) -> None:
        self.outcomes[int(trial.trial_id)] = outcome
        with quietly():
            if outcome.failure:
                trial.status, trial.message = _STATUS.FAILED, outcome.failure
            else:
                self.oracle.update_trial(trial.trial_id, outcome.metrics, step=outcome.epoch)
                trial.status = _STATUS.COMPLETED
            self.oracle.end_trial(trial)
