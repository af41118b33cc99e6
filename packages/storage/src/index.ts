// The port a device keeps its data through. Its backends are entry points of their own.

export { compareKeys, faultOfKey, isKey } from './key.ts'
export { decodeKey, encodeKey } from './key-bytes.ts'
export {
  type Batch,
  type DeviceStore,
  type FirstLook,
  type Key,
  type OpenStore,
  type Put,
  type Read,
  type Remove,
  type RemovePrefix,
  type Row,
  StorageError,
  type StorageErrorKind,
  type StoreLayout,
  type TableName,
  type Value,
} from './port.ts'
export { faultOfValue, isValue } from './value.ts'
