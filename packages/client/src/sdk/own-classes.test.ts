import { expect, test } from 'vitest'
import { tom } from '../testing/values.test-kit.ts'
import { LocationMessage, TextMessage } from './built-in-messages.ts'
import { messageView } from './fake-engine.test-kit.ts'
import { createMessageClasses, type MessageClass, type MessageClasses } from './message-classes.ts'
import { Message } from './message.ts'
import { messageField, messageType, TypedMessage } from './typed-message.ts'

function registered(...classes: readonly MessageClass[]): MessageClasses & { readonly faults: unknown[] } {
  const faults: unknown[] = []
  const known = createMessageClasses((error) => faults.push(error))
  for (const one of classes) known.register(one)
  return { ...known, faults }
}

class Dice extends TypedMessage {
  eyes: number | undefined = 1
  cup?: { readonly colour: string }
}
messageType(7)(Dice)
messageField(['eyes', 'cup'])(Dice)

test('[CL161] fields travel in the body, beside text and attributes', () => {
  const classes = registered(Dice)
  const dice = new Dice().setText('six').setAttributes({ lucky: true })
  dice.eyes = 6
  dice.cup = { colour: 'red' }
  const content = dice.toContent()
  expect(content).toEqual({
    type: 7,
    text: 'six',
    attrs: { lucky: true },
    body: { eyes: 6, cup: { colour: 'red' } },
  })
  const other = classes.from(messageView(content), { user: tom })
  expect(other).toBeInstanceOf(Dice)
  expect(other).toMatchObject({ type: 7, eyes: 6, cup: { colour: 'red' }, text: 'six' })
})

test('[CL161] what is not there stays as the class made it, and what an edit takes out is gone', () => {
  const classes = registered(Dice)
  const view = messageView({ type: 7, body: { cup: { colour: 'red' } } })
  const dice = classes.from(view, { user: tom }) as Dice
  expect([dice.eyes, dice.cup]).toEqual([1, { colour: 'red' }])
  dice.follow(messageView({ type: 7, body: { eyes: 2 } }), { user: tom })
  expect([dice.eyes, dice.cup]).toEqual([2, undefined])
  dice.follow(messageView({ type: 7 }), { user: tom })
  expect(dice.eyes).toBeUndefined()
  expect(dice.toContent().body).toEqual({})
})

test('[CL161] what a newer build wrote beside the known fields stays in the body', () => {
  const body = { eyes: 3, spin: 'left' }
  const dice = registered(Dice).from(messageView({ type: 7, body }), { user: tom })
  expect(dice.toContent().body).toEqual(body)
})

test('[CL161] the engine keeps its own copy of what arrived', () => {
  const body = { cup: { colours: ['red'] } }
  const dice = registered(Dice).from(messageView({ type: 7, body }), { user: tom }) as Dice
  Object.assign(dice.cup ?? {}, { colours: [] })
  expect(body).toEqual({ cup: { colours: ['red'] } })
})

test('[CL161] a field without JSON is named when the message is sent', () => {
  const dice = new Dice()
  dice.cup = new Date(0) as never
  expect(() => dice.toContent()).toThrow(/^bad-argument: The field “cup”/)
})

test('[CL161] a class that extends another has its fields too', () => {
  class Loaded extends Dice {
    weight = 0
  }
  messageType(8)(Loaded)
  messageField('weight')(Loaded)
  class Meeting extends LocationMessage {
    hour = 12
  }
  messageType(9)(Meeting)
  messageField('hour')(Meeting)
  const classes = registered(Dice, Loaded, Meeting)
  expect(new Loaded().toContent()).toEqual({ type: 8, body: { eyes: 1, weight: 0 } })
  expect(new Dice().toContent()).toEqual({ type: 7, body: { eyes: 1 } })
  const content = new Meeting({ latitude: 1, longitude: 2 }).toContent()
  expect(content).toEqual({ type: 9, body: { hour: 12, latitude: 1, longitude: 2 } })
  const arrived = classes.from(messageView(content), { user: tom })
  expect(arrived).toBeInstanceOf(Meeting)
  expect((arrived as Meeting).getLocation()).toEqual({ latitude: 1, longitude: 2 })
})

test.each(['id', 'text', 'status', 'getText', 'body', 'constructor', '__proto__', 'sent', '', 5])(
  '[CL161] a field cannot be called %j',
  (name) => {
    class Other extends TypedMessage {}
    expect(() => messageField([name as string])(Other)).toThrow(/^bad-argument: /)
    expect(new Other().toContent()).toEqual({ type: 0 })
  },
)

