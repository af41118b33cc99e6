/** One open conversation: its head, its timeline, where one writes, and its members beside it. */
import { avatar } from './avatar.ts'
import type { Chat, ChatConversation, ChatEvent, ChatMessage } from './chat.ts'
import { createComposer } from './composer.ts'
import { confirmDialog } from './dialog.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { createMembersPanel } from './members-panel.ts'
import { titleOf } from './names.ts'
import { createOpenConversation } from './open-conversation.ts'
import type { Timeline } from './timeline-model.ts'
import { firstUnreadOf, timelineRows } from './timeline-rows.ts'
import { createTimelineView } from './timeline-view.ts'

export interface ConversationView {
  readonly element: HTMLElement
  readonly apply: (event: ChatEvent) => void
  readonly focus: () => void
  readonly dispose: () => void
}

export interface ConversationViewOptions {
  readonly chat: Chat
  readonly conversation: ChatConversation
  /** Owns a promise nobody waits for: a failure is shown to the person. */
  readonly run: (work: Promise<unknown>) => void
}

export function createConversationView({
  chat,
  conversation,
  run,
}: ConversationViewOptions): ConversationView {
  const { id } = conversation
  let firstUnread: string | undefined
  let opened = false
  const open = createOpenConversation(chat, id, draw)
  const view = createTimelineView({
    self: chat.user,
    reachedTop: () => run(open.loadOlder()),
    reachedEnd: markRead,
    recall: askRecall,
    retry: (message) => run(chat.retry(message.id)),
    discard: (message) => run(open.discard(message)),
  })
  const composer = createComposer({
    label: `Message to ${titleOf(conversation, chat.user)}`,
    draft: conversation.draft,
    send: (text) => {
      view.toEnd()
      const sending = chat.send(id, text)
      run(sending)
      return sending
    },
    keepDraft: (text) => run(chat.setDraft(id, text)),
  })
  const panel = createMembersPanel({
    self: chat.user,
    add: (members) => chat.add(id, members),
    remove: (member) => run(chat.remove(id, member)),
    quit: () => run(chat.quit(id)),
    close: () => showMembers(false),
  })
  const title = h('h1', { class: 'title' })
  const subtitle = h('p', { class: 'subtitle' })
  const picture = h('span', { class: 'picture' })
  const membersButton = h(
    'button',
    { class: 'quiet-button', type: 'button', title: 'Members', 'aria-label': 'Members' },
    [icon('people')],
  )
  const outside = h('p', { class: 'outside' }, [
    'You are not in this conversation any more. What you have of it stays here.',
  ])
  const element = h('div', { class: 'conversation' }, [
    h('section', { class: 'talk', 'aria-label': titleOf(conversation, chat.user) }, [
      h('header', { class: 'talk-head' }, [
        h('a', { class: 'quiet-button back', href: '#/', 'aria-label': 'All conversations' }, [icon('back')]),
        picture,
        h('div', { class: 'titles' }, [title, subtitle]),
        membersButton,
      ]),
      view.element,
      outside,
      composer.element,
    ]),
    panel.element,
  ])
  membersButton.addEventListener('click', () => showMembers(panel.element.hasAttribute('hidden')))
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) showMembers(false)
  })

  function showMembers(shown: boolean): void {
    panel.element.hidden = !shown
    membersButton.ariaExpanded = String(shown)
  }

  function draw(timeline: Timeline): void {
    view.render(timelineRows(timeline.messages, { now: Date.now(), firstUnread }), timeline)
    if (opened && view.atEnd()) markRead()
  }

  function drawHead(): void {
    const now = chat.conversation(id) ?? conversation
    const name = titleOf(now, chat.user)
    title.textContent = name
    subtitle.textContent = now.name === null ? `${now.memberCount} members` : now.members.join(', ')
    picture.replaceChildren(avatar(name))
    element.classList.toggle('pair', now.memberCount <= 2)
    composer.element.hidden = now.sync === 'left'
    outside.hidden = now.sync !== 'left'
    panel.render(now)
  }

  function markRead(): void {
    if (opened && document.visibilityState === 'visible' && (chat.conversation(id)?.unread ?? 0) > 0)
      run(chat.read(id))
  }

  function askRecall(message: ChatMessage): void {
    const text = 'It disappears for everyone and is erased at the relay. This cannot be taken back.'
    confirmDialog({ title: 'Recall this message?', text, yes: 'Recall' }, () => run(chat.recall(message)))
  }

  async function start(): Promise<void> {
    const { unread } = conversation
    await open.reread()
    firstUnread = firstUnreadOf(open.timeline().messages, unread, chat.user)
    opened = true
    draw(open.timeline())
  }

  function onVisibility(): void {
    if (document.visibilityState === 'visible') markRead()
    else composer.flush()
  }

  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('pagehide', composer.flush)
  showMembers(false)
  drawHead()
  run(start())
  return {
    element,
    focus: composer.focus,
    apply(event) {
      run(open.apply(event))
      if (event.type === 'changed') drawHead()
      if (event.type === 'message' && event.message.conversation === id && event.fresh) view.showNew(1)
    },
    dispose() {
      composer.flush()
      document.removeEventListener('visibilitychange', onVisibility)
      window.removeEventListener('pagehide', composer.flush)
    },
  }
}
