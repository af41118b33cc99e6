import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { headName, pageName, parseDocumentName } from './documents.ts'
import { makeConversationId } from './ids.ts'

const conversations = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(makeConversationId)

test('[DO6] the name of a document gives back conversation and page', () => {
  fc.assert(
    fc.property(conversations, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (conversation, page) => {
      expect(parseDocumentName(headName(conversation))).toEqual({ conversation, page: 0 })
      expect(parseDocumentName(pageName(conversation, page))).toEqual({ conversation, page })
    }),
  )
})

test.each([
  '',
  'c',
  'c/',
  'd/room',
  'c/room/',
  'c/room/0',
  'c/room/01',
  'c/room/-1',
  'c/room/1.5',
  'c/room/1e3',
  'c/room/9007199254740993',
  'c/room/1/2',
  'c/room/1/',
  'c//1',
  'c/a room/1',
  '/c/room',
])('[DO6] %j is the name of no document', (text) => {
  expect(parseDocumentName(text)).toBeUndefined()
})
