/** A file by its address: where it lies, and what its sender says of it. The bytes lie elsewhere, and nothing here loads them. */
import type { JsonObject, JsonValue } from '@parley/document'
import { badArgument, isJsonObject, jsonObjectOf } from './json.ts'

export interface MessageFileFields {
  /** http: or https:, whole. */
  readonly url: string
  readonly name?: string | undefined
  readonly mimeType?: string | undefined
  /** In bytes. */
  readonly size?: number | undefined
  /** In pixels. */
  readonly width?: number | undefined
  readonly height?: number | undefined
  /** In seconds. */
  readonly duration?: number | undefined
  /** Whatever else the app says of it. */
  readonly metaData?: JsonObject | undefined
}

export class MessageFile {
  readonly name: string | undefined
  readonly mimeType: string | undefined
  readonly size: number | undefined
  readonly width: number | undefined
  readonly height: number | undefined
  readonly duration: number | undefined
  readonly #url: string
  readonly #metaData: JsonObject

  constructor(fields: MessageFileFields) {
    if (typeof fields !== 'object' || fields === null) throw badArgument('A file is given as { url, … }.')
    this.#url = address(fields.url)
    this.name = text(fields.name, 'name')
    this.mimeType = text(fields.mimeType, 'mimeType')
    this.size = figure(fields.size, 'size')
    this.width = figure(fields.width, 'width')
    this.height = figure(fields.height, 'height')
    this.duration = figure(fields.duration, 'duration')
    this.#metaData =
      fields.metaData === undefined ? {} : jsonObjectOf(fields.metaData, 'The metaData of a file')
  }

  static withURL(
    name: string,
    url: string,
    fields: Omit<MessageFileFields, 'url' | 'name'> = {},
  ): MessageFile {
    return new MessageFile({ ...fields, name, url })
  }

  url(): string {
    return this.#url
  }

  /** One thing that is said of it, or all of them. */
  metaData(): JsonObject
  metaData(key: string): JsonValue | undefined
  metaData(key?: string): JsonValue | undefined {
    const { size, width, height, duration, mimeType } = this
    const all: JsonObject = { ...this.#metaData, ...present({ size, width, height, duration, mimeType }) }
    if (key === undefined) return all
    return Object.hasOwn(all, key) ? all[key] : undefined
  }

  toJSON(): JsonObject {
    const { name, mimeType, size, width, height, duration } = this
    return {
      url: this.#url,
      ...present({ name, mimeType, size, width, height, duration }),
      ...(Object.keys(this.#metaData).length === 0 ? undefined : { metaData: this.#metaData }),
    }
  }
}

/** Of a body that arrived; undefined when that is no file. */
export function readFile(value: JsonValue | undefined): MessageFile | undefined {
  if (!isJsonObject(value)) return undefined
  const { url, name, mimeType, size, width, height, duration, metaData } = value
  if (!isAddress(url) || !isName(name) || !isName(mimeType)) return undefined
  if (!isFigure(size) || !isFigure(width) || !isFigure(height) || !isFigure(duration)) return undefined
  if (metaData !== undefined && !isJsonObject(metaData)) return undefined
  return new MessageFile({ url, name, mimeType, size, width, height, duration, metaData })
}

function present(values: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  const entries = Object.entries(values)
  return Object.fromEntries(entries.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined))
}

/** An address of another kind could be a script: it is put into pages by people who trust it. */
function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\/[^\s\p{Cc}]+$/iu.test(value)
}

function isName(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function isFigure(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value) && value >= 0)
}

function address(url: unknown): string {
  if (isAddress(url)) return url
  throw badArgument('The url of a file is a whole address that begins with http:// or https://.')
}

function text(value: unknown, what: string): string | undefined {
  if (isName(value)) return value
  throw badArgument(`The ${what} of a file is a text.`)
}

function figure(value: unknown, what: string): number | undefined {
  if (isFigure(value)) return value
  throw badArgument(`The ${what} of a file is a number that is not negative.`)
}
