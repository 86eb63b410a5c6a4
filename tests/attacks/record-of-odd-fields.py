# Tries: end the grader by the name of a field, which it quotes and then cannot read
# Boundary: grader
# Before: succeeded
# Cell: predict
# Expect: could not be read

import json
import os
import pathlib

path = pathlib.Path(os.environ["AUTOGRADER_EVIDENCE"]) / "recorded.json"
path.unlink()
path.write_text(json.dumps({"odd" * 2_000: 1}))
os.chmod(path.parent, 0o500)
