/** `pnpm bench` as a process: what things cost here, by name; or a command of its own. */
import { bench } from './bench.ts'
import { compare } from './compare/compare.ts'
import { growth } from './growth/growth.ts'

/** Given the words that follow it; answers the code to end with. */
type Command = (words: readonly string[], print: (text: string) => void) => Promise<number>

const commands: ReadonlyMap<string | undefined, Command> = new Map([
  ['compare', compare],
  ['growth', growth],
])

const [first, ...others] = process.argv.slice(2)
const print = (text: string): void => {
  console.log(text)
}
const command = commands.get(first)
process.exitCode =
  command === undefined ? await bench(process.argv.slice(2), print) : await command(others, print)
