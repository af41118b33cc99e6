// What the checks ask of a source file, answered from its syntax tree. The parser is the bundler's; TypeScript 7 has none
// to offer to programs.

import { parseSync } from 'vite'
import type { File } from './files.ts'

export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export interface Import {
  readonly specifier: string
  readonly line: number
}

export interface Comment {
  readonly text: string
  readonly line: number
}

/** Every import of a file: static, dynamic, of types, and re-exports. */
export function importsOf(file: File): readonly Import[] {
  const found: Import[] = []
  for (const node of nodesOf(file)) {
    if (!importing.has(node.type)) continue
    const source = node['source']
    if (isNode(source) && typeof source['value'] === 'string') {
      found.push({ specifier: source['value'], line: lineAt(file.text, node.start) })
    }
  }
  return found
}

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
])

/** Every string a call in the file has as its first argument: the titles of tests are among them. */
export function titlesOf(file: File): readonly string[] {
  const titles: string[] = []
  for (const node of nodesOf(file)) {
    if (node.type !== 'CallExpression' || !Array.isArray(node['arguments'])) continue
    const first: unknown = node['arguments'][0]
    if (!isNode(first)) continue
    if (first.type === 'Literal' && typeof first['value'] === 'string') titles.push(first['value'])
    if (first.type === 'TemplateLiteral') titles.push(file.text.slice(first.start + 1, first.end - 1))
  }
  return titles
}

export function commentsOf(file: File): readonly Comment[] {
  return parsed(file).comments.map(({ value, start }) => ({ text: value, line: lineAt(file.text, start) }))
}

/** How many lines hold something that is neither blank nor comment. */
export function countCodeLines(file: File): number {
  let text = file.text
  for (const { start, end } of parsed(file).comments) {
    text = text.slice(0, start) + text.slice(start, end).replaceAll(/[^\n]/g, ' ') + text.slice(end)
  }
  return text.split('\n').filter((line) => line.trim() !== '').length
}

export function statementsOf(file: File): readonly Node[] {
  return parsed(file).program.body.filter((statement): statement is Node & typeof statement =>
    isNode(statement),
  )
}

/** Every node of the file's tree, parents first. */
export function* nodesOf(file: File): Generator<Node> {
  yield* nodesIn(parsed(file).program)
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** Every node of a part of the tree, parents first. */
export function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesIn(item)
  } else if (isNode(value)) {
    yield value
    for (const child of Object.values(value)) yield* nodesIn(child)
  }
}

const cache = new WeakMap<File, ReturnType<typeof parseSync>>()

function parsed(file: File): ReturnType<typeof parseSync> {
  const known = cache.get(file)
  if (known !== undefined) return known
  const result = parseSync(file.path, file.text)
  if (result.errors.length > 0)
    throw new Error(`${file.path}: ${result.errors[0]?.message ?? 'cannot be parsed'}`)
  cache.set(file, result)
  return result
}
