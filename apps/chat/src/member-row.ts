/** One member: what he is here, and what the person may do to him. Rules: AC15, AC30, AC38. */
import { avatar } from './avatar.ts'
import type { ChatConversation, MemberAction, Right } from './chat.ts'
import { confirmDialog } from './dialog.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { type MenuItem, openMenu } from './menu.ts'
import { called } from './names.ts'

export interface MemberActions {
  readonly self: string
  readonly act: (action: MemberAction, member: string) => void
}

export function memberRow(
  name: string,
  conversation: ChatConversation,
  { self, act }: MemberActions,
): HTMLElement {
  const shown = called(name, conversation.names)
  const items = itemsFor(name, conversation, self, act)
  const removable = mayActOn(name, conversation, self) && conversation.rights.includes('remove')
  const more = h(
    'button',
    {
      class: 'quiet-button',
      type: 'button',
      title: 'More',
      'aria-label': `What to do with ${shown}`,
      'aria-haspopup': 'menu',
      'data-key': `more ${name}`,
    },
    [icon('more')],
    {
      click: () => {
        const list = more.closest('ul')
        const back = () =>
          list?.querySelector<HTMLElement>(`[data-key="${CSS.escape(`more ${name}`)}"]`)?.focus()
        openMenu({ label: shown, beside: more, items, back })
      },
    },
  )
  return h('li', { class: 'member' }, [
    avatar(shown, 'small', name),
    h('div', { class: 'member-who' }, [
      h('span', { class: 'member-name' }, [shown]),
      h('span', { class: 'member-role' }, [standing(name, conversation, self)]),
    ]),
    items.length > 0 && more,
    removable && removeButton(name, shown, act),
  ])
}

/** What somebody is here, besides a member, and who he is by his id: “Tom, you, owner”. */
export function standing(name: string, { roles, muted, names }: ChatConversation, self: string): string {
  const role = roles[name] ?? 'member'
  const parts = [
    called(name, names) !== name && name,
    name === self && 'you',
    role !== 'member' && role,
    muted.includes(name) && 'muted',
  ]
  return parts.filter((part) => part !== false).join(', ')
}

/** The owner acts on everybody else, a manager on plain members only. */
export function mayActOn(name: string, { roles }: ChatConversation, self: string): boolean {
  if (name === self) return false
  return roles[self] === 'owner' || roles[name] === 'member'
}

function itemsFor(
  name: string,
  conversation: ChatConversation,
  self: string,
  act: (action: MemberAction, member: string) => void,
): readonly MenuItem[] {
  if (!mayActOn(name, conversation, self)) return []
  const item = (action: MemberAction, label: string, image: MenuItem['icon']): MenuItem => ({
    label,
    icon: image,
    act: () => act(action, name),
  })
  const manages = conversation.roles[name] === 'manager'
  const muted = conversation.muted.includes(name)
  const all: readonly (readonly [Right, readonly MenuItem[]])[] = [
    [
      'roles',
      [manages ? item('demote', 'Make plain member', 'star') : item('promote', 'Make manager', 'star')],
    ],
    [
      'mute',
      muted
        ? [item('unmute', 'Unmute', 'voice')]
        : [item('mute-hour', 'Mute for an hour', 'mute'), item('mute', 'Mute until unmuted', 'mute')],
    ],
    [
      'block',
      [
        {
          label: 'Block',
          icon: 'block',
          grave: true,
          act: () => confirmBlock(name, called(name, conversation.names), act),
        },
      ],
    ],
  ]
  return all.filter(([right]) => conversation.rights.includes(right)).flatMap(([, items]) => items)
}

function confirmBlock(name: string, shown: string, act: MemberActions['act']): void {
  const text = `${shown} is removed, and kept out until somebody unblocks ${shown}.`
  confirmDialog({ title: `Block ${shown}?`, text, yes: 'Block' }, () => act('block', name))
}

function removeButton(name: string, shown: string, act: MemberActions['act']): HTMLElement {
  return h(
    'button',
    { class: 'quiet-button', type: 'button', 'aria-label': `Remove ${shown}`, title: 'Remove' },
    [icon('close')],
    {
      click: () => {
        const text = `${shown} will not get new messages and cannot come back by the id alone.`
        confirmDialog({ title: `Remove ${shown}?`, text, yes: 'Remove' }, () => act('remove', name))
      },
    },
  )
}

/** Somebody who is kept out. */
export function blockedRow(
  name: string,
  { rights }: ChatConversation,
  act: MemberActions['act'],
): HTMLElement {
  return h('li', { class: 'member' }, [
    avatar(name, 'small'),
    h('div', { class: 'member-who' }, [h('span', { class: 'member-name' }, [name])]),
    rights.includes('block') &&
      h('button', { class: 'link-button', type: 'button', 'aria-label': `Unblock ${name}` }, ['Unblock'], {
        click: () => act('unblock', name),
      }),
  ])
}
