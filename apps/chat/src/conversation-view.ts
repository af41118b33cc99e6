/** One open conversation: its head, its timeline, where one writes, and its members beside it. */
import type { Chat, ChatConversation, ChatEvent, ChatMessage } from './chat.ts'
import { createComposer } from './composer.ts'
import { confirmDialog } from './dialog.ts'
import { h } from './dom.ts'
import { createMembersPanel } from './members-panel.ts'
import { titleOf } from './names.ts'
import { createOpenConversation } from './open-conversation.ts'
import { createTalkHead } from './talk-head.ts'
import { mentionsIn } from './mentions.ts'
import { hasReacted, isEditable } from './message-menu.ts'
import { createQuotes } from './quotes.ts'
import type { Timeline } from './timeline-model.ts'
import { farQuotes, firstUnreadOf, timelineRows } from './timeline-rows.ts'
import { createTimelineView } from './timeline-view.ts'
import { silenceText } from './wording.ts'

const lookAgainMs = 5000

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
  let looking: ReturnType<typeof setTimeout> | undefined
  const open = createOpenConversation(chat, id, draw)
  const quotes = createQuotes(chat, id, () => draw(open.timeline()))
  const view = createTimelineView({
    self: chat.user,
    reachedTop: () => run(open.loadOlder()),
    reachedEnd: markRead,
    recall: askRecall,
    reply: (message) => composer.reply(message),
    edit: (message) => composer.edit(message),
    copy: ({ text }) => run(copy(text)),
    react: (message, sign) => run(chat.react(message, sign, !hasReacted(message, sign, chat.user))),
    jumpTo: (message) => run(jumpTo(message)),
    isMember: () => now().sync !== 'left',
    maySpeak: () => silenceText(now(), chat.user) === undefined,
    retry: (message) => run(chat.retry(message.id)),
    discard: (message) => run(open.discard(message)),
  })
  const composer = createComposer({
    self: chat.user,
    names: () => now().names,
    draft: conversation.draft,
    others: () => now().members.filter((member) => member !== chat.user),
    lastOwn: () => open.timeline().messages.findLast((message) => isEditable(message, chat.user)),
    send: (text, replyTo) => {
      view.toEnd()
      const answer = replyTo === undefined ? {} : { replyTo: replyTo.id }
      return telling(chat.send(id, { text, ...mentionsIn(text, now().members), ...answer }))
    },
    saveEdit: (message, text) => {
      // Who was named and has left since stays named.
      const names = [...now().members, ...message.mentions]
      return telling(chat.edit(message, { text, ...mentionsIn(text, names) }))
    },
    keepDraft: (text) => run(chat.setDraft(id, text)),
    typing: (on) => chat.typing(id, on),
  })
  const panel = createMembersPanel({
    self: chat.user,
    add: (members) => chat.add(id, members),
    act: (action, member) => run(chat.act(id, action, member)),
    rename: (name) => chat.rename(id, name),
    quit: () => run(chat.quit(id)),
    close: () => showMembers(false),
  })
  const head = createTalkHead(chat.user, () => showMembers(panel.element.hasAttribute('hidden')))
  const silence = h('p', { class: 'silence', role: 'status' })
  const talk = h('section', { class: 'talk' }, [head.element, view.element, silence, composer.element])
  const element = h('div', { class: 'conversation' }, [talk, panel.element])
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) showMembers(false)
  })

  function showMembers(shown: boolean): void {
    panel.element.hidden = !shown
    drawHead()
  }

  function now(): ChatConversation {
    return chat.conversation(id) ?? conversation
  }

  /** A failure is shown, and is for whoever asked as well. */
  function telling<Value>(work: Promise<Value>): Promise<Value> {
    run(work)
    return work
  }

  function draw(timeline: Timeline): void {
    const { messages } = timeline
    quotes.want(farQuotes(messages))
    const waiting = new Set(
      chat.unsent().flatMap(({ about, state }) => (about !== undefined && state === 'waiting' ? about : [])),
    )
    const rows = timelineRows(messages, {
      now: Date.now(),
      firstUnread,
      find: quotes.find,
      namesOf: (people) => chat.namesOf(people),
      waiting,
    })
    view.render(rows, timeline)
    if (opened && view.atEnd()) markRead()
  }

  function drawHead(): void {
    const current = now()
    const title = titleOf(current, chat.user)
    talk.ariaLabel = title
    composer.setLabel(`Message to ${title}`)
    head.render(current, !panel.element.hasAttribute('hidden'))
    element.classList.toggle('pair', current.memberCount <= 2)
    const silent = silenceText(current, chat.user)
    composer.element.hidden = silent !== undefined
    silence.hidden = silent === undefined
    // What is read out is said once.
    if (silence.textContent !== (silent ?? '')) silence.textContent = silent ?? ''
    panel.render(current)
    // A mute may end by itself, and nothing tells of it.
    clearTimeout(looking)
    if (current.muted.length > 0) looking = setTimeout(drawHead, lookAgainMs)
  }

  function markRead(): void {
    if (opened && document.visibilityState === 'visible' && (chat.conversation(id)?.unread ?? 0) > 0)
      run(chat.read(id))
  }

  function askRecall(message: ChatMessage): void {
    const text = 'It disappears for everyone and is erased at the relay. This cannot be undone.'
    confirmDialog({ title: 'Take this message back?', text, yes: 'Take back' }, () =>
      run(chat.recall(message)),
    )
  }

  async function copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text).catch((error: unknown) => {
      throw new Error('This browser does not let the page copy.', { cause: error })
    })
  }

  async function jumpTo(message: string): Promise<void> {
    if (await open.reach(message)) view.show(message)
    else throw new Error('That message is not on this device, or stands very far back.')
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
      if (event.type === 'message') quotes.note(event.message)
      run(open.apply(event))
      if (event.type === 'names' && opened) draw(open.timeline())
      const back = event.type === 'connection' && chat.connection().is === 'connected'
      if (back) {
        quotes.again()
        draw(open.timeline())
      }
      if (back && open.timeline().missing) run(open.loadOlder())
      if (event.type === 'message' && event.message.conversation === id && event.fresh) view.showNew(1)
    },
    dispose() {
      clearTimeout(looking)
      composer.flush()
      document.removeEventListener('visibilitychange', onVisibility)
      window.removeEventListener('pagehide', composer.flush)
    },
  }
}
