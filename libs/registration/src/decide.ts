import { secretNeed, splitPersonal } from '@rollbook/client-metadata';
import { RegistrationError } from '@rollbook/protocol';
import { changedMembers } from './changed-members.js';
import type { Command, Origin, RegisterClient, UpdateClient } from './commands.js';
import type { ClientFact, PersonalFacts } from './events.js';
import { requireFit, rotateSecret, secretData, secretFactsOfUpdate } from './secret-rules.js';
import type { ClientState } from './state.js';

/**
 * Decides what a command means for a client in `state`: the facts to record, `[]` when nothing changes. Pure,
 * synchronous, and total over commands and states.
 *
 * @throws RegistrationError `invalid_token` or `not_found` (no such client, for a client or an operator), `access_denied`
 *   (suspended), `conflict`, `invalid_request`: RFC 7592 §2, spec 2.12–2.22
 */
export function decide(command: Command, state: ClientState): ClientFact[] {
  refuseByStatus(command, state);
  return withOrigin(command.origin, factsOf(command, state));
}

function factsOf(command: Command, state: ClientState): ClientFact[] {
  switch (command.type) {
    case 'RegisterClient':
      return register(command);
    case 'UpdateClient':
      return update(command, state);
    case 'RotateSecret':
      return rotateSecret(command, state, laterOf(command.now, state.recordedAt));
    case 'RotateRegistrationAccessToken':
      return [tokenRotated(command)];
    case 'SuspendClient':
      return [{ type: 'ClientSuspended', data: { reason: command.reason }, personal: null }];
    case 'ReinstateClient':
      return [{ type: 'ClientReinstated', data: { reason: command.reason }, personal: null }];
    case 'DeleteClient':
      return [{ type: 'ClientDeleted', data: { reason: command.reason }, personal: null }];
    default: {
      const never: never = command;
      return never;
    }
  }
}

/** Which commands a client in this state can still get, and what those that it can't are told. */
function refuseByStatus(command: Command, { status }: ClientState): void {
  if (command.type === 'RegisterClient') {
    if (status !== 'absent') throw new RegistrationError('conflict', 'this client_id is already registered');
    return;
  }
  const byClient = command.type === 'UpdateClient' || ('by' in command && command.by === 'client');
  if (status === 'absent' || status === 'deleted') {
    // Never 404 to a client (spec 2.15); the HTTP layer has already answered 401, unless the client vanished meanwhile.
    throw byClient
      ? new RegistrationError('invalid_token', 'the registration access token is not valid')
      : new RegistrationError('not_found', 'there is no such client');
  }
  if (status === 'suspended' && byClient) {
    throw new RegistrationError(
      'access_denied',
      'this client is suspended; ask the operator to reinstate it',
    );
  }
  if (status === 'suspended' && command.type === 'SuspendClient') {
    throw new RegistrationError('conflict', 'this client is already suspended');
  }
  if (status === 'active' && command.type === 'ReinstateClient') {
    throw new RegistrationError('conflict', 'this client is not suspended');
  }
}

function register(command: RegisterClient): ClientFact[] {
  requireFit(command.secret, secretNeed(command.metadata));
  const { metadata, personal } = splitPersonal(command.metadata);
  return [
    {
      type: 'ClientRegistered',
      data: {
        client_id: command.client_id,
        client_id_issued_at: Math.floor(Date.parse(command.now) / 1000),
        metadata,
        registrationAccessToken: { digest: command.registrationAccessTokenDigest },
        secret: command.secret === null ? null : secretData(command.secret),
      },
      personal: personal === null ? null : { metadata: personal },
    },
  ];
}

function update(command: UpdateClient, state: ClientState): ClientFact[] {
  const { metadata, personal } = splitPersonal(command.metadata);
  const changed = changedMembers(
    { ...state.metadata, ...command.currentPersonalMetadata },
    { ...metadata, ...personal },
  );
  const facts = secretFactsOfUpdate(state, command.metadata, command.secret);
  if (changed.length > 0) {
    facts.unshift({
      type: 'ClientUpdated',
      data: { metadata, changed },
      personal: personal === null ? null : { metadata: personal },
    });
  }
  // A PUT that changes nothing appends nothing: a repeated one must not burn a token either (design §3).
  if (facts.length > 0 && command.registrationAccessToken !== null) {
    facts.push(tokenRotated(command.registrationAccessToken));
  }
  return facts;
}

const tokenRotated = (token: { digest: string; previousValidUntil: string | null }): ClientFact => ({
  type: 'RegistrationAccessTokenRotated',
  data: { digest: token.digest, previousValidUntil: token.previousValidUntil },
  personal: null,
});

/** The caller's address and agent go with the command's first fact: one command is one commit, said once. */
function withOrigin({ ip, userAgent }: Origin, facts: ClientFact[]): ClientFact[] {
  const [first, ...rest] = facts;
  if (first === undefined || (ip === undefined && userAgent === undefined)) return facts;
  const personal: PersonalFacts = { ...first.personal };
  if (ip !== undefined) personal.ip = ip;
  if (userAgent !== undefined) personal.userAgent = userAgent;
  return [{ ...first, personal }, ...rest];
}

/** Within a stream time never goes back (design §3), so a clock that did counts from the last event. */
const laterOf = (now: string, recordedAt: string | null) =>
  recordedAt !== null && recordedAt > now ? recordedAt : now;
