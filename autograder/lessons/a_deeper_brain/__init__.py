"""A hidden layer between the pixels and the answers, and a training that stops in time."""
