"""`make bench`: relevance, needs put in a place, speed, growth, searches near a place, the two
engines side by side and the whole service at two sizes, in one run.

What breaks things on purpose, and takes long, is apart: `python -m bench.kills`, `bench.mail`,
`bench.outage`, `bench.damages` and `bench.reindexes`, each with its own parameters. The server's
half of each measure wants a Meilisearch server (`meilisearch` on the PATH, or
IMPACT_TEST_MEILISEARCH_BIN); without one it says so and the rest goes on.
"""

from bench import engines, growth, near, places, relevance, scale, speed

relevance.main()
places.main()
speed.main()
growth.main()
near.main()
engines.main()
scale.main()
