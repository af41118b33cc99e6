/**
 * A crowd of devices that do at random what devices do, over a relay that dies now and then. Each keeps what it has sent
 * until it is answered for good, and sends it again after a restart, as the client does.
 */
import type { ConversationId, EntryId, ItemId } from '@parley/document'
import type { Any, RelayFrame, Verdict } from '@parley/wire'
import type { MemoryDisk } from '../memory-store.ts'
import type { RelayStore } from '../store.ts'
import { makeMortal, type Mortal } from './mortal-store.ts'
import { createPen, type Pen, testEntryId } from './pen.ts'
import { createTestDevice, settle, testConversationId, type TestDevice } from './test-device.ts'
import { creation } from './test-lunch.ts'
import { createTestRelay, type TestRelay } from './test-relay.ts'

export type Step =
  | { readonly do: 'write'; readonly who: number; readonly count: number }
  | { readonly do: 'call'; readonly who: number; readonly whom: number }
  | { readonly do: 'recall' | 'edit' | 'react'; readonly who: number; readonly which: number }
  | { readonly do: 'again'; readonly who: number; readonly which: number }
  | {
      readonly do: 'invite' | 'remove' | 'join' | 'quit' | 'block' | 'unblock' | 'promote'
      readonly who: number
      readonly whom: number
    }
  | { readonly do: 'policy'; readonly past: 'shown' | 'hidden' }
  | { readonly do: 'settle' | 'restart' }
  | { readonly do: 'die'; readonly calls: number; readonly reaches: boolean }

interface Sent {
  readonly page: number
  readonly place: ItemId
  readonly id: EntryId
  readonly update: Uint8Array
  verdict: Verdict | undefined
}

interface Person {
  readonly name: string
  device: TestDevice
  readonly pens: Map<number, Pen>
  readonly sent: Sent[]
  readonly commands: { readonly id: string; readonly command: Any; answer: string | undefined }[]
}

export interface Crowd {
  readonly conversation: ConversationId
  readonly people: readonly Person[]
  readonly faults: readonly unknown[]
  run(steps: readonly Step[]): Promise<void>
  /** Everybody sends everything again, and waits. Answers the verdicts, in no order. */
  repeatAll(): Promise<readonly { readonly sent: Sent; readonly verdict: Verdict }[]>
}

const names = ['Tom', 'Mary', 'Ada', 'Eve']
const pageLimits = { maxPageEntries: 7, maxTurnUpdates: 5 }

