/** Who is in a conversation, and what one can do about it. Rules: AC15, AC30. */
import type { ChatConversation, MemberAction } from './chat.ts'
import { confirmDialog } from './dialog.ts'
import { h, keepingFocus } from './dom.ts'
import { openRename } from './forms.ts'
import { icon } from './icons.ts'
import { blockedRow, memberRow } from './member-row.ts'
import { parseNames, titleOf } from './names.ts'

export interface MembersPanel {
  readonly element: HTMLElement
  readonly render: (conversation: ChatConversation) => void
}

export interface MembersPanelOptions {
  readonly self: string
  readonly add: (members: readonly string[]) => Promise<void>
  readonly act: (action: MemberAction, member: string) => void
  readonly rename: (name: string | null) => Promise<void>
  readonly quit: () => void
  readonly close: () => void
}

export function createMembersPanel(options: MembersPanelOptions): MembersPanel {
  const heading = h('h2', {}, ['Members'])
  const list = h('ul', { class: 'members', role: 'list', 'aria-label': 'Members' })
  const blocked = h('ul', { class: 'members', role: 'list', 'aria-label': 'Blocked' })
  const blockedPart = h('section', { class: 'blocked' }, [h('h3', {}, ['Blocked']), blocked])
  const id = h('code', { class: 'conversation-id' })
  let title = ''
  let name: string | null = null
  let drawn = ''
  const rename = h('button', { class: 'panel-button', type: 'button' }, [icon('pencil'), 'Rename'], {
    click: () => openRename(name, options.rename),
  })
  const quit = h('button', { class: 'panel-button grave', type: 'button' }, [icon('leave'), 'Leave'], {
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
    blockedPart,
    form,
    h('div', { class: 'panel-foot' }, [
      h('p', { class: 'hint' }, ['Id of this conversation']),
      h('p', { class: 'id-line' }, [id, copyButton(id)]),
      rename,
      quit,
    ]),
  ])

  function drawMembers(conversation: ChatConversation): void {
    const { members, roles, muted, blocked: kept, rights, names } = conversation
    const now = JSON.stringify([members, roles, muted, kept, rights, names])
    if (now === drawn) return
    drawn = now
    keepingFocus(element, () => {
      list.replaceChildren(...inOrder(conversation).map((member) => memberRow(member, conversation, options)))
      blocked.replaceChildren(...kept.map((member) => blockedRow(member, conversation, options.act)))
    })
    blockedPart.hidden = kept.length === 0
  }

  return {
    element,
    render(conversation) {
      const { rights } = conversation
      heading.textContent = `Members (${conversation.memberCount})`
      id.textContent = conversation.id
      form.hidden = !rights.includes('invite')
      rename.hidden = !rights.includes('rename')
      quit.hidden = conversation.sync === 'left'
      title = titleOf(conversation, options.self)
      name = conversation.name
      drawMembers(conversation)
    },
  }
}

/** Who leads comes first; otherwise as they came. */
function inOrder({ members, roles }: ChatConversation): readonly string[] {
  const rank = (name: string) => ({ owner: 0, manager: 1, member: 2 })[roles[name] ?? 'member']
  return members.toSorted((a, b) => rank(a) - rank(b))
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
