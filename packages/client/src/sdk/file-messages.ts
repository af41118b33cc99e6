/** Messages around a file: images, audio, video, and files of any kind. A caption is their text. */
import type { JsonObject } from '@parley/document'
import { badArgument } from './json.ts'
import { MessageFile, type MessageFileFields, readFile } from './message-file.ts'
import { TypedMessage } from './typed-message.ts'

/** What the four have in common. */
abstract class MessageWithFile extends TypedMessage {
  #file: MessageFile | undefined

  constructor(file?: MessageFile | MessageFileFields) {
    super()
    if (file !== undefined) this.#file = file instanceof MessageFile ? file : new MessageFile(file)
  }

  getFile(): MessageFile {
    if (this.#file === undefined) throw badArgument('This message has no file: give it one when it is made.')
    return this.#file
  }

  get file(): MessageFile {
    return this.getFile()
  }

  protected override writeBody(): JsonObject {
    return { ...super.writeBody(), file: this.file.toJSON() }
  }

  protected override readBody(body: JsonObject | undefined): boolean {
    const file = readFile(body?.['file'])
    if (file === undefined) return false
    this.#file = file
    return super.readBody(body)
  }
}

type Rest = Omit<MessageFileFields, 'url'>

export class ImageMessage extends MessageWithFile {
  static override readonly TYPE = -2
  static fromURL(url: string, rest: Rest = {}): ImageMessage {
    return new ImageMessage({ ...rest, url })
  }
}

export class AudioMessage extends MessageWithFile {
  static override readonly TYPE = -3
  static fromURL(url: string, rest: Rest = {}): AudioMessage {
    return new AudioMessage({ ...rest, url })
  }
}

export class VideoMessage extends MessageWithFile {
  static override readonly TYPE = -4
  static fromURL(url: string, rest: Rest = {}): VideoMessage {
    return new VideoMessage({ ...rest, url })
  }
}

export class FileMessage extends MessageWithFile {
  static override readonly TYPE = -6
  static fromURL(url: string, rest: Rest = {}): FileMessage {
    return new FileMessage({ ...rest, url })
  }
}
