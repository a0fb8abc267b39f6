"""Which of TensorFlow's strategies fits the devices that are here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow as tf

KINDS = ("auto", "tpu", "gpus", "gpu", "cpus", "cpu")


def strategy(kind: str = "auto") -> tf.distribute.Strategy:
    """The strategy for the devices of this machine; says in one line what was picked and why.

    Build and compile the model inside `strategy.scope()`. TensorFlow's own; for Keras on JAX see `launch`.

    Args:
        kind: "auto" takes the first of these that is there: "tpu", "gpus" (several, a replica on each), "gpu" (one) and
            "cpu". "cpus", a replica on each of several logical processors, teaches replication and is never faster; it
            has to be asked for.

    Raises:
        ValueError: If what is asked for is not there; the message says what is.

    Example:
        >>> strategy("cpu").num_replicas_in_sync
        one CPU: asked for; TensorFlow's default strategy
        1
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    there = _there()
    if kind != "auto" and not there[kind]:
        raise ValueError(f"{kind!r} is not there: this machine has {_told(there)}")
    picked = kind if kind != "auto" else next(name for name in ("tpu", "gpus", "gpu", "cpu") if there[name])
    why = "asked for" if kind != "auto" else f"of {_told(there)}"
    return _made(picked, there, why)


def _there() -> dict[str, int]:
    """How many devices of each kind there are, 0 where the kind cannot be had."""
    import tensorflow as tf

    gpus = len(tf.config.list_logical_devices("GPU"))
    cpus = len(tf.config.list_logical_devices("CPU"))
    tpus = len(tf.config.list_logical_devices("TPU"))
    named = any(os.environ.get(name) for name in ("TPU_NAME", "TPU_WORKER_ID", "COLAB_TPU_ADDR"))
    return {
        "tpu": tpus or int(named),
        "gpus": gpus if gpus > 1 else 0,
        "gpu": int(gpus > 0),
        "cpus": cpus if cpus > 1 else 0,
        "cpu": 1,
    }


def _told(there: dict[str, int]) -> str:
    found = []
    if there["tpu"]:
        found.append("a TPU")
    if there["gpus"]:
        found.append(f"{there['gpus']} GPUs")
    elif there["gpu"]:
        found.append("one GPU")
    found.append(f"{there['cpus']} logical CPUs" if there["cpus"] else "one CPU")
    return " and ".join(found)


def _made(picked: str, there: dict[str, int], why: str) -> tf.distribute.Strategy:
    import tensorflow as tf

    if picked == "tpu":
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver()
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
        print(f"TPU: {why}; TPUStrategy, a replica on each core")
        return tf.distribute.TPUStrategy(resolver)
    if picked in ("gpus", "cpus"):
        kind = picked[:-1].upper()
        devices = [device.name for device in tf.config.list_logical_devices(kind)]
        print(f"{there[picked]} {kind}s: {why}; MirroredStrategy, a replica on each")
        # Sums over processors go through the first of them; NCCL, the default, knows GPUs alone.
        sums = tf.distribute.ReductionToOneDevice() if picked == "cpus" else None
        return tf.distribute.MirroredStrategy(devices, cross_device_ops=sums)
    print(f"one {picked.upper()}: {why}; TensorFlow's default strategy")
    return tf.distribute.get_strategy()
