// The `parley` command as a function: what to run, where to print, when to stop.
export { runParley } from './run.ts'
export type { StopSignal, World } from './world.ts'
