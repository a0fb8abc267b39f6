"""The hostile suite: what submissions may try against the grader, as data, and whether this machine's sandbox holds.

None of it may gain a point, read a secret, write outside, outlive its session or harm another.
"""

from dlcourse.grading.attacks.attack import Attack
from dlcourse.grading.attacks.floods import FLOODS
from dlcourse.grading.attacks.forged import FORGED
from dlcourse.grading.attacks.hostile_models import MODELS
from dlcourse.grading.attacks.network import NETWORK
from dlcourse.grading.attacks.outliving import OUTLIVING
from dlcourse.grading.attacks.reading import READING
from dlcourse.grading.attacks.replies import REPLIES
from dlcourse.grading.attacks.system import SYSTEM
from dlcourse.grading.attacks.trial import run_attack
from dlcourse.grading.attacks.writing import WRITING

ATTACKS = (*FORGED, *REPLIES, *READING, *WRITING, *NETWORK, *FLOODS, *OUTLIVING, *SYSTEM, *MODELS)

__all__ = ["ATTACKS", "Attack", "run_attack"]
