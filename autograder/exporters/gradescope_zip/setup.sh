#!/usr/bin/env bash
# Gradescope runs this once, as root, when the autograder is built.
# AUTOGRADER_ROOT: where everything lies. AUTOGRADER_PYTHON: an interpreter that has all that is
# needed but for the package itself; then nothing is fetched.
set -euo pipefail
ROOT=${AUTOGRADER_ROOT:-/autograder}
SOURCE=$ROOT/source
export KERAS_HOME=$ROOT/keras

if [ -n "${AUTOGRADER_PYTHON:-}" ]; then
  PYTHON=$AUTOGRADER_PYTHON
  "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --no-index \
    --target "$ROOT/packages" "$SOURCE"/*.whl
  export PYTHONPATH=$ROOT/packages
else
  apt-get update -q
  for VERSION in @PYTHONS@; do
    if apt-get install -y -q --no-install-recommends "python$VERSION-venv"; then break; fi
  done
  "python$VERSION" -m venv "$ROOT/venv"
  PYTHON=$ROOT/venv/bin/python
  "$PYTHON" -m pip install --quiet --constraint "$SOURCE/constraints.txt" "$SOURCE"/*.whl
fi

"$PYTHON" -m autograder.cli data
# A student's code must not read the checks that only the course knows.
chmod -R go= "$SOURCE/course"
