# Tries: have files beside the notebook imported by whatever starts Python there
# Boundary: grader
# Before: held
# Cell: devices
# Keeps its points.

import sys

import keras
import numpy

for name in ("sitecustomize", "usercustomize", "conftest"):
    found = getattr(sys.modules.get(name), "__file__", "") or ""
    assert not found.startswith("/workspace"), "REACHED"
for module in (numpy, keras, check, sys.modules["json"], sys.modules["autograder"]):
    assert not module.__file__.startswith("/workspace"), "REACHED"
# Beside: sitecustomize.py, usercustomize.py, conftest.py, check_train.py, pytest.py, evil.pth
# Beside: numpy.py, json.py, keras/__init__.py, autograder/__init__.py, autograder/checks.py
# Beside: lessons/__init__.py, nbgrader_config.py, .ipython/profile_default/startup/00-first.py
import os
open("COURSE/marker-beside", "w").close()
print("REACHED")
os._exit(0)
# Beside: pytest.ini, tox.ini, setup.cfg, pyproject.toml
[pytest]
addopts = --collect-only -p conftest
