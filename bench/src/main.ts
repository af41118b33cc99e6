/** `pnpm bench` as a process: what things cost here; `compare` and `relay` beside what others take for it. */
import { bench } from './bench.ts'
import { compare } from './compare/compare.ts'

const print = (text: string): void => {
  console.log(text)
}
const [first, ...others] = process.argv.slice(2)
process.exitCode =
  first === 'compare' ? await compare(others, print) : await bench(process.argv.slice(2), print)
