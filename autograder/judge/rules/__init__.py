"""Small rules over evidence, for any lesson in which a Keras classifier learns labelled cards.

A rule looks for one mistake and says it in four rungs; one module holds one family of them. What a
lesson expects (how many classes, which image, how many epochs) is given to a rule, never known to
it. A lesson's check names its rules, root first, and the first that finds something speaks.
"""
