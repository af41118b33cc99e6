/** Every change but a message: to conversations, to messages that stand, and to what waits. Loaded with the first of them. */
export { parseCommand, parseOutcome, uniqueConversationId } from '@parley/document/commands'
export { createChangeCalls } from './change-calls.ts'
export { applyCommandAnswer } from './command-answers.ts'
export { refuse } from './refusals.ts'
export { layCommands } from './lay-commands.ts'
export { forwardMessage, reactTo, recallMessage, updateMessage } from './sdk/done-messages.ts'
export { allMemberInfo, blockedPage, changeRole, mute, mutedPage, policyOf } from './sdk/members.ts'
