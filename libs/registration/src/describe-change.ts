import type { PersonalMetadata } from '@rollbook/client-metadata';
import type { ClientEvent } from './events.js';
import { changedMembers } from './changed-members.js';
import type { ClientState } from './state.js';

/** One line of a client's history; `null` = was or is not there. `personal`: values only where they were decrypted. */
export type Change = { member: string; before: unknown; after: unknown; personal?: true };

/** The personal members before and after, for a reader who may see them and could decrypt them. */
export type PersonalChange = { before: PersonalMetadata | null; after: PersonalMetadata | null };

/**
 * What one event changed, readable by a person (S13, S14): metadata members by name, then `status`, `secrets` (by id
 * and end, never a digest) and `registrationAccessTokens` (how many are listed).
 *
 * @param before the state before `event`; `after` = `evolve(before, event)`
 */
export function describeChange(
  before: ClientState,
  after: ClientState,
  event: ClientEvent,
  personal: PersonalChange = { before: null, after: null },
): Change[] {
  const own = [
    { member: 'status', before: statusOf(before), after: statusOf(after) },
    { member: 'secrets', before: secretsOf(before), after: secretsOf(after) },
    {
      member: 'registrationAccessTokens',
      before: before.registrationAccessTokens.length,
      after: after.registrationAccessTokens.length,
    },
  ];
  const differing = new Set(changedMembers(byMember(own, 'before'), byMember(own, 'after')));
  // A rotation replaces a token by another: one before, one after, and yet a change.
  if (event.type === 'RegistrationAccessTokenRotated') differing.add('registrationAccessTokens');
  return [
    ...metadataChanges(before, after, event, personal),
    ...own.filter(({ member }) => differing.has(member)),
  ];
}

function metadataChanges(
  { metadata: old }: ClientState,
  { metadata: next }: ClientState,
  event: ClientEvent,
  personal: PersonalChange,
): Change[] {
  const listed = changedMembers(old, next);
  const changes: Change[] = listed.map((member) => ({
    member,
    before: valueOf(old, member),
    after: valueOf(next, member),
  }));
  const hidden = new Set(changedMembers(personal.before ?? {}, personal.after ?? {}));
  if (event.type === 'ClientUpdated') {
    for (const member of event.data.changed) if (!listed.includes(member)) hidden.add(member);
  }
  for (const member of hidden) {
    const [was, is] = [valueOf(personal.before ?? {}, member), valueOf(personal.after ?? {}, member)];
    changes.push({ member, before: was, after: is, personal: true });
  }
  return changes.sort((a, b) => (a.member < b.member ? -1 : 1));
}

const statusOf = ({ status }: ClientState) => (status === 'absent' ? null : status);
const secretsOf = ({ secrets }: ClientState) =>
  secrets.map(({ secretId, client_secret_expires_at, validUntil }) => ({
    secretId,
    client_secret_expires_at,
    validUntil,
  }));
const valueOf = (members: { readonly [member: string]: unknown }, member: string) => members[member] ?? null;
const byMember = (changes: Change[], side: 'before' | 'after') =>
  Object.fromEntries(changes.map((change) => [change.member, change[side]]));
