"""Which worker this process is, and how the others are reached: as the launcher, or a cluster's own, has set it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

ENGINES = ("tensorflow", "jax")
JAX_VARIABLES = ("DLCOURSE_JAX_COORDINATOR", "DLCOURSE_JAX_WORKERS", "DLCOURSE_JAX_INDEX")


@dataclass(frozen=True)
class Cluster:
    """A process among N that train one model together.

    Attributes:
        workers: N.
        index: This one, from 0. Worker 0 writes what is written.
        coordinator: JAX's: the address of worker 0.
    """

    workers: int = 1
    index: int = 0
    coordinator: str = ""


def environment(engine: str, addresses: list[str], index: int) -> dict[str, str]:
    """The variables that tell a worker who it is.

    For TensorFlow it is `TF_CONFIG`, as its documentation has it; for JAX the coordinator, N and the index.

    Raises:
        ValueError: If there is no such engine.
    """
    if engine == "tensorflow":
        config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        return {"KERAS_BACKEND": "tensorflow", "TF_CONFIG": json.dumps(config)}
    if engine == "jax":
        values = (addresses[0], str(len(addresses)), str(index))
        return {"KERAS_BACKEND": "jax", **dict(zip(JAX_VARIABLES, values, strict=True))}
    raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")


def from_environment(engine: str) -> Cluster:
    """What the environment says; one worker where it says nothing.

    Raises:
        ValueError: If a variable is set, but not as it should be.
    """
    if engine == "jax":
        coordinator, workers, index = (os.environ.get(name, "") for name in JAX_VARIABLES)
        if not coordinator:
            return Cluster()
        if not (workers.isdigit() and index.isdigit() and int(index) < int(workers)):
            raise ValueError(
                f"{', '.join(JAX_VARIABLES)} must be an address and two numbers, got {workers!r}, {index!r}"
            )
        return Cluster(int(workers), int(index), coordinator)
    text = os.environ.get("TF_CONFIG")
    if not text:
        return Cluster()
    try:
        config = json.loads(text)
        return Cluster(len(config["cluster"]["worker"]), int(config["task"]["index"]))
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"TF_CONFIG must name cluster.worker and task.index, got {text!r}") from None
