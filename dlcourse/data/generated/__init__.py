"""Data that is made from a seed: always there, offline, the same on every machine, with its truth known.

Each function gives a `Dataset` and is what `data.load` calls by the same name; `Bandit`, `GridWorld` and `Road` are
worlds to act in.
"""

from dlcourse.data.generated.arithmetic import arithmetic_strings
from dlcourse.data.generated.bandit import Bandit
from dlcourse.data.generated.canvases import digit_canvases
from dlcourse.data.generated.dates import date_strings
from dlcourse.data.generated.energy import energy_load
from dlcourse.data.generated.grid_world import GridWorld
from dlcourse.data.generated.hiring import hiring_records
from dlcourse.data.generated.molecules import molecular_graphs
from dlcourse.data.generated.phrases import french_phrases
from dlcourse.data.generated.planar import gaussian_ring, moons, rings, spirals
from dlcourse.data.generated.ratings import film_ratings
from dlcourse.data.generated.reviews import negated_reviews
from dlcourse.data.generated.roads import Road, road_views
from dlcourse.data.generated.speech import spoken_digits
from dlcourse.data.generated.synthesised import synthesised_digits
from dlcourse.data.generated.textures import defective_textures
from dlcourse.data.generated.transactions import card_transactions

__all__ = [
    "Bandit",
    "GridWorld",
    "Road",
    "arithmetic_strings",
    "card_transactions",
    "date_strings",
    "defective_textures",
    "digit_canvases",
    "energy_load",
    "film_ratings",
    "french_phrases",
    "gaussian_ring",
    "hiring_records",
    "molecular_graphs",
    "moons",
    "negated_reviews",
    "rings",
    "road_views",
    "spirals",
    "spoken_digits",
    "synthesised_digits",
]
