"""The public harness for authors of bundles and plugins.

``cases`` runs the earning cases of a programme folder, ``rewards`` checks those that it brings, ``contract`` holds a
rule against what every rule must keep, and ``strategies`` makes events for both. Only the last two need the extra
``treuwerk[testing]``.
"""
