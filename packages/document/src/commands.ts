// What is judged where somebody wants to change a conversation: not needed to show one, or to write into it.
export type { AttributeChanges, AttributeEdit } from './head/attributes.ts'
export { editAttributes } from './head/attributes.ts'
export type { ParsedCommand } from './head/parse-command.ts'
export { parseCommand } from './head/parse-command.ts'
export type { ParsedOutcome } from './head/parse-outcome.ts'
export { parseOutcome } from './head/parse-outcome.ts'
export { judgeCommand } from './head/rules.ts'
export { uniqueConversationId } from './unique-id.ts'
