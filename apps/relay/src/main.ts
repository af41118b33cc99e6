/** Where the program begins: says in a sentence what an older Node would say in a stack. Imports nothing before it has. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 13)) {
  await import('./process.ts')
} else {
  process.stderr.write(
    `parley: Parley needs Node 22.13 or later, and this is Node ${process.versions.node}. Install a newer one from https://nodejs.org.\n`,
  )
  process.exitCode = 2
}
