/** Every change but a message: to conversations, to messages that stand, and to what waits. Loaded with the first of them. */
export { parseCommand, parseOutcome } from '@parley/document/commands'
export { createChangeCalls } from './change-calls.ts'
export { applyCommandAnswer } from './command-answers.ts'
export { layCommands } from './lay-commands.ts'
