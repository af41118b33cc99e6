/** One open conversation: its head, its timeline, where one writes, and its members beside it. */
import type { Chat, ChatConversation, ChatEvent, ChatMessage } from './chat.ts'
import { createComposer } from './composer.ts'
import { confirmDialog } from './dialog.ts'
import { h } from './dom.ts'
import { createMembersPanel } from './members-panel.ts'
import { titleOf } from './names.ts'
import { createOpenConversation } from './open-conversation.ts'
import { createTalkHead } from './talk-head.ts'
import type { Timeline } from './timeline-model.ts'
import { firstUnreadOf, timelineRows } from './timeline-rows.ts'
import { createTimelineView } from './timeline-view.ts'

export interface ConversationView {
  readonly element: HTMLElement
  readonly apply: (event: ChatEvent) => void
  /** Draws what is not a message: names, members, whether one may write. */
  readonly render: () => void
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
  const head = createTalkHead(chat.user, () => showMembers(panel.element.hasAttribute('hidden')))
  const outside = h('p', { class: 'outside' }, [
    'You are not in this conversation any more. What you have of it stays here.',
  ])
  const element = h('div', { class: 'conversation' }, [
    h('section', { class: 'talk', 'aria-label': titleOf(conversation, chat.user) }, [
      head.element,
      view.element,
      outside,
      composer.element,
    ]),
    panel.element,
  ])
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) showMembers(false)
  })

  function showMembers(shown: boolean): void {
    panel.element.hidden = !shown
    drawHead()
  }

  function draw(timeline: Timeline): void {
    view.render(timelineRows(timeline.messages, { now: Date.now(), firstUnread }), timeline)
    if (opened && view.atEnd()) markRead()
  }

  function drawHead(): void {
    const now = chat.conversation(id) ?? conversation
    head.render(now, !panel.element.hasAttribute('hidden'))
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
  run(start())
  return {
    element,
    focus: composer.focus,
    render: drawHead,
    apply(event) {
      run(open.apply(event))
      const back = event.type === 'connection' && chat.connection().is === 'connected'
      if (back && open.timeline().missing) run(open.loadOlder())
      if (event.type === 'message' && event.message.conversation === id && event.fresh) view.showNew(1)
    },
    dispose() {
      composer.flush()
      document.removeEventListener('visibilitychange', onVisibility)
      window.removeEventListener('pagehide', composer.flush)
    },
  }
}
