# Tries: set the grade in the gradebook
# Boundary: grader
# Before: held
# Cell: devices
# Expect: unable to open|OperationalError

import sqlite3

with sqlite3.connect("COURSE/gradebook.db") as book:
    book.execute("update grade set score = 20")
