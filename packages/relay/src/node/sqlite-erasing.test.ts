import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ConversationId } from '@parley/document'
import { expect, onTestFinished, test } from 'vitest'
import { createPen } from '../testing/pen.ts'
import { createTestLunch, pushed } from '../testing/test-lunch.ts'
import { busyTimeoutMs } from './sqlite-directory.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

/** Files of the directory that hold what was recalled. */
function holding(directory: string, text = 'under the oak'): readonly string[] {
  return readdirSync(directory).filter((name) => readFileSync(join(directory, name), 'latin1').includes(text))
}

interface Stage {
  readonly directory: string
  readonly conversation: ConversationId
  readonly recall: () => Promise<unknown>
  readonly goOn: () => Promise<unknown>
  /** Somebody looks into the file, and keeps the log from being emptied until he has done. */
  readonly read: () => { readonly done: () => void }
}

/** Something has been said that had better not been. */
async function stage(): Promise<Stage> {
  const directory = temporaryDirectory()
  const store = await openSqliteRelayStore({ directory })
  onTestFinished(async () => store.close())
  const { tom, conversation } = await createTestLunch({ wrap: () => store })
  const pen = createPen({ user: tom.user, client: 7 })
  const secret = pen.text('the treasure is under the oak')
  await pushed(tom, conversation, 1, secret.update)
  expect(holding(directory)).not.toEqual([])
  return {
    directory,
    conversation,
    recall: async () => pushed(tom, conversation, 1, pen.recall(secret.id).update),
    goOn: async () => pushed(tom, conversation, 1, pen.text('and on').update),
    read() {
      const reader = new DatabaseSync(join(directory, 'relay.sqlite'), { readOnly: true })
      reader.exec('BEGIN')
      reader.prepare('SELECT count(*) FROM rows').get()
      return { done: () => reader.close() }
    },
  }
}

test('[RE24] after a recall no file of the directory holds the text', async () => {
  const { directory, recall } = await stage()
  await recall()
  expect(holding(directory)).toEqual([])
})

test('[RE24] a relay that was killed before it could remove the text does so when it is started', async () => {
  const { directory, conversation, recall, read } = await stage()
  const reading = read()
  await recall()
  const killed = temporaryDirectory()
  for (const name of ['relay.sqlite', 'relay.sqlite-wal'])
    copyFileSync(join(directory, name), join(killed, name))
  reading.done()
  expect(holding(killed)).not.toEqual([])
  const again = await openSqliteRelayStore({ directory: killed })
  expect(holding(killed)).toEqual([])
  expect(await again.row(conversation, 3)).toMatchObject({ erases: [{ seq: 2 }] })
  await again.close()
})

test('[RE24] whoever reads the file meanwhile keeps no commit waiting', async () => {
  const { directory, recall, goOn, read } = await stage()
  const reading = read()
  const start = performance.now()
  await recall()
  await goOn()
  expect(performance.now() - start).toBeLessThan(busyTimeoutMs)
  reading.done()
  await goOn()
  expect(holding(directory)).toEqual([])
})

test('[RE125] after an edit no file of the directory holds the edit before it, after a recall none at all', async () => {
  const directory = temporaryDirectory()
  const store = await openSqliteRelayStore({ directory })
  onTestFinished(async () => store.close())
  const { tom, conversation } = await createTestLunch({ wrap: () => store })
  const pen = createPen({ user: tom.user, client: 7 })
  const message = pen.text('the treasure is somewhere')
  await pushed(tom, conversation, 1, message.update)
  await pushed(tom, conversation, 1, pen.edit(message.id, 'it is under the oak').update)
  expect(holding(directory)).not.toEqual([])
  await pushed(tom, conversation, 1, pen.edit(message.id, 'it is under the elm').update)
  expect(holding(directory)).toEqual([])
  expect(holding(directory, 'under the elm')).not.toEqual([])
  expect(holding(directory, 'the treasure is somewhere')).not.toEqual([])
  await pushed(tom, conversation, 1, pen.recall(message.id).update)
  expect(holding(directory, 'under the elm')).toEqual([])
  expect(holding(directory, 'the treasure is somewhere')).toEqual([])
})

test('[RE305] what is recalled is gone from the journal, and from where the journal has been settled', async () => {
  for (const settled of [false, true]) {
    const directory = temporaryDirectory()
    const store = await openSqliteRelayStore({ directory })
    onTestFinished(async () => store.close())
    const { tom, conversation } = await createTestLunch({ wrap: () => store })
    const pen = createPen({ user: tom.user, client: 7 })
    // More than a page of the file, so that pages of the journal are freed.
    const secrets = Array.from({ length: 40 }, (_, number) =>
      pen.text(`${number}: the treasure is under the oak`),
    )
    for (const { update } of secrets) await pushed(tom, conversation, 1, update)
    if (settled) await store.feed(tom.user, 0, 10, true)
    await pushed(tom, conversation, 1, pen.text('and something else').update)
    expect(holding(directory)).not.toEqual([])
    for (const { id } of secrets) await pushed(tom, conversation, 1, pen.recall(id).update)
    expect(holding(directory)).toEqual([])
    expect(holding(directory, 'and something else')).not.toEqual([])
  }
})

test('[RE128] a mention is gone from the file with its message', async () => {
  const directory = temporaryDirectory()
  const store = await openSqliteRelayStore({ directory })
  onTestFinished(async () => store.close())
  const { tom, mary, conversation } = await createTestLunch({ wrap: () => store })
  const pen = createPen({ user: tom.user, client: 7 })
  const call = pen.call(['Mary', '*'])
  await pushed(tom, conversation, 1, call.update)
  expect(await store.mentionedSince(conversation, 0, 9, mary.user, 9)).toEqual([2])
  await pushed(tom, conversation, 1, pen.recall(call.id).update)
  expect(await store.mentionedSince(conversation, 0, 9, mary.user, 9)).toEqual([])
  const reader = new DatabaseSync(join(directory, 'relay.sqlite'), { readOnly: true })
  expect(reader.prepare('SELECT count(*) AS count FROM mentions').get()).toEqual({ count: 0 })
  reader.close()
})
