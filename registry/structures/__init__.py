"""Who works for whom on a site: positions in the tree, the firms that hold them, and the rosters of their people.

The prime is tier 0 and has no row. A position (node) stays when its firm changes, so what hangs below is never lost.

Who writes takes his locks from above: the links of the workers on a line (`hold_links`), the site (`locked_structure`), then
tenures (`locked_tenures`), then lines of rosters, each in the order of their numbers. Steps may be left out, but nobody goes
back to an earlier one: else two could wait for each other. Who adds or changes a line holds its workers' links and its
firm's place, so no line outlives what it rests on. Sites and tenures are locked without their keys: rows that point to
them, which the database checks at commit, wait for nobody.
"""
