"""Jobs: a row asks, a worker claims it, brokerctl.operations does it. Views only start, show and cancel them."""
