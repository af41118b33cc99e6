/** What is done when a relay has lost something, or a device doubts what it holds; and looking into it. */
export { createAgain } from './create-again.ts'
export { applyDigests } from './digests.ts'
export { createIdleWork } from './idle-work.ts'
export { inspect } from './inspect.ts'
export { createLocate } from './locating.ts'
export { beginEpoch } from './new-epoch.ts'
export { offerAgain } from './offer-again.ts'
