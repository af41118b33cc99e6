// Regular expressions out of values: a pattern of a stranger can keep the engine of the language busy for ever.

import type { File } from './files.ts'
import { isNode, lineAt, nodesOf, type Node } from './syntax.ts'

export function isGuarded(path: string): boolean {
  return /^packages\/(document|wire|relay)\/src\//.test(path) && !/\.test(-[a-z]+)?\.tsx?$/.test(path)
}

/** Every use of `RegExp` but as a type, behind `instanceof`, or called with a pattern that is written out. */
export function builtExpressions(file: File): readonly string[] {
  const allowed = new Set<number>()
  const used: number[] = []
  for (const node of nodesOf(file)) {
    for (const harmless of harmlessUses(node)) allowed.add(harmless)
    if (node.type === 'Identifier' && node['name'] === 'RegExp') used.push(node.start)
  }
  return used
    .filter((start) => !allowed.has(start))
    .map((start) => `${file.path}:${lineAt(file.text, start)} builds a regular expression from a value`)
}

/** Where the names stand. */
function harmlessUses(node: Node): readonly number[] {
  switch (node.type) {
    case 'NewExpression':
    case 'CallExpression':
      return isWrittenOut(node['arguments']) ? startOf(node['callee']) : []
    case 'BinaryExpression':
      return node['operator'] === 'instanceof' ? startOf(node['right']) : []
    case 'TSTypeReference':
      return startOf(node['typeName'])
    default:
      return []
  }
}

function isWrittenOut(given: unknown): boolean {
  return Array.isArray(given) && given.every((one: unknown) => isNode(one) && one.type === 'Literal')
}

function startOf(node: unknown): readonly number[] {
  return isNode(node) ? [node.start] : []
}
