# Tries: write the evidence of another lesson, with questions of its own
# Boundary: points
# Before: held
# Cell: train
# Instead of the answer.
# Most: 0

import json
import os
import pathlib

folder = pathlib.Path(os.environ["AUTOGRADER_EVIDENCE"])
other = {"schema": 1, "run": {"lesson": "another", "data": "sample"}, "cells": []}
(folder / "evidence.json").write_text(json.dumps(other))
claims = {"history": {"kind": "History"}, "points": {"kind": "int", "value": 20}}
answers = [{"question": name, "claims": claims} for name in ("train", "another")]
(folder / "recorded.json").write_text(json.dumps({"answers": answers}))
history = {"val_accuracy": [0.99] * 5}
