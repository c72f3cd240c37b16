"""Why goals are not met: (the goal's group, how its name begins, the reason). Only shown where they are not."""

REASONS = ()
