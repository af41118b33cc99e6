import { expect, test } from 'vitest'
import { hostIsLoopback, isLoopbackName, originAllowed } from './http-origin.ts'

const own = { allowed: [], loopback: false }

test('[RE85] programs and pages of the relay itself may use it', () => {
  expect(originAllowed(undefined, 'chat.example', own)).toBe(true)
  expect(originAllowed('https://chat.example', 'chat.example', own)).toBe(true)
  expect(originAllowed('http://chat.example:4650', 'Chat.Example:4650', own)).toBe(true)
})

test('[RE85] a port that goes without saying may be said in the host, and nothing else is the same', () => {
  expect(originAllowed('https://chat.example', 'chat.example:443', own)).toBe(true)
  expect(originAllowed('http://chat.example', 'CHAT.example:80', own)).toBe(true)
  expect(originAllowed('https://chat.example', 'chat.example:80', own)).toBe(false)
  for (const host of ['chat.example:4650', 'chat.example.', 'chat', '', ' chat.example', 'x@chat.example']) {
    expect(originAllowed('https://chat.example', host, own)).toBe(false)
  }
})

test('[RE85] what no browser would write is no origin', () => {
  for (const origin of [
    'HTTPS://chat.example',
    'https://CHAT.example',
    'https://chat.example/',
    'https://chat.example/page',
    'https://chat.example:443',
    'https://evil@chat.example',
    'https://chat.example?',
    'https://chat.example#x',
    ' https://chat.example',
    'https:chat.example',
    'https://chat.example, https://evil.example',
    'ws://chat.example',
    'null',
  ]) {
    expect(originAllowed(origin, 'chat.example', own)).toBe(false)
    expect(originAllowed(origin, 'chat.example', { allowed: ['https://chat.example'], loopback: true })).toBe(
      false,
    )
  }
})

test('[RE85] pages of other origins may not, unless they are named', () => {
  const strangers = [
    'https://evil.example',
    'https://chat.example:8443',
    'https://chat.example.evil.example',
    'null',
    '',
    'file://',
    'chrome-extension://chat.example',
  ]
  for (const origin of strangers) expect(originAllowed(origin, 'chat.example', own)).toBe(false)
  expect(originAllowed('https://chat.example', undefined, own)).toBe(false)
  const named = { allowed: ['https://app.example'], loopback: false }
  expect(originAllowed('https://app.example', 'chat.example', named)).toBe(true)
  expect(originAllowed('http://app.example', 'chat.example', named)).toBe(false)
  expect(originAllowed('https://evil.example', 'chat.example', { allowed: ['*'], loopback: false })).toBe(
    true,
  )
})

test('[RE85] while developing, pages of this machine may, of whatever port', () => {
  const dev = { allowed: [], loopback: true }
  for (const origin of ['http://localhost:5173', 'http://127.0.0.1:1', 'http://[::1]:81']) {
    expect(originAllowed(origin, 'localhost:4650', dev)).toBe(true)
    expect(originAllowed(origin, 'localhost:4650', own)).toBe(false)
  }
  expect(originAllowed('http://localhost.evil.example', 'localhost:4650', dev)).toBe(false)
  expect(originAllowed('http://evil.example', '127.0.0.1:4650', dev)).toBe(false)
})

test('[RE86] only names of this machine are names of this machine', () => {
  for (const host of [
    'localhost',
    'localhost:4650',
    'LOCALHOST',
    '127.0.0.1',
    '127.9.9.9:1',
    '[::1]',
    '[::1]:4650',
  ]) {
    expect(hostIsLoopback(host)).toBe(true)
  }
  const foreign = [
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '0.0.0.0',
    '[::]',
    'evil.example@localhost',
    'localhost/evil.example',
    'localhost evil.example',
    'evil.example#localhost',
    'evil.example\\@localhost',
  ]
  for (const host of foreign) expect(hostIsLoopback(host)).toBe(false)
  expect(isLoopbackName('0.0.0.0')).toBe(false)
  expect(isLoopbackName('::1')).toBe(true)
})
