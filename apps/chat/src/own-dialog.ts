/** What a person sets for himself: what he is called, and whether others learn what he reads. Rules: AC34, AC38. */
import type { Chat } from './chat.ts'
import { h } from './dom.ts'
import { field, openForm } from './forms.ts'
import { called } from './names.ts'
import { keepTellsReading, tellsReading } from './settings.ts'

export function openOwn(chat: Chat): void {
  const { user } = chat
  const before = called(user, chat.namesOf([user]))
  const name = h('input', {
    type: 'text',
    name: 'name',
    autocomplete: 'off',
    maxlength: '60',
    value: before === user ? '' : before,
    placeholder: user,
  })
  const tells = tellsReading(user)
  const reading = h('input', { type: 'checkbox', role: 'switch', name: 'reading', checked: tells })
  openForm(
    'About you',
    'Save',
    [
      field(
        'Your name',
        name,
        `Everybody sees it in the place of “${user}”. Without one you are called by that.`,
      ),
      h('label', { class: 'check' }, [
        reading,
        h('span', {}, [
          'Tell others what I have read',
          h('small', {}, [
            'Everybody in a conversation then sees how far you have read in it. Without this nobody is told; only that ' +
              'a message has reached you is told in any case. It holds for this device.',
          ]),
        ]),
      ]),
    ],
    async () => {
      const wanted = name.value.trim()
      if (wanted !== name.defaultValue) await chat.callOneself(wanted === '' ? null : wanted)
      if (reading.checked === tells) return () => undefined
      keepTellsReading(user, reading.checked)
      // The SDK takes it when it begins.
      return () => location.reload()
    },
  )
}
