/** The decoders whose every branch the corpus reaches, and what of them is not for a decoder to reach. Rule AT42. */

/** `besides`: functions of the file that read nothing: writers, and what makes values for them. */
export interface Covered {
  readonly file: string
  readonly besides?: RegExp
  /** Only these. */
  readonly only?: RegExp
}

const wire = 'packages/wire/src/'
const document = 'packages/document/src/'
const shell = 'packages/relay/src/node/'
const writers = /^(?:write|encode|fit|build)/

const frames = [
  'command',
  'digests',
  'failure',
  'fetch',
  'hello',
  'marks',
  'news',
  'own',
  'ping',
  'presence',
  'push',
  'query',
  'row',
  'rows',
  'signal',
  'sync',
  'token',
  'touched-page',
  'words',
]

export const coveredFiles: readonly Covered[] = [
  { file: `${wire}codec.ts`, besides: writers },
  { file: `${wire}bytes/bounded-reader.ts` },
  { file: `${wire}bytes/any.ts`, besides: writers },
  ...frames.map((name) => ({ file: `${wire}frame/${name}.ts`, besides: writers })),
  { file: `${document}entry/bytes.ts` },
  { file: `${document}entry/any.ts`, besides: writers },
  { file: `${document}entry/content.ts` },
  { file: `${document}entry/json.ts`, only: /^is/ },
  { file: `${document}page/append.ts`, besides: /^(?:write|ranges)/ },
  { file: `${document}page/stock-content.ts` },
  { file: `${document}page/stock-order.ts` },
  { file: `${document}page/stock-update.ts` },
  { file: `${document}fields.ts`, besides: /^orUndefined$/ },
  { file: `${document}head/parse-change.ts` },
  { file: `${document}head/parse-command.ts` },
  { file: `${document}head/parse-outcome.ts` },
  { file: `${document}head/policy.ts`, only: /^(?:policyOf|readAudience)$/ },
  { file: `${document}head/shapes.ts` },
  { file: `${document}head/attributes.ts`, only: /^parse/ },
  { file: `${document}person/parse-command.ts` },
  { file: `${document}person/parse-values.ts`, besides: /^personGroup$/ },
  { file: `${document}documents.ts`, only: /^parse/ },
  { file: `${shell}y-messages.ts`, besides: writers },
  { file: `${shell}http-origin.ts` },
  { file: `${shell}http-url-token.ts` },
  { file: `${shell}http-body.ts` },
  { file: `${shell}http-admin.ts`, only: /^(?:parseRequest|knowsSecret|digest)$/ },
  { file: `${shell}http-dev-token.ts` },
  { file: `${shell}y-endpoint.ts`, only: /^read(?:Name|Token)$/ },
  { file: `${shell}http-page.ts`, only: /^(?:takeApart|createPageServer)$/ },
]

const judging = [
  'head/attributes',
  'head/change-head',
  'head/head-document',
  'head/judge-members',
  'head/judge-update',
  'head/rules',
  'person/judge-contact',
  'person/judge-person',
]

/** What an input may reach that is worth to be broken further: more than the decoders, and nobody counts it. */
export const guidingFiles: readonly string[] = [
  ...coveredFiles.map(({ file }) => file),
  ...judging
    .map((name) => `${document}${name}.ts`)
    .filter((file) => coveredFiles.every((one) => one.file !== file)),
]

/** Branches that no bytes reach, and why each is there all the same. By file, and by what stands there. */
export const unreachable: readonly {
  readonly file: string
  readonly branch: string
  readonly why: string
}[] = [
  {
    file: `${document}entry/bytes.ts`,
    branch: 'asciiText: 128',
    why: 'the compiler does not know that the place is below the end',
  },
  {
    file: `${document}page/append.ts`,
    branch: "faultOf: 'the update is not an appended item'",
    why: 'whoever asks has a fault, which the compiler does not know',
  },
  {
    file: `${document}head/policy.ts`,
    branch: "policyOf: bad('a policy leaves something open')",
    why: 'no bytes hold an undefined: an app gives one',
  },
]
