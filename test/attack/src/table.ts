/** The attacks as README.md lists them. */
import { type Door, doors } from './answers.ts'
import { type Attack, type ThemedAttack, themes } from './attack.ts'

export function attackTable(attacks: readonly ThemedAttack[]): string {
  return themes
    .map((theme) => {
      const rows = attacks.filter((attack) => attack.theme === theme).map(rowOf)
      return [
        `### ${theme}`,
        '',
        '| attack | what is done | against | door and answer |',
        '| --- | --- | --- | --- |',
        ...rows,
        '',
      ].join('\n')
    })
    .join('\n')
}

function rowOf(attack: Attack): string {
  const answers = doors.flatMap((door) => answerOf(attack, door))
  return `| ${attack.name} | ${attack.says} | ${attack.breaks.join(' ')} | ${answers.join('; ')} |`
}

function answerOf({ expects }: Attack, door: Door): readonly string[] {
  const expected = expects[door]
  if (expected === undefined) return []
  const { answers, again } = expected
  const more = again === undefined || again === 'same' ? '' : `, then ${again}`
  return [`${door}: ${answersText(answers)}${more}`]
}

/** Many that are equal, as one and their number. */
function answersText(answers: readonly string[]): string {
  const [first = ''] = answers
  const equal = answers.length > 1 && answers.every((answer) => answer === first)
  return equal ? `${answers.length} times ${first}` : answers.join(', ')
}
