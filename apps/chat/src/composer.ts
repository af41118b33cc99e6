/**
 * Where one writes: a new message, an answer, or one's own message anew. Enter sends, unless it ends the composition of a
 * word (Chinese, Japanese …); Shift+Enter begins a line; Escape leaves an answer or an edit. What is not sent yet is a draft
 * of its conversation, kept on this device.
 *
 * Rules: AC13, AC14, AC25, AC27.
 */
import type { ChatMessage, Names } from './chat.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { createMentionOffers } from './mention-offers.ts'
import { quoteOf } from './wording.ts'

const draftDelayMs = 300
const maxHeightPixels = 200

export interface Composer {
  readonly element: HTMLElement
  /** What the field is called. */
  readonly setLabel: (label: string) => void
  readonly focus: () => void
  /** Hands over what was typed and not kept yet. */
  readonly flush: () => void
  readonly reply: (to: ChatMessage) => void
  readonly edit: (message: ChatMessage) => void
}

export interface ComposerOptions {
  readonly self: string
  readonly names: () => Names
  readonly draft: string
  /** Who can be mentioned. */
  readonly others: () => readonly string[]
  /** The message that ArrowUp in an empty field edits. */
  readonly lastOwn: () => ChatMessage | undefined
  /** Resolves when the text is safe; a rejection puts it back. */
  readonly send: (text: string, replyTo?: ChatMessage) => Promise<void>
  readonly saveEdit: (message: ChatMessage, text: string) => Promise<void>
  readonly keepDraft: (text: string) => void
  /** Something is being written, or nothing any more. */
  readonly typing: (on: boolean) => void
}

type Purpose =
  | { readonly is: 'new' }
  | { readonly is: 'reply'; readonly message: ChatMessage }
  /** `aside`: what was being written before, which comes back. */
  | { readonly is: 'edit'; readonly message: ChatMessage; readonly aside: string }

const anew: Purpose = { is: 'new' }

export function createComposer(options: ComposerOptions): Composer {
  const field = h(
    'textarea',
    {
      rows: '1',
      enterkeyhint: 'send',
      autocomplete: 'off',
      placeholder: 'Message',
      // Read out with the field when it is there.
      'aria-describedby': 'purpose',
    },
    [],
    { keydown: onKey, input: onInput },
  )
  const button = h('button', { class: 'send', type: 'submit', 'aria-label': 'Send' }, [icon('send')])
  const line = purposeLine(() => {
    leave()
    field.focus()
  })
  const offers = createMentionOffers(field, options.others)
  const element = h(
    'form',
    { class: 'composer' },
    [line.element, h('div', { class: 'composer-row' }, [offers.element, field, button])],
    {
      submit: (event) => {
        event.preventDefault()
        submit()
      },
    },
  )
  let timer: ReturnType<typeof setTimeout> | undefined
  let purpose: Purpose = anew
  let saving = false

  function onKey(event: KeyboardEvent): void {
    if (composes(event) || offers.onKey(event)) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      submit()
    } else if (event.key === 'Escape' && purpose.is !== 'new') {
      event.stopPropagation()
      leave()
    } else if (event.key === 'ArrowUp' && field.value === '' && purpose.is === 'new') {
      const last = options.lastOwn()
      if (last === undefined) return
      event.preventDefault()
      begin({ is: 'edit', message: last, aside: '' })
    }
  }

  function onInput(): void {
    fit()
    // What changes an old message is nobody's business before it is there.
    if (purpose.is !== 'edit') options.typing(field.value.trim() !== '')
    clearTimeout(timer)
    timer = setTimeout(flush, draftDelayMs)
  }

  function flush(): void {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    options.keepDraft(draft())
  }

  /** What is written of a new message: an edit is none. */
  function draft(): string {
    return purpose.is === 'edit' ? purpose.aside : field.value
  }

  function begin(next: Purpose): void {
    leave()
    flush()
    purpose = next.is === 'edit' ? { ...next, aside: field.value } : next
    if (purpose.is === 'edit') write(purpose.message.text)
    line.render(purpose, options.self, options.names())
    field.focus()
    field.setSelectionRange(field.value.length, field.value.length)
  }

  function leave(): void {
    const before = purpose
    purpose = anew
    if (before.is === 'edit') write(before.aside)
    line.render(purpose, options.self, options.names())
  }

  function submit(): void {
    const text = field.value.trim()
    if (text === '' || saving) return
    offers.close()
    if (purpose.is === 'edit') saveEdit(purpose, text)
    else send(text, purpose)
  }

  function send(text: string, before: Exclude<Purpose, { readonly is: 'edit' }>): void {
    clearTimeout(timer)
    timer = undefined
    leave()
    write('')
    // The draft goes with what is sent, in one piece; what was written meanwhile is the next one.
    options.send(text, before.is === 'reply' ? before.message : undefined).then(
      () => options.keepDraft(draft()),
      () => {
        if (purpose.is === 'edit') leave()
        write(field.value === '' ? text : `${text}\n${field.value}`)
        if (before.is === 'reply') begin(before)
      },
    )
  }

  /** The text stays in the field until it is safe; what is refused can be written anew. */
  function saveEdit(before: Extract<Purpose, { readonly is: 'edit' }>, text: string): void {
    if (text === before.message.text) {
      leave()
      return
    }
    saving = true
    options.saveEdit(before.message, text).then(
      () => {
        saving = false
        if (purpose === before) leave()
      },
      () => {
        saving = false
      },
    )
  }

  function write(text: string): void {
    field.value = text
    offers.close()
    fit()
  }

  function fit(): void {
    button.disabled = field.value.trim() === ''
    field.style.height = 'auto'
    field.style.height = `${Math.min(field.scrollHeight, maxHeightPixels)}px`
  }

  write(options.draft)
  return {
    element,
    flush,
    setLabel: (label) => {
      field.ariaLabel = label
    },
    focus: () => {
      fit()
      field.focus()
    },
    reply: (message) => begin({ is: 'reply', message }),
    edit: (message) => begin({ is: 'edit', message, aside: '' }),
  }
}

/** The line above the field that says what one is about to do, when that is not a new message. */
function purposeLine(leave: () => void): {
  readonly element: HTMLElement
  readonly render: (purpose: Purpose, self: string, names: Names) => void
} {
  const what = h('span', { class: 'purpose-what' })
  const text = h('span', { class: 'purpose-text', dir: 'auto' })
  const element = h('div', { class: 'purpose', hidden: true }, [
    h('p', { id: 'purpose' }, [what, text]),
    h(
      'button',
      { class: 'quiet-button', type: 'button', title: 'Leave it (Escape)', 'aria-label': 'Leave it' },
      [icon('close')],
      { click: leave },
    ),
  ])
  return {
    element,
    render(purpose, self, names) {
      element.hidden = purpose.is === 'new'
      if (purpose.is === 'new') {
        what.textContent = ''
        text.textContent = ''
        return
      }
      const quote = quoteOf(purpose.message, self, names)
      const who = purpose.message.from === self ? 'yourself' : quote.who
      what.textContent = purpose.is === 'edit' ? 'Editing your message' : `Replying to ${who}`
      text.textContent = quote.text
    },
  }
}

/** Some browsers end the composition before the key that ended it, and tell that key apart only by its old code. */
function composes(event: KeyboardEvent): boolean {
  // oxlint-disable-next-line typescript/no-deprecated -- Safari has no other sign of it
  return event.isComposing || event.keyCode === 229
}
