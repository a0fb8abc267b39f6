r"""The optimizers of lesson 04_2, each update written out; importing this registers them for loading saved models.

Each is a `keras.optimizers.Optimizer`: what the base class does it does here as well, from schedules, clipping and
gradient accumulation to moving averages of the weights and decoupled weight decay (`weight_decay=`), which takes
$\eta \lambda \theta$ off the weights beside the step and not through the gradient (Loshchilov and Hutter 2019).

As with Keras's own, a sparse gradient in which a row occurs several times (an embedding's, where a batch holds a word
more than once) is squared occurrence by occurrence by those that square it, and not after summing.
"""

from dlcourse.optimizers.adagrad import Adagrad
from dlcourse.optimizers.adam import Adam
from dlcourse.optimizers.momentum import Momentum
from dlcourse.optimizers.rmsprop import RMSprop
from dlcourse.optimizers.sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "Momentum", "RMSprop"]
