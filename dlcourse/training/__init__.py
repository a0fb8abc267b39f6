"""What acts on a given model: clipping, accumulation, fast epochs, and more, each in a file of its own."""

from dlcourse.training.accumulation import accumulate_gradients
from dlcourse.training.clipped import Clipped, clip_across_replicas
from dlcourse.training.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from dlcourse.training.consolidation import ElasticWeightConsolidation, fisher_information
from dlcourse.training.distillation import Distiller
from dlcourse.training.fast_fit import fit
from dlcourse.training.memory import MemoryEstimate, memory_estimate
from dlcourse.training.pruning import Pruning, prune
from dlcourse.training.seeds import SeedRuns, fit_seeds
from dlcourse.training.unfreezing import discriminative_learning_rates, unfreeze

__all__ = [
    "Clipped",
    "Distiller",
    "ElasticWeightConsolidation",
    "MemoryEstimate",
    "Pruning",
    "SeedRuns",
    "accumulate_gradients",
    "clip_across_replicas",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "discriminative_learning_rates",
    "fisher_information",
    "fit",
    "fit_seeds",
    "memory_estimate",
    "prune",
    "unfreeze",
]
