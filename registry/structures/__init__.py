"""Who works for whom on a site: positions in the tree, the firms that hold them, and the rosters of their people.

The prime is tier 0 and has no row. A position (node) stays when its firm changes, so what hangs below is never lost.
"""
