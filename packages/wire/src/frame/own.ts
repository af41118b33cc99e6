/** What belongs to a person: rows of his own, and the profiles of others. */
import { readAny, writeAny } from '../bytes/any.ts'
import { type Reader, readList, readVarUint } from '../bytes/bounded-reader.ts'
import { writeList, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Own, OwnRow, People, PeopleAnswer, Person } from '../frames.ts'
import { maxOwnRowsPerFrame, maxPeoplePerRequest } from '../limits.ts'
import { readId, writeId } from './words.ts'

export function writeOwn(writer: Writer, own: Own): void {
  writeList(writer, own.rows, maxOwnRowsPerFrame, writeOwnRow)
}

export function readOwn(reader: Reader): Own {
  return { frame: 'own', rows: readList(reader, maxOwnRowsPerFrame, readOwnRow) }
}

export function writeOwnRow(writer: Writer, row: OwnRow): void {
  writeId(writer, row.kind)
  writeId(writer, row.key)
  writeAny(writer, row.value)
  writeVarUint(writer, row.time)
}

function readOwnRow(reader: Reader): OwnRow {
  return { kind: readId(reader), key: readId(reader), value: readAny(reader), time: readVarUint(reader) }
}

export function writePeople(writer: Writer, people: People): void {
  writeVarUint(writer, people.request)
  writeList(writer, people.users, maxPeoplePerRequest, writeId)
}

export function readPeople(reader: Reader): People {
  return {
    frame: 'people',
    request: readVarUint(reader),
    users: readList(reader, maxPeoplePerRequest, readId),
  }
}

export function writePeopleAnswer(writer: Writer, answer: PeopleAnswer): void {
  writeVarUint(writer, answer.request)
  writeList(writer, answer.people, maxPeoplePerRequest, writePerson)
}

export function readPeopleAnswer(reader: Reader): PeopleAnswer {
  return {
    frame: 'people-answer',
    request: readVarUint(reader),
    people: readList(reader, maxPeoplePerRequest, readPerson),
  }
}

function writePerson(writer: Writer, person: Person): void {
  writeId(writer, person.user)
  writeVarUint(writer, person.time)
  writeAny(writer, person.profile)
}

function readPerson(reader: Reader): Person {
  return { user: readId(reader), time: readVarUint(reader), profile: readAny(reader) }
}
