"""Losses that Keras does not have, or has in another form; importing this registers them for loading saved models."""

from dlcourse.losses.focal import FocalLoss
from dlcourse.losses.gaussian_kl import gaussian_kl
from dlcourse.losses.nt_xent import NTXent
from dlcourse.losses.pseudo_huber import PseudoHuber
from dlcourse.losses.smoothing import smooth_labels
from dlcourse.losses.triplet import TripletLoss

__all__ = ["FocalLoss", "NTXent", "PseudoHuber", "TripletLoss", "gaussian_kl", "smooth_labels"]
