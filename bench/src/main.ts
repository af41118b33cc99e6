/** `pnpm bench` as a process: what things cost here, by name; or a command of its own. */
/** Given the words that follow it; answers the code to end with. */
type Command = (words: readonly string[], print: (text: string) => void) => Promise<number>

/** Each is loaded when it is asked for: what one of them measures need not be there for another. */
const commands: ReadonlyMap<string | undefined, () => Promise<Command>> = new Map([
  ['compare', async () => (await import('./compare/compare.ts')).compare],
  ['relay', async () => (await import('./compare/relay-goals.ts')).relayGoals],
  ['growth', async () => (await import('./growth/growth.ts')).growth],
  ['page', async () => (await import('./plots/page-files.ts')).writePage],
])

const [first, ...others] = process.argv.slice(2)
const print = (text: string): void => {
  console.log(text)
}
const load = commands.get(first)
if (load === undefined) {
  const { bench } = await import('./bench.ts')
  process.exitCode = await bench(process.argv.slice(2), print)
} else {
  const command = await load()
  process.exitCode = await command(others, print)
}
// Whatever was kept stands on the page as well: nobody has to remember it.
if (process.exitCode === 0 && first !== 'page' && first !== 'relay') {
  const { writePage } = await import('./plots/page-files.ts')
  await writePage([], print)
}
