// Pure parts get time and chance as arguments. The compiler hides the DOM and Node from them; what the language itself
// offers (`Date.now`, `Math.random`) and what a `declare` would bring back is found here.

import type { File } from './files.ts'
import { isNode, lineAt, nodesIn, nodesOf, type Node } from './syntax.ts'

const impureGlobals = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'fetch',
  'WebSocket',
  'BroadcastChannel',
  'crypto',
  'performance',
  'process',
  'navigator',
  'indexedDB',
  'localStorage',
  'console',
])

const impureMembers = new Set(['Date.now', 'Math.random'])

export function isPure(path: string): boolean {
  return (
    /^packages\/(document|wire|client|relay|storage)\/src\//.test(path) &&
    !/^packages\/(client|relay|storage)\/src\/(browser|node)\//.test(path) &&
    !/\.test(-[a-z]+)?\.tsx?$/.test(path)
  )
}

export function impurities(file: File): readonly string[] {
  const own = boundNames(file)
  const faults: string[] = []
  for (const node of nodesOf(file)) {
    const name = impurityOf(node, own)
    if (name !== undefined) faults.push(`${file.path}:${lineAt(file.text, node.start)} uses ${name}`)
  }
  return faults
}

function impurityOf(node: Node, own: ReadonlySet<string>): string | undefined {
  const callee = nameOf(node['callee'])
  if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    const isBare = Array.isArray(node['arguments']) && node['arguments'].length === 0
    if (callee === 'Date' && (isBare || node.type === 'CallExpression')) return 'the clock (Date)'
    if (callee !== undefined && impureGlobals.has(callee) && !own.has(callee)) return callee
  }
  if (node.type === 'MemberExpression') {
    const object = nameOf(node['object'])
    if (object === 'globalThis') return object
    if (object !== undefined && impureGlobals.has(object) && !own.has(object)) return object
    const member = `${object ?? ''}.${nameOf(node['property']) ?? ''}`
    if (impureMembers.has(member)) return member
  }
  if (node.type === 'VariableDeclaration' && node['declare'] === true && !isBrand(node))
    return 'a declared global'
  if (node.type === 'TSDeclareFunction' && node['declare'] === true) return 'a declared global'
  return undefined
}

/** `declare const brand: unique symbol` names a type, and nothing that is there when the program runs. */
function isBrand(declaration: Node): boolean {
  return [...nodesIn(declaration)].some(
    (node) => node.type === 'TSTypeOperator' && node['operator'] === 'unique',
  )
}

/** What the file gives a name itself: a parameter called `fetch` is a port, not the network. */
function boundNames(file: File): ReadonlySet<string> {
  const names = new Set<string>()
  const bind = (target: unknown): void => {
    if (!isNode(target)) return
    if (target.type === 'Identifier' && typeof target['name'] === 'string') names.add(target['name'])
    if (target.type === 'ObjectPattern' && Array.isArray(target['properties'])) {
      for (const property of target['properties'])
        if (isNode(property)) bind(property['value'] ?? property['argument'])
    }
    if (target.type === 'AssignmentPattern') bind(target['left'])
  }
  for (const node of nodesOf(file)) {
    if (node.type === 'VariableDeclarator') bind(node['id'])
    if (node.type === 'ImportSpecifier') bind(node['local'])
    if (/Function/.test(node.type) && Array.isArray(node['params'])) node['params'].forEach(bind)
  }
  return names
}

function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' && typeof node['name'] === 'string'
    ? node['name']
    : undefined
}
