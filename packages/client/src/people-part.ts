/** What a person's own rows need, and the profiles of others: loaded when there are any. */
export { receivePeople, wantProfile, wantSender, wantUnknown } from './people.ts'
export { createPersonCalls, tellReadMark } from './person-calls.ts'
export { createPersonChanges } from './person-changes.ts'
export { beginPersonEpoch, prunePersonal } from './person-epoch.ts'
export { applyOwn, applyPersonAnswer, dropUnnamed, settleByCursor } from './person-frames.ts'
export { personDeparture, personReady } from './person-lane.ts'
export { loadPerson, personOf } from './person-model.ts'
export { moveMark, shownSetting } from './person-settings.ts'
export {
  blockedUsers,
  contactViews,
  personUnsent,
  personUnsentView,
  profileView,
  refusedConversations,
} from './person-views.ts'
export { createProfileEvents, ownLook } from './profile-events.ts'
export { changeConversations, changeUsers, updateProfile } from './sdk/person-changes.ts'
export { createPersonTelling } from './sdk/person-told.ts'
