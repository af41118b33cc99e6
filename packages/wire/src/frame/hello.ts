/**
 * How a session begins: hello, and welcome.
 *
 * In every version of the protocol the version follows the frame byte, so that each side can answer `wrong-version`
 * whatever comes after it. (SPEC: WI5)
 */
import { expectSize, readFlag, refuse, type Reader, readUtf8, readVarUint } from '../bytes/bounded-reader.ts'
import { writeFlag, writeUtf8, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Hello, Welcome } from '../frames.ts'
import { maxHelloBytes, maxTokenBytes } from '../limits.ts'
import { protocolVersion } from '../version.ts'
import { readId, writeId } from './words.ts'

export function writeHello(writer: Writer, hello: Hello): void {
  writeVarUint(writer, hello.version)
  writeUtf8(writer, hello.token, maxTokenBytes)
  writeId(writer, hello.device)
  writeId(writer, hello.epoch)
  writeVarUint(writer, hello.cursor)
  writeId(writer, hello.tag)
  writeFlag(writer, hello.login)
  writeFlag(writer, hello.inflates)
}

export function readHello(reader: Reader): Hello {
  const version = readVersion(reader)
  expectSize(reader, maxHelloBytes)
  return {
    frame: 'hello',
    version,
    token: readUtf8(reader, maxTokenBytes),
    device: readId(reader),
    epoch: readId(reader),
    cursor: readVarUint(reader),
    tag: readId(reader),
    login: readFlag(reader),
    inflates: readFlag(reader),
  }
}

export function writeWelcome(writer: Writer, welcome: Welcome): void {
  writeVarUint(writer, welcome.version)
  writeId(writer, welcome.user)
  writeId(writer, welcome.epoch)
  writeVarUint(writer, welcome.time)
  writeVarUint(writer, welcome.expires)
}

export function readWelcome(reader: Reader): Welcome {
  return {
    frame: 'welcome',
    version: readVersion(reader),
    user: readId(reader),
    epoch: readId(reader),
    time: readVarUint(reader),
    expires: readVarUint(reader),
  }
}

function readVersion(reader: Reader): number {
  const version = readVarUint(reader)
  if (version !== protocolVersion) {
    refuse('wrong-version', `version ${version} of the protocol, where this side speaks ${protocolVersion}`)
  }
  return version
}
