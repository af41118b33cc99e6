import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { testConversationId } from '../testing/test-device.ts'
import { openDevice, startTestServer, testToken } from './server.test-kit.ts'
import { maxReadersPerDocument } from './y-limits.ts'
import { membershipEndedCode } from './y-reader.ts'
import { type Stock, stage, synced, texts } from './y-stage.test-kit.ts'

/** What a socket is told instead of being opened. */
async function refusal(url: string, protocols: readonly string[], headers: object = {}): Promise<string> {
  const socket = new WebSocket(url, [...protocols], { headers: { ...headers } })
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      reject(new Error('it was let in'))
    })
    socket.on('error', () => undefined)
    socket.on('unexpected-response', (_request, response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        body += part
      })
      response.on('end', () => {
        resolve(`${response.statusCode} ${body}`)
      })
    })
  })
}

test('[RE110] a stock provider gets a page, and the head', async () => {
  const { conversation, provide, push, pen } = await stage()
  await push([pen.text('one').update, pen.text('two').update])
  const page = await provide('Mary', `c/${conversation}/1`)
  await synced(page)
  expect(texts(page.doc)).toEqual(['one', 'two'])
  const head = await provide('Mary', `c/${conversation}`)
  await synced(head)
  const { info, members } = head.doc.getMap('head').toJSON() as { info: object; members: object }
  expect(info).toMatchObject({ name: 'Lunch' })
  expect(Object.keys(members).toSorted()).toEqual(['Mary', 'Tom'])
})

test('[RE110] a provider that comes back gets what it lacks', async () => {
  const { conversation, provide, push, pen } = await stage()
  await push([pen.text('one').update])
  const mary = await provide('Mary', `c/${conversation}/1`)
  await synced(mary)
  mary.provider.disconnect()
  await push([pen.text('two').update])
  mary.provider.connect()
  await mary.when((doc) => texts(doc).length === 2)
  expect(texts(mary.doc)).toEqual(['one', 'two'])
})

test('[RE103] the relay chooses its subprotocol and never repeats the token', async () => {
  const { server, conversation } = await stage()
  const token = await testToken('Mary')
  for (const protocols of [
    ['parley.y1', `token.${token}`],
    [`token.${token}`, 'parley.y1'],
  ]) {
    const socket = new WebSocket(`${server.ws}/y/c/${conversation}/1`, protocols)
    const answer = await new Promise<string>((resolve, reject) => {
      socket.on('upgrade', (response) => {
        resolve(JSON.stringify(response.headers))
      })
      socket.on('error', reject)
    })
    expect(answer).toContain('parley.y1')
    expect(answer).not.toContain(token.slice(0, 10))
    socket.terminate()
  }
})

test('[RE104] without a token that holds there is no way in, and a token in the URL is none', async () => {
  const { server, conversation } = await stage()
  const url = `${server.ws}/y/c/${conversation}/1`
  const token = await testToken('Mary')
  const wrong: readonly (readonly [string, readonly string[]])[] = [
    [url, []],
    [url, ['parley.y1']],
    [url, [`token.${token}`]],
    [`${url}?token=${token}`, ['parley.y1']],
    [url, ['parley.y1', `token.${token}x`]],
    [url, ['parley.y1', 'token.']],
    [url, ['parley.y1', `token.${await testToken('Mary', -31)}`]],
    [url, ['parley.y1', `token.${token}`, `token.${await testToken('Tom')}`]],
  ]
  for (const [where, protocols] of wrong) {
    const answer = await refusal(where, protocols)
    // One in the address is not even looked at (RE204).
    expect(answer).toMatch(where === url ? /^401 / : /^40[01] /)
    expect(answer).not.toContain(token.slice(0, 10))
  }
})

