/**
 * Where an app begins: a relay's address, a way to a token, a place for the data. The platform (browser or Node) brings
 * sockets, clocks and stores; everything else is the same.
 */
import type { DeviceStore } from '@parley/storage'
import { maxIdLength } from '@parley/wire'
import { createLazyEngine } from '../lazy-engine.ts'
import type { ConnectionState, Engine } from '../engine-types.ts'
import { ParleyError } from '../errors.ts'
import type { PartSources } from '../parts.ts'
import type { Logger, Ports, TokenReason } from '../ports.ts'
import { silentLogger } from '../ports.ts'
import type { Conversation } from './conversation.ts'
import { defineConversationProperty } from './define-property.ts'
import { Emitter } from './emitter.ts'
import { Event } from './event.ts'
import { userId } from './given-ids.ts'
import { IMClient } from './im-client.ts'
import { badArgument, flagOf, optionsOf } from './json.ts'
import { createMessageClasses, type MessageClass, type MessageClasses } from './message-classes.ts'

export interface RealtimeOptions {
  /** ws:// or wss:// */
  readonly server: string
  /** Called when a token is needed, and again before it runs out. Null says that there is none: nobody is signed in. */
  readonly token: (request: {
    readonly clientId: string
    /** Of this browser profile or store; a token that names it as its claim `device` is good on no other. */
    readonly deviceId: string
    readonly reason: TokenReason
  }) => Promise<string | null> | string | null
  /** Default: IndexedDB in a browser, memory in Node. */
  readonly store?: 'indexeddb' | 'memory' | DeviceStore
  readonly logger?: Logger
}

export interface ClientOptions {
  /** Of the devices of a user that share a tag one is connected at a time: 1 to 64 characters. Without one there is no limit. */
  readonly tag?: string
  /**
   * True: this device only comes back, and is turned away where another one has the tag. False: somebody signs in, and the
   * other device is sent away. Left out: a sign-in when this device was never in under this tag, and when a client is made
   * again on the same page.
   */
  readonly isReconnect?: boolean
  /** How far this user has read goes to his other devices, and theirs counts here. Default: false. */
  readonly syncReadMarks?: boolean
  /** What he reads is told to the others, and their messages become READ. Without it nothing about reading leaves the device. */
  readonly readReceipts?: boolean
}

export interface Platform extends Omit<Ports, 'store' | 'connect' | 'token' | 'log'> {
  readonly connect: (server: string) => Ports['connect']
  readonly store: (wanted: 'indexeddb' | 'memory' | undefined, user: string) => DeviceStore
  /** Tells the engine when the network comes and goes, and when the page is looked at again. Answers how to stop. */
  readonly watch: (engine: Engine) => () => void
  readonly parts: PartSources
  /** Calls back when there is nothing else to do; where parts are to be loaded then. */
  readonly idle?: (job: () => void) => void
}

export type RealtimeEvents = {
  readonly [Event.DISCONNECT]: readonly []
  readonly [Event.OFFLINE]: readonly []
  readonly [Event.ONLINE]: readonly []
  readonly [Event.SCHEDULE]: readonly [number, number]
  readonly [Event.RETRY]: readonly [number]
  readonly [Event.RECONNECT]: readonly []
}

/** As long as an id: a name for a kind of device, such as web or mobile. */
function checkTag(tag: unknown): void {
  if (typeof tag !== 'string' || tag.length > maxIdLength || /\p{Surrogate}/u.test(tag))
    throw new ParleyError('bad-argument', `A tag is a text of at most ${maxIdLength} characters.`)
}

function isStore(store: unknown): boolean {
  return store === undefined || (typeof store === 'object' && store !== null)
}

export class PortableRealtime extends Emitter<RealtimeEvents> {
  readonly #options: RealtimeOptions
  readonly #platform: Platform
  readonly #classes: MessageClasses
  readonly #fault: (error: unknown) => void
  readonly #engines = new Set<Engine>()
  /** For whom a client was made in this life. */
  readonly #seen = new Set<string>()

