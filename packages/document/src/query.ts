// What is asked of conversations: read, put into one form, and evaluated. Nothing else of this package is needed for it.
export type { Evaluate, PreparedQuery, Truth } from './query/evaluate.ts'
export { prepareQuery } from './query/evaluate.ts'
export { withHead } from './query/facts.ts'
export type { Ranked } from './query/order.ts'
export { compareRanks, fieldsOf, isRankKnown, membersOf, rankOf, valuesOf } from './query/order.ts'
export type { ParsedQuery } from './query/parse-query.ts'
export { parseQuery, toJson } from './query/parse-query.ts'
export type {
  Comparison,
  Condition,
  ConversationFacts,
  Matcher,
  Query,
  QueryFault,
  QueryOrder,
} from './query/query.ts'
export {
  defaultQueryLimit,
  maxQueryBytes,
  maxQueryLimit,
  maxQueryPatternLength,
  maxQuerySkip,
  maxQueryValues,
} from './query/query.ts'