test('[RE104] what does not exist and what is not his get the same answer', async () => {
  const { server, conversation, push, pen, command } = await stage()
  await push([pen.text('one').update])
  const ask = async (user: string, name: string): Promise<string> =>
    refusal(`${server.ws}/y/${name}`, ['parley.y1', `token.${await testToken(user)}`])
  const absent = await ask('Mary', `c/${testConversationId(999_999)}/1`)
  expect(absent).toMatch(/^404 /)
  for (const name of [`c/${conversation}`, `c/${conversation}/1`]) expect(await ask('Eve', name)).toBe(absent)
  expect(await ask('Mary', `c/${conversation}/2`)).toBe(absent)
  const mary = await openDevice(server.ws, 'Mary')
  await command(mary, { op: 'quit' })
  for (const name of [`c/${conversation}`, `c/${conversation}/1`])
    expect(await ask('Mary', name)).toBe(absent)
})

test(
  '[RE104] a document has so many readers, and one more is told so, but no stranger',
  { timeout: 60_000 },
  async () => {
    const { server, conversation, command, tom } = await stage()
    const url = `${server.ws}/y/c/${conversation}`
    const [mary, eve] = [`token.${await testToken('Mary')}`, `token.${await testToken('Eve')}`]
    const open = async (token = mary): Promise<WebSocket> => {
      const socket = new WebSocket(url, ['parley.y1', token])
      await once(socket, 'open')
      return socket
    }
    const sockets: WebSocket[] = []
    // One of them may not have them all (RE262).
    const others = Array.from({ length: maxReadersPerDocument / 50 }, (_, index) => `Jerry${index}`)
    await command(tom, { op: 'add', members: others })
    for (const user of others) {
      const token = `token.${await testToken(user)}`
      sockets.push(...(await Promise.all(Array.from({ length: 50 }, async () => open(token)))))
    }
    expect(await refusal(url, ['parley.y1', mary])).toMatch(/^503 /)
    expect(await refusal(url, ['parley.y1', eve])).toMatch(/^404 /)
    sockets.pop()?.terminate()
    const tried = async (): Promise<boolean> =>
      open().then(
        (socket) => sockets.push(socket) > 0,
        () => false,
      )
    await expect.poll(tried, { timeout: 20_000 }).toBe(true)
    for (const socket of sockets) socket.terminate()
  },
)

test.each([
  '',
  'c',
  'c/',
  'c/a b',
  'c/x/0',
  'c/x/-1',
  'c/x/1/2',
  'c/x/1.5',
  '../../etc/passwd',
  '%ff',
  `c/${'x'.repeat(65)}`,
])('[RE104] %s names no document', async (name) => {
  const server = await startTestServer()
  onTestFinished(server.dispose)
  const token = await testToken('Mary')
  expect(await refusal(`${server.ws}/y/${name}`, ['parley.y1', `token.${token}`])).toMatch(/^404 /)
})

test('[RE85] a page of another origin is not let in here either', async () => {
  const { server, conversation } = await stage()
  const token = await testToken('Mary')
  const answer = await refusal(`${server.ws}/y/c/${conversation}/1`, ['parley.y1', `token.${token}`], {
    Origin: 'https://evil.example',
  })
  expect(answer).toMatch(/^403 /)
})

test('[RE116] what is accepted follows at once', async () => {
  const { conversation, provide, push, pen, command, tom } = await stage()
  await push([pen.text('one').update])
  const page = await provide('Mary', `c/${conversation}/1`)
  const head = await provide('Mary', `c/${conversation}`)
  await Promise.all([synced(page), synced(head)])
  await push([pen.text('two').update, pen.text('three').update])
  await page.when((doc) => texts(doc).length === 3)
  expect(texts(page.doc)).toEqual(['one', 'two', 'three'])
  await command(tom, { op: 'add', members: ['Jerry'] })
  await head.when((doc) => (doc.getMap('head').get('members') as Y.Map<unknown>).has('Jerry'))
  expect(texts(head.doc)).toEqual([])
})

