"""The picture of recorded ties: who stands where in them, for an analyst. Behind the intelligence wall.

`ties` reads them, `measures` says positions and groups, `layout` and `drawing` draw, `exchange` writes them
for other tools.
Nothing here is a score of anybody: a position says what was recorded, never what a person is or will do.
"""
