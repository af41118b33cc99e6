// For a fuzzer: what reads bytes and requests of strangers on Node, without a server around it.
export { createHttpHandler, type HttpSetting } from './http.ts'
export { hostIsLoopback, originAllowed } from './http-origin.ts'
export { createPageServer } from './http-page.ts'
export { holdsToken } from './http-url-token.ts'
export { createYEndpoint, type YSetting } from './y-endpoint.ts'
export {
  type AwarenessEntry,
  isSingleUpdate,
  readYMessage,
  writeAwareness,
  writeStep1,
  writeStep2,
  writeUpdate,
  type YMessage,
} from './y-messages.ts'
