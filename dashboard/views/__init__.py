"""One module per page or noun: preconditions, work, render. Numbers come from snapshots, acts go to jobs."""
