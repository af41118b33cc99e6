/** The messages the SDK brings: text, places, bytes, and what stands where one was taken back. */
import type { JsonObject } from '@parley/document'
import type { SendMessage } from '../engine-types.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { badArgument, optionsOf } from './json.ts'
import { Message } from './message.ts'
import { TypedMessage } from './typed-message.ts'

export class TextMessage extends TypedMessage {
  static override readonly TYPE = -1
  constructor(text = '') {
    super(text)
  }
}

/** What stands where a message was taken back: its content is gone everywhere. */
export class RecalledMessage extends Message {
  static override readonly TYPE = -127

  override toContent(): SendMessage {
    throw badArgument('What was taken back cannot be sent again: its content is gone.')
  }
}

export type Location = {
  /** In degrees, from -90 to 90. */
  readonly latitude: number
  /** In degrees, from -180 to 180. */
  readonly longitude: number
}

export class LocationMessage extends TypedMessage {
  static override readonly TYPE = -5
  #location: Location | undefined

  constructor(location?: Location) {
    super()
    if (location !== undefined) this.setLocation(location)
  }

  getLocation(): Location {
    if (this.#location === undefined) throw badArgument('This message has no location yet.')
    return this.#location
  }

  setLocation(location: Location): this {
    const { latitude, longitude } = optionsOf(location, 'Latitude and longitude')
    if (!isLocation(latitude, longitude))
      throw badArgument('A location has a latitude from -90 to 90 and a longitude from -180 to 180.')
    this.#location = { latitude, longitude }
    return this
  }

  get latitude(): number {
    return this.getLocation().latitude
  }
  get longitude(): number {
    return this.getLocation().longitude
  }

  protected override writeBody(): JsonObject {
    const { latitude, longitude } = this
    return { ...super.writeBody(), latitude, longitude }
  }

  protected override readBody(body: JsonObject | undefined): boolean {
    const { latitude, longitude } = body ?? {}
    if (!isLocation(latitude, longitude)) return false
    this.setLocation({ latitude: Number(latitude), longitude: Number(longitude) })
    return super.readBody(body)
  }
}

export function isLocation(latitude: unknown, longitude: unknown): boolean {
  return isWithin(latitude, 90) && isWithin(longitude, 180)
}

function isWithin(degrees: unknown, most: number): boolean {
  return typeof degrees === 'number' && Math.abs(degrees) <= most
}

/** Bytes, for what has a format of its own. They travel as text: a third more. */
export class BinaryMessage extends TypedMessage {
  static override readonly TYPE = -11
  #bytes: Uint8Array | undefined

  constructor(bytes?: Uint8Array | ArrayBuffer) {
    super()
    if (bytes === undefined) return
    if (!(bytes instanceof Uint8Array || bytes instanceof ArrayBuffer))
      throw badArgument('A binary message is made of a Uint8Array or an ArrayBuffer.')
    this.#bytes = new Uint8Array(bytes)
  }

  get bytes(): Uint8Array {
    if (this.#bytes === undefined) throw badArgument('This message has no bytes yet.')
    return new Uint8Array(this.#bytes)
  }

  protected override writeBody(): JsonObject {
    return { ...super.writeBody(), bytes: toBase64(this.bytes) }
  }

  protected override readBody(body: JsonObject | undefined): boolean {
    const written = body?.['bytes']
    const bytes = typeof written === 'string' ? fromBase64(written) : undefined
    if (bytes === undefined) return false
    this.#bytes = bytes
    return super.readBody(body)
  }
}
