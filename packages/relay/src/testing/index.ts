// For tests of and with the relay: a relay in memory, devices that speak frames, a pen that writes updates.
export { createPen, type Pen, type PenOptions, testEntryId, type Written } from './pen.ts'
export {
  createTestDevice,
  settle,
  testConversationId,
  type TestDevice,
  testDeviceId,
  type TestDeviceOptions,
  testUser,
} from './test-device.ts'
export { createTestRelay, type TestRelay, type TestRelayOptions, testEpoch } from './test-relay.ts'
export type { StoreCase, StoreHarness } from './store-case.ts'
export { relayStoreCases } from './store-cases.ts'
export { createFaultyRelay, type FaultyRelayOptions, type RelayFault, relayFaults } from './faulty-relay.ts'
export { type Around, wrapStore } from './store-wrapper.ts'
export { commanded, createTestLunch, creation, pushed, type TestLunch } from './test-lunch.ts'
export { makeMortal, type Mortal } from './mortal-store.ts'
