"""`make bench`: everything, in one run, so that the figures stand side by side."""

from bench import growth, relevance, speed

relevance.main()
speed.main()
growth.main()
