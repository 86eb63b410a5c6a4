# Tries: end the grader by names of arrays that are longer together than it reads
# Boundary: time and memory
# Before: succeeded
# Cell: predict
# Expect: could not be read

import io
import os
import pathlib
import zipfile

import numpy

folder = pathlib.Path(os.environ["AUTOGRADER_EVIDENCE"])
content = io.BytesIO()
numpy.save(content, numpy.zeros(1))
(folder / "recorded.npz").unlink()
with zipfile.ZipFile(folder / "recorded.npz", "w") as archive:
    for number in range(4_000):
        archive.writestr(zipfile.ZipInfo(f"{number}{chr(1) * 900}.npy"), content.getvalue())
os.chmod(folder, 0o500)
