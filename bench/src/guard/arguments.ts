/** What the guard is asked: two commits, and courses by name. */
export interface Asked {
  readonly ok: true
  /** Left out: where this branch left `main`, or the commit before. */
  readonly base: string | undefined
  readonly head: string
  readonly courses: readonly string[]
}

export type ReadWords = Asked | { readonly ok: false; readonly sentence: string }

export function readWords(words: readonly string[], known: readonly string[]): ReadWords {
  const courses: string[] = []
  let base: string | undefined
  let head = 'HEAD'
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const option = /^--(base|head)(?:=(.*))?$/s.exec(word)
    if (option !== null) {
      const inline = option[2]
      if (inline === undefined) at += 1
      const value = inline ?? words[at] ?? ''
      if (value === '' || value.startsWith('-')) return fault(`--${option[1] ?? ''} wants a commit.`)
      if (option[1] === 'base') base = value
      else head = value
    } else if (word.startsWith('-')) return fault(`There is no ${word}. There are: --base, --head.`)
    else if (!known.includes(word)) return fault(`There is no ${word}. There are: ${known.join(', ')}.`)
    else courses.push(word)
  }
  return { ok: true, base, head, courses: courses.length === 0 ? known : courses }
}

function fault(sentence: string): ReadWords {
  return { ok: false, sentence }
}
