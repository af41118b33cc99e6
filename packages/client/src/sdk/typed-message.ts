/**
 * Messages with a type of their own: the SDK's, and those of apps. An app's class gets its number from `messageType` and
 * names with `messageField` which of its properties travel; both are decorators and plain functions alike.
 */
import type { JsonObject, JsonValue } from '@parley/document'
import { badArgument, jsonOf, listOf } from './json.ts'
import { Message } from './message.ts'

export type TypedMessageClass = abstract new (...given: never[]) => TypedMessage

export class TypedMessage extends Message {
  protected override writeBody(): JsonObject | undefined {
    const names = fieldsOf(this)
    const rest = super.writeBody()
    if (names.length === 0) return rest
    const body: { [key: string]: JsonValue } = { ...rest }
    for (const name of names) {
      const value: unknown = Reflect.get(this, name)
      if (value === undefined) delete body[name]
      else body[name] = jsonOf(value, `The field “${name}”`)
    }
    return body
  }

  protected override readBody(body: JsonObject | undefined): boolean {
    const before = super.writeBody()
    for (const name of fieldsOf(this)) {
      if (body !== undefined && Object.hasOwn(body, name)) Reflect.set(this, name, jsonOf(body[name], name))
      // What an edit took out; what was never there stays as the class made it.
      else if (before !== undefined && Object.hasOwn(before, name)) Reflect.set(this, name, undefined)
    }
    return super.readBody(body)
  }
}

const largestType = 0x7fffffff

/** `messageType(1)(MyMessage)`, or `@messageType(1)`: the number of a class of the app's own. */
export function messageType(type: number): <C extends TypedMessageClass>(target: C) => C {
  if (!Number.isInteger(type) || type < 1 || type > largestType)
    throw badArgument(`The type of an app's own message is a whole number from 1 to ${largestType}.`)
  return (target) => {
    typedClass(target)
    Object.defineProperty(target, 'TYPE', { value: type, enumerable: true, configurable: true })
    return target
  }
}

/** `messageField(['eyes'])(MyMessage)`, or `@messageField(['eyes'])`: properties that travel with the message. */
export function messageField(
  fields: string | readonly string[],
): <C extends TypedMessageClass>(target: C) => C {
  const names: readonly unknown[] =
    typeof fields === 'string' ? [fields] : listOf(fields, 'The fields of a message')
  return (target) => {
    const prototype = typedClass(target)
    const known = declared.get(prototype) ?? []
    declared.set(prototype, [...new Set([...known, ...names.map((name) => fieldName(name, prototype))])])
    return target
  }
}

/** By the prototype of the class that declared them. */
const declared = new WeakMap<object, readonly string[]>()

/** Those of its class and of the classes that one extends, theirs first. */
function fieldsOf(message: object): readonly string[] {
  const prototype: unknown = Object.getPrototypeOf(message)
  if (typeof prototype !== 'object' || prototype === null) return []
  return [...fieldsOf(prototype), ...(declared.get(prototype) ?? [])]
}

function typedClass(target: TypedMessageClass): TypedMessage {
  const prototype: unknown = typeof target === 'function' ? target.prototype : undefined
  if (prototype instanceof TypedMessage) return prototype
  throw badArgument('A message class of the app’s own extends TypedMessage.')
}

const ownProperties: ReadonlySet<string> = new Set(Object.keys(new Message()))

function fieldName(name: unknown, prototype: TypedMessage): string {
  if (typeof name !== 'string' || name === '') throw badArgument('A field is named by a text.')
  const parent: unknown = Object.getPrototypeOf(prototype)
  if (ownProperties.has(name) || (typeof parent === 'object' && parent !== null && name in parent))
    throw badArgument(`Every message has “${name}” already: give the field another name.`)
  return name
}
