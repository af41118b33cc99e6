/** An attribute under a name of its own: `conversation.topic` instead of `conversation.get('attr.topic')`. Rule CL182. */
import { Conversation } from './conversation.ts'
import { badArgument } from './json.ts'

/** Without a descriptor the name is that of the attribute. */
export function defineConversationProperty(
  name: string,
  descriptor: PropertyDescriptor & ThisType<Conversation> = attribute(name),
): void {
  if (typeof name !== 'string' || name === '') throw badArgument('A property is named by a text.')
  if (name in Conversation.prototype || ownProperties.has(name))
    throw badArgument(`Every conversation has “${name}” already: give the property another name.`)
  Object.defineProperty(Conversation.prototype, name, { ...descriptor, configurable: false })
}

const ownProperties: ReadonlySet<string> = new Set(['id', 'confirmed'])

function attribute(name: string): PropertyDescriptor & ThisType<Conversation> {
  return {
    get() {
      return this.get(`attr.${name}`)
    },
    set(value: unknown) {
      this.set(`attr.${name}`, value)
    },
  }
}
