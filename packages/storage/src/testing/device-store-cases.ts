/**
 * The contract of a device store: every backend passes all of these cases, each with a harness of its own.
 */
import { batchCases } from './batch-cases.ts'
import { lookCases } from './look-cases.ts'
import { ownerCases } from './owner-cases.ts'
import { rowCases } from './row-cases.ts'
import type { StoreCase } from './store-case.ts'

export const deviceStoreCases: readonly StoreCase[] = [
  ...rowCases,
  ...batchCases,
  ...ownerCases,
  ...lookCases,
]
