// The simulated world: real client engines and a real relay on a simulated network, disk and clock.
export { runSeed, type RunOptions, type RunResult } from './run.ts'
