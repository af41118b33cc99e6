/** Who is in a conversation, and what one can do about it. Rules: AC15. */
import { avatar } from './avatar.ts'
import type { ChatConversation } from './chat.ts'
import { confirmDialog } from './dialog.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { parseNames, titleOf } from './names.ts'

export interface MembersPanel {
  readonly element: HTMLElement
  readonly render: (conversation: ChatConversation) => void
}

export interface MembersPanelOptions {
  readonly self: string
  readonly add: (members: readonly string[]) => Promise<void>
  readonly remove: (member: string) => void
  readonly quit: () => void
  readonly close: () => void
}

export function createMembersPanel(options: MembersPanelOptions): MembersPanel {
  const heading = h('h2', {}, ['Members'])
  const list = h('ul', { class: 'members', role: 'list', 'aria-label': 'Members' })
  const id = h('code', { class: 'conversation-id' })
  let title = ''
  const quit = h('button', { class: 'leave-button', type: 'button' }, [icon('leave'), 'Leave'], {
    click: () => {
      const text = `You will not get new messages of “${title}”. What you have stays on this device.`
      confirmDialog({ title: 'Leave this conversation?', text, yes: 'Leave' }, options.quit)
    },
  })
  const form = addForm(options)
  const element = h('aside', { class: 'members-panel', 'aria-label': 'Members' }, [
    h('header', { class: 'panel-head' }, [
      heading,
      h('button', { class: 'quiet-button', type: 'button', 'aria-label': 'Close members' }, [icon('close')], {
        click: options.close,
      }),
    ]),
    list,
    form,
    h('div', { class: 'panel-foot' }, [
      h('p', { class: 'hint' }, ['Id of this conversation']),
      h('p', { class: 'id-line' }, [id, copyButton(id)]),
      quit,
    ]),
  ])
  return {
    element,
    render(conversation) {
      const member = conversation.sync !== 'left'
      heading.textContent = `Members (${conversation.memberCount})`
      id.textContent = conversation.id
      form.hidden = !member
      quit.hidden = !member
      title = titleOf(conversation, options.self)
      list.replaceChildren(...conversation.members.map((name) => memberRow(name, conversation, options)))
    },
  }
}

function memberRow(name: string, conversation: ChatConversation, options: MembersPanelOptions): HTMLElement {
  const roles = [name === options.self && 'you', name === conversation.creator && 'owner'].filter(
    (role) => role !== false,
  )
  const removable = conversation.mayRemove && name !== options.self
  return h('li', { class: 'member' }, [
    avatar(name, 'small'),
    h('span', { class: 'member-name' }, [name]),
    roles.length > 0 && h('span', { class: 'member-role' }, [roles.join(', ')]),
    removable &&
      h(
        'button',
        { class: 'quiet-button', type: 'button', 'aria-label': `Remove ${name}`, title: 'Remove' },
        [icon('close')],
        {
          click: () => {
            const text = `${name} will not get new messages and cannot come back by the id alone.`
            confirmDialog({ title: `Remove ${name}?`, text, yes: 'Remove' }, () => options.remove(name))
          },
        },
      ),
  ])
}

function addForm(options: MembersPanelOptions): HTMLFormElement {
  const input = h('input', {
    type: 'text',
    'aria-label': 'Names to add',
    placeholder: 'Add by name',
    autocomplete: 'off',
  })
  const problem = h('p', { class: 'problem', role: 'alert' })
  return h(
    'form',
    { class: 'add-form' },
    [
      h('span', { class: 'add-line' }, [
        input,
        h('button', { class: 'plain-button', type: 'submit' }, ['Add']),
      ]),
      problem,
    ],
    {
      submit: (event) => {
        event.preventDefault()
        const parsed = parseNames(input.value, options.self)
        problem.textContent = parsed.valid ? '' : parsed.detail
        if (!parsed.valid) return
        options.add(parsed.names).then(
          () => {
            input.value = ''
          },
          (error: unknown) => {
            problem.textContent = error instanceof Error ? error.message : String(error)
          },
        )
      },
    },
  )
}

function copyButton(id: HTMLElement): HTMLElement {
  return h(
    'button',
    { class: 'quiet-button', type: 'button', 'aria-label': 'Copy the id', title: 'Copy' },
    [icon('copy')],
    {
      click: () => {
        // Where the clipboard is closed to pages the id can still be selected and copied by hand.
        navigator.clipboard.writeText(id.textContent ?? '').catch(() => getSelection()?.selectAllChildren(id))
      },
    },
  )
}
