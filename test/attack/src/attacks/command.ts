/** Makes attacks of single commands about a conversation. */
import type { Any } from '@parley/wire'
import type { Attack } from '../attack.ts'
import type { Scene, SceneName } from '../scene.ts'

export function command(
  name: string,
  says: string,
  answer: string,
  breaks: readonly string[],
  make: (scene: Scene) => Any,
  more: { readonly scene?: SceneName; readonly where?: (scene: Scene) => string } = {},
): Attack {
  const { scene = 'member', where = ({ conversation }: Scene) => conversation } = more
  return {
    name,
    says,
    breaks,
    scene,
    expects: { parley: { answers: [answer], again: 'same' } },
    run: async (attacker, stage) => attacker.command(make(stage), where(stage)),
  }
}
