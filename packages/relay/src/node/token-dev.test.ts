import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { devSecretFile, makeDevSecret, readDevSecret } from './token-dev.ts'

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parley-dev-'))
  onTestFinished(async () => {
    await rm(path, { recursive: true })
  })
  return path
}

test('[RE84] the secret of a relay under development is made once and kept', async () => {
  const path = await directory()
  expect(await readDevSecret(path)).toBeUndefined()
  const secret = await makeDevSecret(path)
  expect(secret.length).toBeGreaterThanOrEqual(32)
  expect(await makeDevSecret(path)).toEqual(secret)
  expect(await readDevSecret(path)).toEqual(secret)
  expect(await makeDevSecret(await directory())).not.toEqual(secret)
})

test('[RE84] only its owner may read it, even after a careless copy', async () => {
  const path = await directory()
  const file = join(path, devSecretFile)
  await makeDevSecret(path)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await chmod(file, 0o644)
  await readDevSecret(path)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('[RE84] a file that holds no secret is replaced by one that does', async () => {
  const path = await directory()
  await writeFile(join(path, devSecretFile), 'short')
  const secret = await makeDevSecret(path)
  expect(await readFile(join(path, devSecretFile))).toHaveLength(secret.length + 1)
  expect((await stat(join(path, devSecretFile))).mode & 0o777).toBe(0o600)
})
