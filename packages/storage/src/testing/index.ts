// For tests: the contract every device store keeps, and a store that fails when told.

export { deviceStoreCases } from './device-store-cases.ts'
export { createFaultyStore, type Fault, type FaultyStore, type StoreCall } from './faulty-store.ts'
export { runScript, type Step } from './script.ts'
export type { StoreCase, StoreHarness } from './store-case.ts'
