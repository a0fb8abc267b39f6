r"""Several small networks of which each token uses the few that a gate picks: more parameters at the same compute.

Lesson 19 draws how evenly the experts are used, with and without the loss that balances them.
"""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from dlcourse.layers.arguments import known_features


@keras.saving.register_keras_serializable(package="dlcourse")
class MixtureOfExperts(keras.layers.Layer):
    r"""Sends each token to the k experts of highest gate and adds up what they give, weighted by the gate.

    $$p = \operatorname{softmax}(x W_g), \qquad g_e = \frac{p_e}{\sum_{j \in \mathrm{top}_k} p_j}, \qquad
      y = \sum_{e \in \mathrm{top}_k} g_e\, f(x W_e + b_e)\, V_e + c_e$$

    With k of 1, $g_e = p_e$, or the gate would get no gradient. Here $g_e$ multiplies the whole of expert e, $c_e$
    included. In training the layer adds the loss that is least where all E experts are used alike,

    $$\lambda\, E \sum_{e=1}^{E} F_e P_e, \qquad F_e = \frac{\text{choices of } e}{k N}, \qquad
      P_e = \frac1N \sum_{n=1}^{N} p_{ne}$$

    over the N tokens of the batch; its least value is $\lambda$. Gates are computed in single precision.
    Shazeer et al. (2017), Outrageously large neural networks; Fedus, Zoph and Shazeer (2022), Switch transformers,
    sections 2.1 and 2.2.

    Args:
        num_experts: E, at least 2.
        hidden_units: The size of each expert's hidden layer.
        top_k: k, the number of experts that a token uses, from 1 to E.
        capacity_factor: Each expert takes $C = \lceil \text{factor} \cdot k N / E \rceil$ tokens, in the order of
            the batch and first choices first; what is over gets nothing from that expert, and its input should pass by
            in a residual connection. The compute is then that of $\text{factor} \cdot k$ experts. Without it nothing
            is dropped, at the compute of all E.
        balance: $\lambda$, at least 0.
        activation: f, the name of an activation or a function.
        **kwargs: `name`, `dtype` and what else every layer takes.

    Call arguments:
        inputs: Tokens, shape (B, ..., D); what comes out has the same.
        mask: Which tokens there are, shape (B, ...): the others use no expert, count for nothing and come out as 0.
        training: Whether to add the balancing loss.

    Raises:
        ValueError: If an argument is out of range.

    Example:
        >>> layer = MixtureOfExperts(num_experts=4, hidden_units=8, top_k=2)
        >>> layer(ops.ones((2, 5, 3))).shape
        TensorShape([2, 5, 3])
    """

    def __init__(
        self,
        num_experts: int,
        hidden_units: int,
        top_k: int = 2,
        capacity_factor: float | None = None,
        balance: float = 0.01,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        _check(num_experts, hidden_units, top_k, capacity_factor, balance)
        super().__init__(**kwargs)
        self.num_experts, self.hidden_units, self.top_k = num_experts, hidden_units, top_k
        self.capacity_factor, self.balance = capacity_factor, float(balance)
        self.activation = keras.activations.get(activation)
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the gate, (D, E), and each expert's two dense layers, stacked along their first axis."""
        features, experts, hidden = known_features(input_shape), self.num_experts, self.hidden_units
        up, down = _per_expert(features, hidden), _per_expert(hidden, features)
        self.gate = self.add_weight((features, experts), "glorot_uniform", name="gate")
        self.hidden_kernel = self.add_weight((experts, features, hidden), up, name="hidden_kernel")
        self.hidden_bias = self.add_weight((experts, 1, hidden), "zeros", name="hidden_bias")
        self.output_kernel = self.add_weight((experts, hidden, features), down, name="output_kernel")
        self.output_bias = self.add_weight((experts, 1, features), "zeros", name="output_bias")

    def call(self, inputs: Any, mask: Any = None, training: bool = False) -> Any:
        """The weighted sum of what the chosen experts give, of the inputs' shape."""
        tokens = ops.reshape(inputs, (-1, inputs.shape[-1]))  # (N, D)
        present = (
            ops.ones_like(tokens[:, 0], "float32") if mask is None else ops.reshape(ops.cast(mask, "float32"), (-1,))
        )
        probabilities = ops.softmax(ops.matmul(ops.cast(tokens, "float32"), ops.cast(self.gate, "float32")))  # (N, E)
        top, chosen = ops.top_k(probabilities, self.top_k)  # (N, k)
        if training and self.balance:
            self.add_loss(self.balance * load_balance(probabilities, chosen, present))
        gates = top / ops.sum(top, axis=1, keepdims=True) if self.top_k > 1 else top
        outputs = self._mix(tokens, chosen, gates * present[:, None], present)
        return ops.reshape(outputs, ops.shape(inputs))

    def _mix(self, tokens: Any, chosen: Any, gates: Any, present: Any) -> Any:
        capacity = self._capacity(ops.shape(tokens)[0])
        slots, kept = _slots(chosen, present, self.num_experts, capacity)  # (N, k): where in the experts' buffers
        buffers = self.num_experts * capacity
        numbers = ops.broadcast_to(ops.arange(1, ops.shape(tokens)[0] + 1)[:, None], ops.shape(slots))
        # Which token lies in each slot, from 1; 0 where none does: slots are different, so that a sum has one term.
        token_of = ops.segment_sum(ops.reshape(numbers, (-1,)), ops.reshape(slots, (-1,)), buffers + 1)[:-1]
        padded = ops.concatenate([ops.zeros_like(tokens[:1]), tokens], axis=0)
        dispatched = ops.reshape(ops.take(padded, token_of, axis=0), (self.num_experts, capacity, tokens.shape[-1]))
        given = ops.reshape(self._experts(dispatched), (buffers, tokens.shape[-1]))
        found = ops.take(given, ops.minimum(slots, buffers - 1), axis=0)  # (N, k, D)
        # y = sum over the chosen e of g_e expert_e(x)
        return ops.sum(ops.cast(gates * kept, tokens.dtype)[..., None] * found, axis=1)

    def _experts(self, tokens: Any) -> Any:
        """Each expert on its own tokens, (E, C, D)."""
        hidden = self.activation(ops.matmul(tokens, self.hidden_kernel) + self.hidden_bias)  # (E, C, hidden)
        return ops.matmul(hidden, self.output_kernel) + self.output_bias

    def _capacity(self, num_tokens: Any) -> Any:
        if self.capacity_factor is None:
            return num_tokens
        share = self.capacity_factor * self.top_k / self.num_experts
        if isinstance(num_tokens, int):
            return max(1, math.ceil(share * num_tokens))
        return ops.maximum(1, ops.cast(ops.ceil(share * ops.cast(num_tokens, "float32")), "int32"))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the input."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """What is needed to make the same layer again."""
        config = {
            "num_experts": self.num_experts,
            "hidden_units": self.hidden_units,
            "top_k": self.top_k,
            "capacity_factor": self.capacity_factor,
            "balance": self.balance,
            "activation": keras.activations.serialize(self.activation),
        }
        return {**super().get_config(), **config}


def _per_expert(inputs: int, outputs: int) -> Any:
    """Glorot's uniform range for one expert's matrix, and not for the stack of them."""
    limit = math.sqrt(6 / (inputs + outputs))
    return keras.initializers.RandomUniform(-limit, limit)


def load_balance(probabilities: Any, chosen: Any, present: Any) -> Any:
    r"""How unevenly the experts are used: $E \sum_e F_e P_e$, 1 at best and E where one expert gets all.

    Args:
        probabilities: p, shape (N, E).
        chosen: The numbers of the chosen experts, shape (N, k).
        present: 1 for a token that counts, 0 for padding, shape (N,).

    Example:
        >>> alike = ops.full((4, 2), 0.5)
        >>> load_balance(alike, ops.convert_to_tensor([[0], [1], [0], [1]]), ops.ones(4)).numpy()
        np.float32(1.0)
    """
    experts = probabilities.shape[1]
    count = ops.maximum(ops.sum(present), 1.0)
    choices = ops.sum(ops.one_hot(chosen, experts, dtype="float32"), axis=1) * present[:, None]  # (N, E)
    # F_e = choices of e / (k N); P_e = mean over n of p_ne
    fraction = ops.sum(choices, axis=0) / (chosen.shape[1] * count)
    mean = ops.sum(probabilities * present[:, None], axis=0) / count
    return experts * ops.sum(fraction * mean)


def _slots(chosen: Any, present: Any, experts: int, capacity: Any) -> tuple[Any, Any]:
    """For each choice its place in the experts' buffers, counted through, and 1 if there is one, else 0."""
    # All first choices in the order of the tokens, then all second ones
    flat = ops.reshape(ops.transpose(chosen), (-1,))  # (k N,)
    taken = ops.one_hot(flat, experts, dtype="int32") * ops.cast(ops.tile(present, chosen.shape[1]), "int32")[:, None]
    before = ops.sum(ops.cumsum(taken, axis=0) * taken, axis=1) - 1
    fits = ops.logical_and(ops.sum(taken, axis=1) > 0, before < capacity)
    slot = ops.where(fits, ops.cast(flat, "int32") * capacity + before, experts * capacity)
    shape = (chosen.shape[1], -1)
    by_token = ops.transpose(ops.reshape(slot, shape)), ops.transpose(ops.reshape(fits, shape))
    return by_token[0], ops.cast(by_token[1], "float32")


def _check(num_experts: int, hidden_units: int, top_k: int, capacity_factor: float | None, balance: float) -> None:
    if num_experts < 2:
        raise ValueError(f"num_experts must be at least 2, got {num_experts!r}")
    if hidden_units < 1:
        raise ValueError(f"hidden_units must be at least 1, got {hidden_units!r}")
    if not 1 <= top_k <= num_experts:
        raise ValueError(f"top_k must be from 1 to num_experts {num_experts}, got {top_k!r}")
    if capacity_factor is not None and not capacity_factor > 0:
        raise ValueError(f"capacity_factor must be positive or None, got {capacity_factor!r}")
    if not balance >= 0:
        raise ValueError(f"balance must be at least 0, got {balance!r}")
