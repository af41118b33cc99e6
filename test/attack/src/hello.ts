/** The first frame of an honest device that knows nothing yet. */
import { type Hello, protocolVersion } from '@parley/wire'

export function helloOf(token: string, device: string, more: Partial<Hello> = {}): Hello {
  return {
    frame: 'hello',
    version: protocolVersion,
    token,
    device,
    epoch: '',
    cursor: 0,
    tag: '',
    login: false,
    inflates: false,
    ...more,
  }
}
