// The `parley` command as a function: what to run, where to print, when to stop.
export {}
