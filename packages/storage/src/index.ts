// The port a device keeps its data through, and its backends.
export {}
