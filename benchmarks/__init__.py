"""Speed and its proof: scripts that measure, and the figures that they gave."""
