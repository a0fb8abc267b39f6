"""Measures of what a model gives: numbers from arrays and texts, without Keras, each held to the field's own tool."""

from dlcourse.evaluation.bleu import BleuParts, bleu, bleu_parts
from dlcourse.evaluation.cross_validate import CrossValidation, cross_validate
from dlcourse.evaluation.frechet_distance import frechet_distance, gaussian_frechet_distance
from dlcourse.evaluation.group_report import GroupReport, Rate, group_report
from dlcourse.evaluation.intersection_over_union import intersection_over_union, mask_intersection_over_union
from dlcourse.evaluation.mean_average_precision import average_precisions, mean_average_precision
from dlcourse.evaluation.mode_coverage import ModeCoverage, mode_coverage
from dlcourse.evaluation.paired_bootstrap import PairedBootstrap, paired_bootstrap
from dlcourse.evaluation.splits import folds
from dlcourse.evaluation.temperature_scaling import Temperature, temperature_scaling
from dlcourse.evaluation.word_error_rate import WordErrors, word_error_rate, word_errors

__all__ = [
    "BleuParts",
    "CrossValidation",
    "GroupReport",
    "ModeCoverage",
    "PairedBootstrap",
    "Rate",
    "Temperature",
    "WordErrors",
    "average_precisions",
    "bleu",
    "bleu_parts",
    "cross_validate",
    "folds",
    "frechet_distance",
    "gaussian_frechet_distance",
    "group_report",
    "intersection_over_union",
    "mask_intersection_over_union",
    "mean_average_precision",
    "mode_coverage",
    "paired_bootstrap",
    "temperature_scaling",
    "word_error_rate",
    "word_errors",
]
