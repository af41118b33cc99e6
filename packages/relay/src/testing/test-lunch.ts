/** A conversation that exists: Tom has made it and owns it, Mary is in it, Eve is not. */
import type { ConversationId } from '@parley/document'
import type { Any, CommandVerdict, Verdict } from '@parley/wire'
import { createTestDevice, settle, testConversationId, type TestDevice } from './test-device.ts'
import { createTestRelay, type TestRelay, type TestRelayOptions } from './test-relay.ts'

export interface TestLunch extends TestRelay {
  readonly conversation: ConversationId
  readonly tom: TestDevice
  readonly mary: TestDevice
  readonly eve: TestDevice
}

/** The command that makes a group with a random id. */
export function creation(...members: readonly string[]): Readonly<Record<string, Any>> {
  return { op: 'create', kind: 'group', unique: false, members, name: 'Lunch', attributes: {} }
}

export async function createTestLunch(options: TestRelayOptions = {}): Promise<TestLunch> {
  const test = createTestRelay(options)
  const conversation = testConversationId(1)
  const [tom, mary, eve] = ['Tom', 'Mary', 'Eve'].map((user) => createTestDevice(test.relay, { user }))
  if (tom === undefined || mary === undefined || eve === undefined) throw new Error('three devices were made')
  await settle()
  const verdict = await commanded(tom, conversation, creation('Mary'))
  if (verdict.class !== 'accepted') throw new Error('the conversation was not made')
  return { ...test, conversation, tom, mary, eve }
}

/** Sends a push and waits for what each of its updates is answered. */
export async function pushed(
  device: TestDevice,
  conversation: string,
  page: number,
  ...updates: readonly Uint8Array[]
): Promise<readonly Verdict[]> {
  await device.take('answer')
  device.push(conversation, page, updates)
  const answers = await device.take('answer')
  return answers.flatMap((frame) => frame.answers.map(({ verdict }) => verdict))
}

/** Sends a command and waits for its verdict. */
export async function commanded(
  device: TestDevice,
  conversation: string,
  command: Any,
  id?: string,
): Promise<CommandVerdict> {
  await device.take('command-answer')
  device.command(conversation, command, id)
  const [answer] = await device.take('command-answer')
  if (answer === undefined) throw new Error('the command was not answered')
  return answer.verdict
}
