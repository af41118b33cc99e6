/** Asks who one is, when the address does not say. For trying things out: the relay's `--dev` mode asks for no password. */
import { avatar } from './avatar.ts'
import { h } from './dom.ts'
import { fullPage } from './full-page.ts'
import { isName } from './names.ts'

const storageKey = 'parley-people'
const maxRemembered = 6

/** Those who have used this browser, the latest first. */
function rememberedPeople(): readonly string[] {
  const people: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]')
  if (!Array.isArray(people)) return []
  return people
    .filter((name): name is string => typeof name === 'string' && isName(name))
    .slice(0, maxRemembered)
}

export function rememberPerson(name: string): void {
  const people = [name, ...rememberedPeople().filter((other) => other !== name)]
  localStorage.setItem(storageKey, JSON.stringify(people.slice(0, maxRemembered)))
}

export function pickerPage(): HTMLElement {
  const name = h('input', {
    type: 'text',
    name: 'user',
    required: true,
    autofocus: true,
    autocomplete: 'off',
    pattern: '[A-Za-z0-9_.@:\\-]{1,64}',
    title: 'Letters, digits and _ - . @ : only, 64 at most',
    placeholder: 'Tom',
    'aria-label': 'Your name',
  })
  const people = rememberedPeople()
  const known = people.length > 0 ? people : ['Tom', 'Jerry']
  return fullPage('Who are you?', [
    // A form of the address itself: it works as any link does.
    h('form', { class: 'picker', action: '/', method: 'get' }, [
      name,
      h('button', { class: 'main-button', type: 'submit' }, ['Go on']),
    ]),
    h(
      'ul',
      {
        class: 'people',
        role: 'list',
        'aria-label': people.length > 0 ? 'Used on this device' : 'For example',
      },
      known.map((person) =>
        h('li', {}, [
          h('a', { href: `/?user=${encodeURIComponent(person)}` }, [avatar(person, 'small'), person]),
        ]),
      ),
    ),
    h('p', { class: 'hint' }, [
      'To be two people at once, open a private window or another browser profile.',
    ]),
  ])
}
