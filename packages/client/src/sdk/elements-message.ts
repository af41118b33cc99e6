/** A message of several elements, shown in their order: text and pictures in one, as TIM knows it. */
import type { JsonObject, JsonValue } from '@parley/document'
import { isLocation, type Location } from './built-in-messages.ts'
import { badArgument, isJsonObject, jsonObjectOf, jsonOf, quoted } from './json.ts'
import { MessageFile, type MessageFileFields, readFile } from './message-file.ts'
import { TypedMessage } from './typed-message.ts'

type FileKind = 'image' | 'audio' | 'video' | 'file'

export type MessageElement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: FileKind; readonly file: MessageFile }
  | ({ readonly kind: 'location'; readonly description?: string } & Location)
  /** A sticker of the app's own set. */
  | { readonly kind: 'face'; readonly index: number; readonly data?: string }
  | { readonly kind: 'custom'; readonly data: JsonValue; readonly description?: string }
  /** Of another build: what it is nobody here can say, and it travels on as it came. */
  | { readonly kind: 'unknown'; readonly raw: JsonValue }

/** As apps give them: a file may be given by its fields. */
export type GivenElement =
  | MessageElement
  | { readonly kind: FileKind; readonly file: MessageFile | MessageFileFields }

const kinds: readonly MessageElement['kind'][] = [
  'text',
  'image',
  'audio',
  'video',
  'file',
  'location',
  'face',
  'custom',
  'unknown',
]

export class ElementsMessage extends TypedMessage {
  static override readonly TYPE = -10
  #elements: readonly MessageElement[] = []

  constructor(elements?: readonly GivenElement[]) {
    super()
    if (elements !== undefined) this.setElements(elements)
  }

  get elements(): readonly MessageElement[] {
    return this.#elements
  }

  setElements(elements: readonly GivenElement[]): this {
    if (!Array.isArray(elements) || elements.length === 0)
      throw badArgument('A message of elements has at least one of them, in a list.')
    this.#elements = elements.map(checked)
    return this
  }

  protected override writeBody(): JsonObject {
    if (this.#elements.length === 0) throw badArgument('This message has no elements yet.')
    return { ...super.writeBody(), elements: this.#elements.map(write) }
  }

  protected override readBody(body: JsonObject | undefined): boolean {
    const list: unknown = body?.['elements']
    if (!Array.isArray(list) || list.length === 0) return false
    this.#elements = list.map((one: JsonValue) => read(one) ?? { kind: 'unknown', raw: one })
    return super.readBody(body)
  }
}

function checked(given: GivenElement): MessageElement {
  if (typeof given !== 'object' || given === null) throw badArgument('An element is an object with a kind.')
  if (!isKind(given.kind)) throw badArgument(`${namedKind(given.kind)} There are ${kinds.join(', ')}.`)
  if (given.kind === 'unknown') return { kind: 'unknown', raw: jsonOf(given.raw, 'An element') }
  const element = read(jsonObjectOf(write(given), 'An element'))
  if (element === undefined)
    throw badArgument(`An element of kind “${given.kind}” is not what its kind asks for.`)
  return element
}

/** What was given as a kind, in words. */
function namedKind(kind: unknown): string {
  if (kind === undefined) return 'An element has a kind, and this one has none.'
  return typeof kind === 'string'
    ? `${quoted(kind)} is no kind of an element.`
    : 'The kind of an element is a text.'
}

function isFileKind(kind: string): boolean {
  return kind === 'image' || kind === 'audio' || kind === 'video' || kind === 'file'
}

function isKind(kind: unknown): boolean {
  return kinds.some((one) => one === kind)
}

function write(element: GivenElement): JsonValue {
  if (element.kind === 'unknown') return element.raw
  if (!('file' in element)) {
    if (isFileKind(element.kind)) throw badArgument(`An element of kind “${element.kind}” has a file.`)
    return element
  }
  const file = element.file instanceof MessageFile ? element.file : new MessageFile(element.file)
  return { kind: element.kind, file: file.toJSON() }
}

function read(value: JsonValue): MessageElement | undefined {
  if (!isJsonObject(value)) return undefined
  const { kind } = value
  if (typeof kind !== 'string') return undefined
  switch (kind) {
    case 'text': {
      const { text } = value
      return typeof text === 'string' ? { kind: 'text', text } : undefined
    }
    case 'image':
    case 'audio':
    case 'video':
    case 'file': {
      const file = readFile(value['file'])
      return file === undefined ? undefined : { kind, file }
    }
    case 'location':
      return readLocation(value)
    case 'face':
      return readFace(value)
    case 'custom': {
      const { data } = value
      return data === undefined ? undefined : { kind: 'custom', data, ...described(value) }
    }
    default:
      return undefined
  }
}

function readLocation(value: JsonObject): MessageElement | undefined {
  const { latitude, longitude } = value
  if (!isLocation(latitude, longitude)) return undefined
  return {
    kind: 'location',
    latitude: Number(latitude),
    longitude: Number(longitude),
    ...described(value),
  }
}

function readFace({ index, data }: JsonObject): MessageElement | undefined {
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) return undefined
  return { kind: 'face', index, ...(typeof data === 'string' ? { data } : undefined) }
}

function described({ description }: JsonObject): { readonly description?: string } {
  return typeof description === 'string' ? { description } : {}
}
