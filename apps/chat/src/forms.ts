/** The forms in dialogs: a new conversation, joining one by its id, another name for one. */
import type { NewConversation } from './chat.ts'
import { openDialog } from './dialog.ts'
import { h } from './dom.ts'
import { isName, parseNames } from './names.ts'

/**
 * Does what the form asks for, and answers with what comes after the form has closed and given the focus back; a
 * rejection is shown in the form, which stays open.
 */
type Submit<Value> = (value: Value) => Promise<() => void>

export function openNewConversation(self: string, submit: Submit<NewConversation>): void {
  const members = h('input', {
    type: 'text',
    name: 'members',
    required: true,
    autocomplete: 'off',
    placeholder: 'Jerry, Mary',
  })
  const title = h('input', {
    type: 'text',
    name: 'title',
    autocomplete: 'off',
    maxlength: '200',
    placeholder: 'Optional',
  })
  const joinable = h('input', { type: 'checkbox', name: 'joinable' })
  openForm(
    'New conversation',
    'Start',
    [
      field('With whom', members, 'Their names, parted by commas or spaces.'),
      field('Title', title),
      h('label', { class: 'check' }, [
        joinable,
        h('span', {}, [
          'A separate conversation that others may join by its id',
          h('small', {}, ['Otherwise the same people always come back to the same conversation.']),
        ]),
      ]),
    ],
    async () => {
      const parsed = parseNames(members.value, self)
      if (!parsed.valid) return parsed.detail
      const name = title.value.trim() === '' ? null : title.value.trim()
      return submit({ members: parsed.names, name, joinable: joinable.checked })
    },
  )
}

export function openJoin(submit: Submit<string>): void {
  const id = h('input', {
    type: 'text',
    name: 'id',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
  })
  openForm(
    'Join a conversation',
    'Join',
    [field('Its id', id, 'Somebody in it finds the id under Members.')],
    async () => {
      const wanted = id.value.trim()
      if (!isName(wanted)) return 'That is not an id of a conversation.'
      return submit(wanted)
    },
  )
}

/** Nothing, or blanks only, takes the name away. */
export function openRename(current: string | null, rename: (name: string | null) => Promise<void>): void {
  const title = h('input', {
    type: 'text',
    name: 'title',
    autocomplete: 'off',
    maxlength: '200',
    value: current ?? '',
  })
  openForm(
    'Rename the conversation',
    'Rename',
    [field('Title', title, 'Without one it is called by its members.')],
    async () => {
      const name = title.value.trim()
      await rename(name === '' ? null : name)
      return () => undefined
    },
  )
}

/** `act` answers with what is wrong, or with what comes next. */
export function openForm(
  title: string,
  verb: string,
  fields: readonly HTMLElement[],
  act: () => Promise<string | (() => void)>,
): void {
  const problem = h('p', { class: 'problem', role: 'alert' })
  const { close } = openDialog(title, (cancel) => [
    h(
      'form',
      { class: 'form' },
      [
        ...fields,
        problem,
        h('footer', { class: 'dialog-foot' }, [
          h('button', { class: 'plain-button', type: 'button' }, ['Cancel'], { click: cancel }),
          h('button', { class: 'main-button', type: 'submit' }, [verb]),
        ]),
      ],
      {
        submit: (event) => {
          event.preventDefault()
          act().then(
            (answer) => {
              if (typeof answer === 'string') {
                problem.textContent = answer
                return
              }
              close()
              answer()
            },
            (error: unknown) => {
              problem.textContent = error instanceof Error ? error.message : String(error)
            },
          )
        },
      },
    ),
  ])
}

export function field(label: string, input: HTMLInputElement, hint?: string): HTMLElement {
  return h('label', { class: 'field' }, [
    h('span', {}, [label]),
    input,
    hint !== undefined && h('small', {}, [hint]),
  ])
}
