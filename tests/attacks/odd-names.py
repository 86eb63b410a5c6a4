# Tries: rewrite the terminal and the pages by the names of a folder and of files
# Boundary: pages and files
# Before: held
# Cell: devices
# Change: odd_names
# Folder: <img src=x onerror=alert(1)>\n\x1b[2J..\\..\\=1+1

