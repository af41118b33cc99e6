/** What no command can write: why a curve is as it is, and what became of each cost. Read against the code, by hand. */
import type { AxisName } from '../growth/axes.ts'

export const growthExplained: Readonly<Record<AxisName, string>> = {
  conversations:
    'Conversations that only exist cost their place in the indexes and nothing else: ten that talk cost what they cost, however many are silent. In turn, two things come on top, and both are bounded. Up to some hundred, messages stop sharing: what a turn writes once for a conversation (its record, page, writer, member), and the frame that goes to each device, are for one message instead of many. Above 2,000, conversations are no longer held in memory (`maxCachedConversations`), so that each message first loads one. A profile of 10,000 in turn shows it: looking up what is known takes 19 % instead of 5 % of the time at 1,000, and reading its head another 9 % (updates and frames from 6 to 15 %). Beyond the cache of the database its pages are read again, too. Whoever has that many conversations talking at the same time, and memory, raises the limit.',
  members:
    'A delivery becomes cheaper with every member, since what a message costs once (reading, judging, the disk) is shared by more of them; what is left is one frame for each socket and turn, the same bytes for all, encoded once. Alone, with one message to a turn, that frame is all there is: the curve ends at the price of a write to a socket. Many at once share it.',
  history:
    'Nothing in the hot path looks at more than the open page of a conversation, so that a million messages behind it are not noticed, neither by the processor nor by the disk.',
  devices:
    'As with members: what a message costs once is shared by more devices, and each of them adds a frame for a turn.',
}

/** By the parts of `pnpm bench costs`. */
export const costsExplained: Readonly<Record<string, string>> = {
  'garbage collection':
    'Explained: short-lived bytes and objects, from sockets mostly. A message is now fewer texts, maps and closures; what is left is one object for each update, row and answer, and what ws makes for a frame.',
  'SQLite: a turn’s blob, and COMMIT with its fsync':
    'Removed as far as the promise allows: a turn of up to 2,048 messages is one blob at the end of one table, instead of a row, two entries of indexes and a record for each. What is left is the promise: the commit waits for the disk, and nothing is answered before. Here a wait counts as time, since the relay’s thread waits.',
  'the journal: encoding, and what is pending':
    'Explained: it is what the blob is made of, and what answers until the tables follow. It took the place of costlier work.',
  'SQLite: settling the journal into the tables':
    'Removed in part: the tables follow up to 4,096 rows later, in the order of their keys and sixteen rows to a statement; a record that many turns have changed is written once. What is left is one row and one entry of an index for each message, which must stand somewhere.',
  'SQLite: reading what is known':
    'Explained: whether an id is known already must be looked up for each message, or a device that sends twice would be heard twice. Sixteen are looked up by one statement; what the journal holds is answered from memory.',
  'sockets: ws and Node':
    'Explained: a frame in and an answer out for each push, a frame for each device and turn, and Node’s own cost of a socket below it: that is what bare ws pays as well.',
  'frames: @parley/wire and lib0':
    'Explained: every frame is read by a reader that trusts nothing, and written once for all members.',
  'updates, entries and digests: @parley/document':
    'Explained: each update is read with bounds, judged, and taken into its page’s digest; nothing of it is handed to Yjs.',
  'the shell of @parley/relay':
    'Explained: what comes from sockets is given to the core, and what it answers to them.',
  'the core of @parley/relay':
    'Removed in part: buckets and queues are changed in place, and a turn is taken in one walk over the users. What is left is spread over some sixty functions, none of them with more than a fiftieth: rates, what is loaded, a draft over what is known, every check in its order, answers, and the rows for those who are there.',
  'everything else':
    'Explained: what has no name in a profile (a thread that waits for the kernel, or for its turn on a busy machine), and the signatures of tokens.',
}
