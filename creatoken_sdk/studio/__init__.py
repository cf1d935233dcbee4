"""Recording a pipeline and settling it: `Studio` is the way in."""
