/** The branches of a source file, by its syntax: where the program may go one way or another. */
import { readFileSync } from 'node:fs'
import { parseSync } from 'vite'

export interface Branch {
  /** Unique in its file, and the same as long as its own line is: the line, and what stands there. */
  readonly name: string
  readonly line: number
  readonly start: number
  readonly end: number
  /** The named function around it, or ''. */
  readonly inside: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export function branchesOf(path: string): readonly Branch[] {
  const text = readFileSync(path, 'utf8')
  const found: Omit<Branch, 'name'>[] = []
  collect(parseSync(path, text).program, '', (node, inside) => {
    found.push({
      start: node.start,
      end: node.end,
      inside,
      line: text.slice(0, node.start).split('\n').length,
    })
  })
  return found.map((branch) => {
    const shown = text.slice(branch.start, branch.end).replaceAll(/\s+/g, ' ').slice(0, 60)
    return { ...branch, name: `${branch.inside}: ${shown}` }
  })
}

type Tell = (branch: Node, inside: string) => void

function collect(value: unknown, inside: string, tell: Tell): void {
  if (Array.isArray(value)) for (const item of value) collect(item, inside, tell)
  else if (isNode(value)) {
    for (const branch of branchesAt(value)) tell(branch, nameAround(value, inside))
    const within = nameAround(value, inside)
    for (const [key, child] of Object.entries(value)) {
      // Types are no part of the program.
      if (!/^(?:typeAnnotation|returnType|typeParameters|typeArguments)$/.test(key))
        collect(child, within, tell)
    }
  }
}

function nameAround(node: Node, inside: string): string {
  const id = node['id']
  const named = node.type === 'FunctionDeclaration' && isNode(id) ? id['name'] : undefined
  return typeof named === 'string' ? named : inside
}

function branchesAt(node: Node): readonly Node[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return nodes([node['body']])
    case 'IfStatement':
    case 'ConditionalExpression':
      return nodes([node['consequent'], node['alternate']])
    case 'LogicalExpression':
      return nodes([node['right']])
    case 'AssignmentPattern':
      return []
    case 'SwitchCase':
      return nodes(Array.isArray(node['consequent']) ? node['consequent'].slice(0, 1) : [])
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'WhileStatement':
      return nodes([node['body']])
    case 'CatchClause':
      return nodes([node['body']])
    default:
      return []
  }
}

function nodes(candidates: readonly unknown[]): readonly Node[] {
  return candidates.filter(isNode)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