/** `open`: another store over the same data, after a death. The disk is looked at to know what a device would know. */
export async function createCrowd(open: () => Promise<RelayStore>, look: () => View): Promise<Crowd> {
  const conversation = testConversationId(1)
  const faults: unknown[] = []
  let mortal: Mortal
  let test: TestRelay
  const start = async (): Promise<void> => {
    const made = makeMortal(await open())
    mortal = made
    test = createTestRelay({ wrap: () => made.store, limits: pageLimits })
  }
  await start()
  const people = names.map((name, index): Person => ({
    name,
    device: connect(name, index),
    pens: new Map(),
    sent: [],
    commands: [],
  }))

  function connect(user: string, index: number): TestDevice {
    return createTestDevice(test.relay, { user, device: index + 1 })
  }

  const command = (person: Person, what: Any): void => {
    const id = testEntryId()
    person.commands.push({ id, command: what, answer: undefined })
    person.device.command(conversation, what, id)
  }

  const write = (
    person: Person,
    make: (pen: Pen) => ReturnType<Pen['text']>,
    page: number,
    count: number,
  ): void => {
    takeAnswers()
    const pen = usablePen(person, page) ?? newPen(person, look().lastOn(page))
    person.pens.set(page, pen)
    const made = Array.from({ length: count }, () => make(pen))
    for (const { client, clock, id, update } of made) {
      person.sent.push({ page, place: { client, clock }, id, update, verdict: undefined })
    }
    person.device.push(
      conversation,
      page,
      made.map(({ update }) => update),
    )
  }

  const takeAnswers = (): void => {
    for (const person of people) for (const frame of person.device.frames) keepAnswer(person, frame)
    faults.push(...test.faults)
  }

  const restart = async (): Promise<void> => {
    takeAnswers()
    mortal.dieIn(0, false)
    await start()
    for (const [index, person] of people.entries()) {
      person.device = connect(person.name, index)
      // Bytes that are not answered for good would be written anew; whoever rewrites begins with fresh client ids.
      person.pens.clear()
      for (const { id, command: what, answer } of person.commands) {
        if (answer === undefined) person.device.command(conversation, what, id)
      }
      for (const sent of person.sent) {
        if (sent.verdict === undefined) person.device.push(conversation, sent.page, [sent.update])
      }
    }
    await settle()
  }

  const take = async (step: Step): Promise<void> => {
    switch (step.do) {
      case 'settle':
        await settle()
        break
      case 'restart':
        await restart()
        break
      case 'die':
        mortal.dieIn(step.calls, step.reaches)
        break
      case 'write':
        write(personAt(people, step.who), (pen) => pen.text('hello'), look().pages, step.count)
        break
      case 'call': {
        const whom = step.whom === step.who ? '*' : personAt(people, step.whom).name
        write(personAt(people, step.who), (pen) => pen.call([whom]), look().pages, 1)
        break
      }
      case 'recall':
      case 'edit':
      case 'react': {
        const person = personAt(people, step.who)
        const target = person.sent[step.which % Math.max(1, person.sent.length)]
        if (target !== undefined) write(person, operationOn(step.do, target.id), target.page, 1)
        break
      }
      case 'again': {
        const person = personAt(people, step.who)
        const sent = person.sent[step.which % Math.max(1, person.sent.length)]
        if (sent !== undefined) person.device.push(conversation, sent.page, [sent.update])
        break
      }
      case 'invite':
        command(personAt(people, step.who), { op: 'add', members: [personAt(people, step.whom).name] })
        break
      case 'remove':
      case 'block':
      case 'unblock':
        command(personAt(people, step.who), { op: step.do, members: [personAt(people, step.whom).name] })
        break
      case 'promote': {
        const members = [personAt(people, step.whom).name]
        command(personAt(people, step.who), { op: 'role', members, role: 'manager' })
        break
      }
      case 'policy':
        for (const person of people) command(person, { op: 'update', policy: { past: step.past } })
        break
      case 'join':
      case 'quit':
        command(personAt(people, step.who), { op: step.do })
        break
    }
  }

  command(personAt(people, 0), creation('Mary'))
  await settle()

  return {
    conversation,
    people,
    faults,
    async run(steps) {
      for (const step of steps) {
        await take(step)
        if (mortal.dead) await restart()
      }
      await settle()
      // The last relay lives, and everybody has sent it what was still unanswered.
      await restart()
      takeAnswers()
    },
    async repeatAll() {
      const repeated = []
      for (const person of people) {
        for (const sent of person.sent) {
          await person.device.take('answer')
          person.device.push(conversation, sent.page, [sent.update])
          const [answer] = await person.device.take('answer')
          const verdict = answer?.answers[0]?.verdict
          if (verdict === undefined) throw new Error('a push was not answered')
          repeated.push({ sent, verdict })
        }
      }
      faults.push(...test.faults)
      return repeated
    },
  }
}

function operationOn(
  op: 'recall' | 'edit' | 'react',
  target: EntryId,
): (pen: Pen) => ReturnType<Pen['text']> {
  if (op === 'recall') return (pen) => pen.recall(target)
  return op === 'edit' ? (pen) => pen.edit(target, 'hallo', ['*']) : (pen) => pen.react(target, '👍')
}

function keepAnswer(person: Person, frame: RelayFrame): void {
  if (frame.frame === 'command-answer') {
    const kept = person.commands.find(({ id }) => id === frame.id)
    if (kept !== undefined) kept.answer ??= JSON.stringify({ ...frame.verdict, class: '' })
  }
  if (frame.frame !== 'answer') return
  for (const { page, client, clock, verdict } of frame.answers) {
    const sent = person.sent.find(
      (one) => one.page === page && one.place.client === client && one.place.clock === clock,
    )
    if (sent !== undefined && verdict.class !== 'later') sent.verdict ??= verdict
  }
}

function personAt(people: readonly Person[], index: number): Person {
  const person = people[index % people.length]
  if (person === undefined) throw new Error('there is nobody')
  return person
}

let clients = 1000

/** What follows a refusal or a rewrite is a gap: from there on one writes under another client id. */
function usablePen({ pens, sent }: Person, page: number): Pen | undefined {
  const pen = pens.get(page)
  const last = sent.findLast(({ place }) => place.client === pen?.origin?.client)
  return last?.verdict === undefined || last.verdict.class === 'accepted' ? pen : undefined
}

function newPen({ device }: Person, origin: ItemId | null): Pen {
  clients += 1
  return createPen({ user: device.user, client: clients, origin })
}

/** What a device would know of the conversation. */
export interface View {
  readonly pages: number
  lastOn(page: number): ItemId | null
}

export function viewOf(disk: MemoryDisk, conversation: ConversationId): View {
  const held = disk.conversations.get(conversation)
  return {
    pages: held?.record.pages ?? 1,
    lastOn(page) {
      const seq = held?.pageRows.get(page)?.at(-1)
      const row = seq === undefined ? undefined : held?.rows[seq - 1]
      return row === undefined ? null : { client: row.client, clock: row.clock }
    },
  }
}
