/** The first frame of a device that knows nothing yet, and takes pages as they are. */
import { type Hello, protocolVersion } from '@parley/wire'

export function helloOf(
  token: string,
  device: Hello['device'],
  more: Partial<Pick<Hello, 'epoch' | 'cursor'>> = {},
): Hello {
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
