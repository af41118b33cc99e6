/**
 * The whole page of one person: the list on one side, the open conversation on the other, and what connects them.
 *
 * Rules: AC36.
 */
import { createAnnouncer } from './announcer.ts'
import type { Chat, ChatEvent, KeepAction } from './chat.ts'
import { createConnectionBar } from './connection-bar.ts'
import { addressOf } from './conversation-list.ts'
import { type ConversationView, createConversationView } from './conversation-view.ts'
import { h } from './dom.ts'
import { openJoin, openNewConversation } from './forms.ts'
import { elsewherePage, faultPage } from './full-page.ts'
import { called, loudUnread, titleOf } from './names.ts'
import { createNotices } from './notices.ts'
import { openOwn } from './own-dialog.ts'
import { createSide } from './side.ts'
import { openUnsent } from './unsent-dialog.ts'

const drawDelayMs = 16

/** Keyboards come with pointers that can hover; opening one on a phone by itself would cover the messages. */
const hasKeyboard = matchMedia('(hover: hover)').matches

export function showApp(root: HTMLElement, chat: Chat): void {
  const announcer = createAnnouncer()
  const notices = createNotices()
  const bar = createConnectionBar(() => chat.retryConnection())
  const degraded = h('p', { class: 'degraded', role: 'alert', hidden: true }, [
    'This device cannot save just now (its storage is full or broken). What you write is lost if you close the page.',
  ])
  const side = createSide({
    chat,
    keep,
    showOwn: () => openOwn(chat),
    create,
    join: () =>
      openJoin(async (id) => {
        await chat.join(id)
        return () => go(id)
      }),
    showUnsent: () => openUnsent(chat, run),
  })
  const nothing = h('div', { class: 'nothing' }, [
    h('img', { src: '/icon.svg', alt: '', width: '72', height: '72' }),
    h('p', {}, ['Choose a conversation, or start a new one.']),
    h('button', { class: 'main-button', type: 'button' }, ['New conversation'], { click: create }),
  ])
  const place = h('main', { class: 'place' }, [nothing])
  const app = h('div', { class: 'app' }, [
    bar.element,
    degraded,
    h('div', { class: 'columns' }, [side.element, place]),
    notices.element,
    announcer.element,
  ])
  let selected: string | undefined
  let view: ConversationView | undefined
  let drawing: ReturnType<typeof setTimeout> | undefined

  function create(): void {
    openNewConversation(chat.user, async (wanted) => {
      const id = await chat.create(wanted)
      return () => go(id)
    })
  }

  function keep(id: string, action: KeepAction): void {
    run(
      chat.keep(id, action).then(() => {
        if (action === 'hide' && id === selected) go(undefined)
      }),
    )
  }

  function run(work: Promise<unknown>): void {
    work.catch((error: unknown) => notify(error instanceof Error ? error.message : String(error)))
  }

  function notify(text: string): void {
    notices.show(text)
    announcer.say(text)
  }

  function go(conversation: string | undefined): void {
    location.hash = conversation === undefined ? '#/' : addressOf(conversation)
    route()
  }

  function route(): void {
    const wanted = /^#\/c\/(.+)$/.exec(location.hash)?.[1]
    const conversation = wanted === undefined ? undefined : chat.conversation(decodeURIComponent(wanted))
    app.classList.toggle('has-open', conversation !== undefined)
    if (conversation?.id !== selected || view === undefined) {
      view?.dispose()
      selected = conversation?.id
      view = conversation === undefined ? undefined : createConversationView({ chat, conversation, run })
      place.replaceChildren(view?.element ?? nothing)
      if (hasKeyboard) view?.focus()
    }
    draw()
  }

  function draw(): void {
    clearTimeout(drawing)
    drawing = undefined
    side.render(selected)
    view?.render()
    const unread = loudUnread(chat.conversations())
    document.title = unread > 0 ? `(${unread}) Parley, ${chat.user}` : `Parley, ${chat.user}`
  }

  function apply(event: ChatEvent): void {
    if (event.type === 'connection' && isOver()) return
    view?.apply(event)
    switch (event.type) {
      case 'connection':
        bar.render(chat.connection())
        break
      case 'message':
        if (event.fresh) announceMessage(event)
        break
      case 'heard':
        announcer.say(event.text)
        break
      case 'notice':
        notify(event.text)
        break
      case 'storage':
        degraded.hidden = !event.degraded
        break
      case 'changed':
        // The address may name one that has only now arrived.
        if (view === undefined) route()
        break
      case 'moved':
      case 'names':
        break
    }
    // Many events come at once, and one drawing shows them all.
    drawing ??= setTimeout(draw, drawDelayMs)
  }

  function announceMessage({ message }: Extract<ChatEvent, { readonly type: 'message' }>): void {
    const conversation = chat.conversation(message.conversation)
    if (conversation?.quiet === true && message.conversation !== selected) return
    const where =
      conversation === undefined || message.conversation === selected
        ? ''
        : ` in ${titleOf(conversation, chat.user)}`
    announcer.say(`${called(message.from, chat.namesOf([message.from]))}${where}: ${message.text}`)
  }

  /** The client has ended: nothing can be asked of it any more, and the page says why. */
  function isOver(): boolean {
    const connection = chat.connection()
    if (connection.is !== 'elsewhere' && connection.is !== 'ended') return false
    stop()
    clearTimeout(drawing)
    view?.dispose()
    window.removeEventListener('hashchange', route)
    document.title = 'Parley'
    root.replaceChildren(connection.is === 'elsewhere' ? elsewherePage() : faultPage(connection.reason))
    return true
  }

  root.replaceChildren(app)
  const stop = chat.on(apply)
  window.addEventListener('hashchange', route)
  route()
  bar.render(chat.connection())
}