  constructor(options: RealtimeOptions, platform: Platform) {
    const { logger = silentLogger, server, token, store } = optionsOf(options, 'The options of a Realtime')
    const fault = (error: unknown): void => logger.error('a listener threw', { error: String(error) })
    super(fault)
    if (!/^wss?:\/\/[^\s/]\S*$/.test(server))
      throw badArgument('server is the address of the relay: ws://… or wss://…')
    if (typeof token !== 'function') throw badArgument('token is a function that answers with a token.')
    if (typeof store === 'string' ? store !== 'indexeddb' && store !== 'memory' : !isStore(store))
      throw badArgument('store is “indexeddb”, “memory”, or a store.')
    this.#options = options
    this.#platform = platform
    this.#fault = fault
    this.#classes = createMessageClasses((error) =>
      logger.error('a message class threw', { error: String(error) }),
    )
  }

  /** `conversation.topic` from here on: an attribute under a name of its own, or what the descriptor says. */
  static defineConversationProperty(
    name: string,
    descriptor?: PropertyDescriptor & ThisType<Conversation>,
  ): void {
    defineConversationProperty(name, descriptor)
  }

  get state(): ConnectionState {
    for (const engine of this.#engines) return engine.connection
    return 'paused'
  }

  /** Message classes of the app's own: what arrives with their type is made an instance of them. */
  register(...classes: readonly MessageClass[]): this {
    for (const one of classes) this.#classes.register(one)
    return this
  }

  pause(): void {
    for (const engine of this.#engines) engine.pause()
  }

  resume(): void {
    for (const engine of this.#engines) engine.resume()
  }

  retry(): void {
    for (const engine of this.#engines) engine.retry()
  }

  /** Ready from what the device holds; the connection is made behind it. */
  async createIMClient(id: string, options: ClientOptions = {}): Promise<IMClient> {
    const user = userId(id)
    const {
      tag = '',
      isReconnect,
      syncReadMarks = false,
      readReceipts = false,
    } = optionsOf(options, 'The options of a client')
    checkTag(tag)
    if (isReconnect !== undefined) flagOf(isReconnect, 'isReconnect')
    const again = this.#seen.has(user)
    this.#seen.add(user)
    const { store, token, server, logger: log = silentLogger } = this.#options
    const platform = this.#platform
    const engine = createLazyEngine({
      parts: platform.parts,
      user,
      tag,
      login: isReconnect === undefined ? again || undefined : !isReconnect,
      syncReadMarks: flagOf(syncReadMarks, 'syncReadMarks'),
      readReceipts: flagOf(readReceipts, 'readReceipts'),
      ports: {
        store: typeof store === 'object' ? store : platform.store(store, user),
        connect: platform.connect(server),
        now: platform.now,
        timer: platform.timer,
        random: platform.random,
        token: async (request) => token(request),
        inflate: platform.inflate,
        log,
      },
    })
    engine.on((event) => {
      if (event.type !== 'connection') return
      if (event.event === 'SCHEDULE') this.emit(Event.SCHEDULE, event.attempt ?? 0, event.delayMs ?? 0)
      else if (event.event === 'RETRY') this.emit(Event.RETRY, event.attempt ?? 0)
      else this.emit(Event[event.event])
    })
    this.#preloadOnline(engine, log)
    const { random, now } = platform
    const client = new IMClient({ engine, classes: this.#classes, random, now, fault: this.#fault })
    let stop = (): void => undefined
    engine.on((event) => {
      if (event.type !== 'ended') return
      stop()
      this.#engines.delete(engine)
    })
    await engine.start()
    this.#engines.add(engine)
    stop = platform.watch(engine)
    return client
  }

  /** Never without a network: an import() that has failed stays failed in most browsers for the life of the page. */
  #preloadOnline(engine: Engine, log: Logger): void {
    const stop = engine.on((event) => {
      if (event.type !== 'caught-up') return
      this.#platform.idle?.(() => {
        if (engine.connection !== 'connected') return
        stop()
        // Whatever needs one of them asks again, and says so.
        engine
          .preload()
          .catch((error: unknown) => log.info('a part was not loaded ahead', { error: String(error) }))
      })
    })
  }
}