test('[CL161] a field cannot be called what the class that is extended has', () => {
  class Meeting extends LocationMessage {}
  expect(() => messageField('latitude')(Meeting)).toThrow(/^bad-argument: Every message has “latitude”/)
})

test.each([0, -1, 1.5, 0x80000000, Number.NaN, '1'])('[CL160] %j is no number for a class', (type) => {
  expect(() => messageType(type as number)).toThrow(/^bad-argument: The type/)
})

test('[CL160] the largest number is one', () => {
  class Largest extends TypedMessage {}
  const classes = registered(messageType(0x7fffffff)(Largest))
  expect(classes.from(messageView({ type: 0x7fffffff }), { user: tom })).toBeInstanceOf(Largest)
})

test('[CL160] two classes for one number are an error, the same one twice is not', () => {
  class Rival extends TypedMessage {}
  messageType(7)(Rival)
  const classes = registered(Dice, Dice)
  expect(() => classes.register(Rival)).toThrow(/^bad-argument: Rival has the number 7, .* Dice/)
  class Unnumbered extends Dice {}
  expect(() => classes.register(Unnumbered)).toThrow(/^bad-argument: Unnumbered has the number 7/)
  expect(classes.from(messageView({ type: 7 }), { user: tom })).toBeInstanceOf(Dice)
})

test('[CL160] a class without a number, with one of the SDK’s, or that is no message, is not registered', () => {
  const classes = registered()
  class None extends TypedMessage {}
  class Ours extends TypedMessage {
    static override readonly TYPE = -99
  }
  class Text extends TypedMessage {
    static override readonly TYPE = -1
  }
  for (const [one, why] of [
    [None, /None needs a positive number/],
    [Ours, /Ours needs a positive number/],
    [Text, /Text has the number -1, .* TextMessage/],
    [Map, /extends TypedMessage/],
    ['Text', /extends TypedMessage/],
    [undefined, /extends TypedMessage/],
  ] as const)
    expect(() => classes.register(one as unknown as MessageClass)).toThrow(why)
  expect(() => messageType(3)(Map as never)).toThrow(/^bad-argument: A message class/)
  expect(() => messageField('a')(undefined as never)).toThrow(/^bad-argument: A message class/)
})

test('[CL102] [CL163] what no class is registered for, or whose class throws, arrives whole and can be passed on', () => {
  class Broken extends TypedMessage {
    constructor() {
      super()
      throw new Error('mine')
    }
  }
  const classes = registered(messageType(11)(Broken))
  for (const type of [11, 12]) {
    const content = { type, text: 'six', attrs: { a: 1 }, body: { eyes: 6 } }
    const message = classes.from(messageView(content), { user: tom })
    expect([message.constructor, message.type, message.body]).toEqual([Message, type, { eyes: 6 }])
    expect([message.text, message.getAttributes()]).toEqual(['six', { a: 1 }])
    expect(message.toContent()).toEqual(content)
  }
  expect(classes.faults).toEqual([new Error('mine')])
})

test('[CL162] both are decorators: in the language’s way, with a context, and in the older one, without', () => {
  const context = { kind: 'class', name: 'Die', addInitializer: () => undefined, metadata: {} } as const
  for (const given of [[context], []] as const) {
    class Die extends TypedMessage {
      eyes = 1
    }
    // What a compiler makes of `@messageType(21) @messageField(['eyes']) class Die`: the inner one first, the class
    // replaced by what each answers.
    type Decorator = (target: typeof Die, ...context: readonly unknown[]) => typeof Die
    const decorators: readonly Decorator[] = [messageField(['eyes']), messageType(21)]
    const Decorated = decorators.reduce((target, decorate) => decorate(target, ...given), Die)
    expect([Decorated, Decorated.TYPE]).toEqual([Die, 21])
    const classes = registered(Decorated)
    const die = classes.from(messageView({ type: 21, body: { eyes: 5 } }), { user: tom })
    expect(die).toBeInstanceOf(Die)
    expect(die).toMatchObject({ eyes: 5 })
    expect(new Die().toContent()).toEqual({ type: 21, body: { eyes: 1 } })
  }
})

test('[CL162] as functions they answer the class they were given', () => {
  const Named = messageField('a')(messageType(22)(class Named extends TypedMessage {}))
  expect([Named.TYPE, Named.name]).toEqual([22, 'Named'])
  expect(new TextMessage('').type).toBe(-1)
})
