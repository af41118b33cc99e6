/**
 * A store in memory whose code is loaded when it is first used: few pages keep their data nowhere. Rules ST90 and ST91.
 */
import { type DeviceStore, StorageError, type StoreLayout } from './port.ts'
import { assertLayout } from './requests.ts'

type Load = () => Promise<{ readonly createMemoryStore: (layout: StoreLayout) => DeviceStore }>

const fromHere: Load = async () => import('./memory.ts')

export function createLateMemoryStore(layout: StoreLayout, load: Load = fromHere): DeviceStore {
  assertLayout(layout)
  let loading: Promise<DeviceStore> | undefined

  async function make(): Promise<DeviceStore> {
    try {
      const { createMemoryStore } = await load()
      return createMemoryStore(layout)
    } catch (error) {
      loading = undefined
      throw new StorageError(
        'unavailable',
        'The store in memory could not be loaded. Try again with a network, or reload the page.',
        { cause: error },
      )
    }
  }

  const made = async (): Promise<DeviceStore> => (loading ??= make())
  return {
    open: async (look) => (await made()).open(look),
    destroy: async () => (await made()).destroy(),
  }
}
