import { expect, test } from 'vitest'
import { deliveryOf } from './delivery-mark.ts'
import { aMessage } from './values.test-kit.ts'

test('[AC33] what became of a message goes from waiting to read, and a refusal stands above all', () => {
  expect(deliveryOf(aMessage({ state: 'sending' }))).toBe('sending')
  expect(deliveryOf(aMessage())).toBe('sent')
  expect(deliveryOf(aMessage({ reached: 'delivered' }))).toBe('delivered')
  expect(deliveryOf(aMessage({ reached: 'read' }))).toBe('read')
  expect(deliveryOf(aMessage({ state: 'failed', reached: 'read' }))).toBe('failed')
})
