"""Small rules on evidence, for any lesson in which a Keras classifier learns labelled images.

A rule looks for one mistake and explains it in four hint levels; a module holds one family of
rules. What a lesson expects (the classes, the image shape, the epochs) are arguments of a rule. A
lesson's check names its rules, root causes first, and reports the first that finds something.
"""
