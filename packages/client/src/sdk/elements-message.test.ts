import { expect, test } from 'vitest'
import { ElementsMessage } from './elements-message.ts'
import { MessageFile } from './message-file.ts'

test('[CL336] what is no element is refused in words: what kind it has, and which there are', () => {
  const url = 'https://files.example/a.png'
  const file = new MessageFile({ url })
  for (const [element, words] of [
    [{}, /has a kind, and this one has none\. There are text, image/],
    [file, /has a kind, and this one has none/],
    [{ file }, /has a kind, and this one has none/],
    [['text'], /has a kind, and this one has none/],
    [{ kind: null, text: 'x' }, /The kind of an element is a text/],
    [{ kind: Symbol('text') }, /The kind of an element is a text/],
    [{ kind: 'hologram' }, /“hologram” is no kind of an element\. There are text/],
    [{ kind: 'image' }, /“image” has a file/],
    [{ kind: 'image', file: null }, /A file is given as \{ url/],
    [{ kind: 'image', file: 5 }, /A file is given as \{ url/],
    [{ kind: 'text', text: 5 }, /“text” is not what its kind asks for/],
  ] as const) {
    const make = (): unknown => new ElementsMessage([element as never])
    expect(make).toThrow(words)
    expect(make).toThrow(/^bad-argument: (?!.*(undefined|Cannot|Symbol))/)
  }
  for (const given of [undefined, null, 5, 'x', []]) {
    const make = (): unknown => new MessageFile(given as never)
    expect(make).toThrow(/^bad-argument: (A file is given as|The url of a file)/)
    expect(make).not.toThrow(/undefined/)
  }
})
