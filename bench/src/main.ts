/** `pnpm bench` as a process: scenarios by name, or a command of its own. */
import { bench } from './bench.ts'
import { growth } from './growth/growth.ts'

/** Given the words that follow it; answers the code to end with. */
type Command = (words: readonly string[], print: (text: string) => void) => Promise<number>

const commands: ReadonlyMap<string | undefined, Command> = new Map([['growth', growth]])

const [name, ...words] = process.argv.slice(2)
const print = (text: string): void => {
  console.log(text)
}
const command = commands.get(name)
process.exitCode =
  command === undefined ? await bench(process.argv.slice(2), print) : await command(words, print)
