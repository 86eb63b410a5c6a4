"""Our preprocessors, which replace some of nbgrader's."""
