/** What a person sets for himself: whether others learn what he reads. Rules: AC34. */
import type { Chat } from './chat.ts'
import { h } from './dom.ts'
import { openForm } from './forms.ts'
import { keepTellsReading, tellsReading } from './settings.ts'

export function openOwn({ user }: Chat): void {
  const tells = tellsReading(user)
  const reading = h('input', { type: 'checkbox', role: 'switch', name: 'reading', checked: tells })
  openForm(
    'About you',
    'Save',
    [
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
      if (reading.checked === tells) return () => undefined
      keepTellsReading(user, reading.checked)
      // The SDK takes it when it begins.
      return () => location.reload()
    },
  )
}
