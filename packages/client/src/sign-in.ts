/**
 * Of the devices of a user that share a tag, one is in session: the one where somebody has signed in last. Rules CL230 to
 * CL232.
 *
 * A device that has been in session under its tag comes back by itself, also in its next life: a page that is loaded
 * again sends nobody away. It signs in when it has not been in under this tag before, or when the app says so.
 */
import type { Hello } from '@parley/wire'
import type { Ledger } from './ledger.ts'

export interface SignIn {
  hello(): Pick<Hello, 'tag' | 'login'>
  /** The relay has let it in: from here on it only comes back. */
  welcomed(): void
  /** So that the next life knows. */
  keep(ledger: Ledger): void
}

/** `login`: what the app says, or nothing. `held`: the tag of its last session, in whichever life. */
export function createSignIn(tag: string, login: boolean | undefined, held: string): SignIn {
  let signsIn = tag !== '' && (login ?? tag !== held)
  return {
    hello: () => ({ tag, login: signsIn }),
    welcomed() {
      signsIn = false
    },
    keep(ledger) {
      if (ledger.device.tag !== tag) ledger.setDevice({ ...ledger.device, tag })
    },
  }
}
