"""Building a Brain: an exercise in machine learning that grades itself."""
