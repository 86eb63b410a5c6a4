"""In which order Keras takes the examples: what the calibration and one threshold for all rest on.

Keras 3.16 is to shuffle with the number of the epoch as its seed, so that every training without a
seed may see one and the same order. Before its cap is moved, that order has to be studied.
"""

from __future__ import annotations

import itertools
import json

import pytest
from support import processes

from autograder.authoring.spec.recipe import Recipe, Training, seeded
from autograder.sandbox.job_runner import PRELUDE

pytestmark = pytest.mark.slow

EXAMPLES, EPOCHS = 48, 3
# Each example is a number of its own, and the model writes down which it is given. What grading
# runs before the first cell comes in between.
PROGRAM = """
import json
import keras
import numpy as np

seen = []

class Seen(keras.Model):
    def train_step(self, data):
        seen.extend(int(one) for one in data[0][:, 0])
        return {{"loss": 0.0}}

def orders():
    seen.clear()
    numbers = np.arange({examples}, dtype="float32").reshape(-1, 1)
    model = Seen()
    model.compile(run_eagerly=True)
    model.fit(numbers, numbers, batch_size=8, epochs={epochs}, verbose=0)
    return [seen[start : start + {examples}] for start in range(0, len(seen), {examples})]

found = dict(unseeded=orders(), again=orders())
{seed_20}
found["seeded"] = orders()
import keras
{seed_21}
found["another seed"] = orders()
print(json.dumps(found))
"""

Orders = dict[str, list[tuple[int, ...]]]


@pytest.fixture(scope="module")
def orders() -> Orders:
    """For each training the order of its examples in each epoch."""
    seeds = {f"seed_{seed}": PRELUDE.format(seed=seed) for seed in (20, 21)}
    program = PROGRAM.format(examples=EXAMPLES, epochs=EPOCHS, **seeds)
    done = processes.python("-c", program, check=True)
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return {name: [tuple(order) for order in epochs] for name, epochs in found.items()}


def test_every_epoch_is_one_pass_in_an_order_of_its_own(orders: Orders) -> None:
    for order in itertools.chain(*orders.values()):
        assert sorted(order) == list(range(EXAMPLES))
        assert order != tuple(range(EXAMPLES))


def test_two_trainings_without_a_seed_see_different_orders(orders: Orders) -> None:
    """Or one and the same luck would be everybody's: see docs/fairness.md."""
    assert not set(orders["unseeded"]) & set(orders["again"])


def test_the_calibration_takes_the_orders_that_keras_takes(orders: Orders) -> None:
    """Without a seed a fresh one in each epoch; with one, as in grading, the first one again."""
    expected = {"fresh": EPOCHS, "repeated": 1}
    training = Training(sizes=(784, 10))
    assert len(set(orders["unseeded"])) == expected[training.order]
    (recipe,) = seeded([Recipe(name="any", title="Any", training=training)])
    assert len(set(orders["seeded"])) == expected[recipe.training.order]
    assert orders["seeded"][0] != orders["another seed"][0]
