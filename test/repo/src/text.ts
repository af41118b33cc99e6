// What must not be in tracked files.

import type { File } from './files.ts'

const telling = [
  // Folders of one machine: where people have their homes, and keep their checkouts.
  /(?<![\w.)\]}-])\/(root|work|farm|home|Users)\//,
  /[A-Z]:\\Users\\/,
  // Hosts of package registries.
  /\bregistry[.-][\w.-]+\.[a-z]{2,}\b|\bnpm(mirror)\b/,
]

export function privateText(file: File): readonly string[] {
  return file.text
    .split('\n')
    .flatMap((line, index) =>
      telling.some((pattern) => pattern.test(line))
        ? [`${file.path}:${index + 1} ${line.trim().slice(0, 100)}`]
        : [],
    )
}

export function addresses(lock: File): readonly string[] {
  return lock.text.split('\n').filter((line) => /https?:|\btarball:/.test(line))
}

const generated = /(^|\/)(node_modules|dist|\.tests|\.cache|coverage)\/|\.(tsbuildinfo|tgz|log)$|^data\//

export function generatedPaths(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => generated.test(path))
}