test('[RE116] what is recalled is deleted: where it was shown, for who was away, and for newcomers', async () => {
  const { conversation, provide, push, pen } = await stage()
  const one = pen.text('one')
  await push([one.update, pen.text('two').update])
  const name = `c/${conversation}/1`
  const [live, away] = [await provide('Mary', name), await provide('Tom', name)]
  await Promise.all([synced(live), synced(away)])
  away.provider.disconnect()
  await push([pen.recall(one.id).update])
  away.provider.connect()
  const newcomer = await provide('Mary', name)
  await synced(newcomer)
  for (const { doc, when } of [live, away, newcomer]) {
    await when((now) => texts(now).length === 2)
    expect(texts(doc)).toEqual(['two', 'recall'])
    expect(Buffer.from(Y.encodeStateAsUpdate(doc)).includes('one')).toBe(false)
  }
})

test('[RE115] a page of more rows than one transaction takes is there whole', async () => {
  const { conversation, provide, push, pen } = await stage()
  const wanted = Array.from({ length: 250 }, (_, index) => `text ${index}`)
  for (let from = 0; from < wanted.length; from += 50) {
    await push(wanted.slice(from, from + 50).map((text) => pen.text(text).update))
  }
  const page = await provide('Mary', `c/${conversation}/1`)
  await synced(page)
  expect(texts(page.doc)).toEqual(wanted)
})

test('[RE117] who is removed hears of it, and of nothing after it', async () => {
  const { conversation, provide, push, pen, command, tom } = await stage()
  await push([pen.text('one').update])
  const page = await provide('Mary', `c/${conversation}/1`)
  await synced(page)
  const closed = new Promise((resolve) => {
    page.provider.once('closed', resolve)
  })
  await command(tom, { op: 'remove', members: ['Mary'] })
  await push([pen.text('two').update])
  expect(await closed).toEqual({ code: membershipEndedCode, reason: 'membership-ended' })
  expect(texts(page.doc)).toEqual(['one'])
})

test('[RE117] who leaves by himself is let go as well', async () => {
  const { server, conversation, provide, command } = await stage()
  const head = await provide('Mary', `c/${conversation}`)
  await synced(head)
  const closed = new Promise((resolve) => {
    head.provider.once('closed', resolve)
  })
  await command(await openDevice(server.ws, 'Mary'), { op: 'quit' })
  expect(await closed).toMatchObject({ code: membershipEndedCode })
  expect((head.doc.getMap('head').get('members') as Y.Map<unknown>).has('Mary')).toBe(false)
})

test('[RE112] readers of one document see each other, and see each other go', async () => {
  const { conversation, provide } = await stage()
  const name = `c/${conversation}`
  const [mary, tom] = [await provide('Mary', name), await provide('Tom', name)]
  const sees = async (
    stock: Stock,
    says: (states: ReadonlyMap<number, object>) => boolean,
  ): Promise<void> => {
    const { awareness } = stock.provider
    if (says(awareness.getStates())) return
    await new Promise<void>((resolve) => {
      awareness.on('change', () => {
        if (says(awareness.getStates())) resolve()
      })
    })
  }
  await Promise.all([synced(mary), synced(tom)])
  tom.provider.awareness.setLocalStateField('user', { name: 'Tom' })
  mary.provider.awareness.setLocalStateField('user', { name: 'Mary' })
  await sees(tom, (states) => JSON.stringify(states.get(mary.doc.clientID)) === '{"user":{"name":"Mary"}}')
  const later = await provide('Tom', name)
  await sees(later, (states) => states.has(mary.doc.clientID) && states.has(tom.doc.clientID))
  later.provider.awareness.setLocalStateField('user', { name: 'Tom again' })
  await sees(tom, (states) => states.has(later.doc.clientID))
  mary.provider.disconnect()
  await sees(tom, (states) => !states.has(mary.doc.clientID))
  await sees(later, (states) => !states.has(mary.doc.clientID))
  const newcomer = await provide('Mary', name)
  await sees(newcomer, (states) => states.has(later.doc.clientID) && states.has(tom.doc.clientID))
  expect(newcomer.provider.awareness.getStates().has(mary.doc.clientID)).toBe(false)
})
