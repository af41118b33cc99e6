/**
 * A device's store in one IndexedDB database (ST40 to ST59). The database's version is the layout's format; every table
 * is an object store whose keys are the port's keys, as arrays.
 */
import { type DeviceStore, type FirstLook, StorageError, type StoreLayout } from '../port.ts'
import { assertLayout, assertLook } from '../requests.ts'
import { databaseError } from './database-errors.ts'
import { own } from './database-owner.ts'
import { deleteDatabase, openDatabase, type Upgrade } from './database.ts'
import { isOurs, takeOwnership, upgradeTo } from './meta.ts'

export interface IndexedDbOptions {
  /** Of the database; one for each user of the site. */
  readonly name: string
  readonly layout: StoreLayout
}

export function createIndexedDbStore({ name, layout }: IndexedDbOptions): DeviceStore {
  assertLayout(layout)
  return {
    async open(look) {
      assertLook(layout, look)
      const db = await open(name, layout, look)
      try {
        const claim = await takeOwnership(db, layout, look)
        return own(db, claim, layout, async () => openDatabase(name, layout.format, refuseToMake))
      } catch (error) {
        db.close()
        throw error
      }
    },
    async destroy() {
      const kind = await kindOf(name)
      if (kind === 'foreign') throw databaseError('foreign')
      if (kind !== 'none') await deleteDatabase(name)
    },
  }
}

async function open(name: string, layout: StoreLayout, look: FirstLook | undefined): Promise<IDBDatabase> {
  try {
    return await openDatabase(name, layout.format, upgradeTo(layout, look))
  } catch (error) {
    // A stranger's database may have a higher version too.
    const isForeign = isKind(error, 'newer') && (await kindOf(name)) === 'foreign'
    throw isForeign ? databaseError('foreign', error) : error
  }
}

/** Whose database it is, without changing or making one. */
async function kindOf(name: string): Promise<'ours' | 'foreign' | 'none' | 'unreadable'> {
  try {
    const db = await openDatabase(name, undefined, refuseToMake)
    try {
      return (await isOurs(db)) ? 'ours' : 'foreign'
    } finally {
      db.close()
    }
  } catch (error) {
    if (isKind(error, 'closed')) return 'none'
    if (isKind(error, 'blocked')) throw error
    return 'unreadable'
  }
}

/** Where there is no database, or a lower version of it, the data somebody comes back to are gone. */
function refuseToMake({ stop }: Upgrade): void {
  stop(databaseError('closed'))
}

function isKind(error: unknown, kind: StorageError['kind']): boolean {
  return error instanceof StorageError && error.kind === kind
}
