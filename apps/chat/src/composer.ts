/**
 * Where one writes. Enter sends, unless it ends the composition of a word (Chinese, Japanese …); Shift+Enter begins a line.
 * What is not sent yet is a draft of its conversation, kept on this device.
 *
 * Rules: AC13, AC14.
 */
import { h } from './dom.ts'
import { icon } from './icons.ts'

const draftDelayMs = 300
const maxHeightPixels = 200

export interface Composer {
  readonly element: HTMLElement
  readonly focus: () => void
  /** Hands over what was typed and not kept yet. */
  readonly flush: () => void
}

export interface ComposerOptions {
  readonly label: string
  readonly draft: string
  /** Resolves when the text is safe; a rejection puts it back. */
  readonly send: (text: string) => Promise<void>
  readonly keepDraft: (text: string) => void
}

export function createComposer(options: ComposerOptions): Composer {
  const field = h(
    'textarea',
    {
      rows: '1',
      enterkeyhint: 'send',
      autocomplete: 'off',
      placeholder: 'Message',
      'aria-label': options.label,
    },
    [],
    { keydown: onKey, input: onInput },
  )
  const button = h('button', { class: 'send', type: 'submit', 'aria-label': 'Send' }, [icon('send')])
  const element = h('form', { class: 'composer' }, [field, button], {
    submit: (event) => {
      event.preventDefault()
      submit()
    },
  })
  let timer: ReturnType<typeof setTimeout> | undefined

  function onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || composes(event)) return
    event.preventDefault()
    submit()
  }

  function onInput(): void {
    fit()
    clearTimeout(timer)
    timer = setTimeout(flush, draftDelayMs)
  }

  function flush(): void {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    options.keepDraft(field.value)
  }

  function submit(): void {
    const text = field.value.trim()
    if (text === '') return
    clearTimeout(timer)
    timer = undefined
    write('')
    // The draft goes only when the message is safe: in between there may be both, never neither.
    options.send(text).then(
      () => options.keepDraft(field.value),
      () => write(field.value === '' ? text : `${text}\n${field.value}`),
    )
  }

  function write(text: string): void {
    field.value = text
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
    focus: () => {
      fit()
      field.focus()
    },
  }
}

/** Some browsers end the composition before the key that ended it, and tell that key apart only by its old code. */
function composes(event: KeyboardEvent): boolean {
  // oxlint-disable-next-line typescript/no-deprecated -- Safari has no other sign of it
  return event.isComposing || event.keyCode === 229
}
