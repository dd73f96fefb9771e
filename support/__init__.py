"""What tests and measures share: resources, services, servers and processes to start, and what
harms them. Neither of the two imports the other, and nothing here imports them.
"""
