import { RegistrationError, type RefusalName } from '@rollbook/protocol';
import {
  type ClientEvent,
  type ClientFact,
  type Command,
  decide,
  fold,
  schemaVersionOf,
  streamIdOf,
} from '../src/index.js';
import { CLIENT } from './samples.js';

/** Facts as if recorded, one after another from `fromVersion`; what is personal gets a stand-in for its ciphertext. */
export function recorded(facts: readonly ClientFact[], recordedAt: string, fromVersion = 1): ClientEvent[] {
  return facts.map((fact, index) => {
    const streamVersion = fromVersion + index;
    return {
      eventId: `019a3a0f-5d00-7c3e-9b1a-${String(streamVersion).padStart(12, '0')}`,
      type: fact.type,
      schemaVersion: schemaVersionOf(fact.type),
      streamId: streamIdOf(CLIENT),
      streamVersion,
      recordedAt,
      correlationId: 'test',
      causationId: null,
      actor: { kind: 'system', ref: null },
      policyVersion: '0000000000000000',
      data: fact.data,
      personal:
        fact.personal === null
          ? null
          : { kid: 'k1', nonce: 'bm9uY2U', ciphertext: 'Y2lwaGVy', keyCommit: 'Y29tbWl0' },
    } as ClientEvent;
  });
}

/**
 * Given what happened (commands that were accepted, in order), when a command comes, then it gives these facts, or is refused.
 */
export function given(...accepted: readonly Command[]) {
  const events: ClientEvent[] = [];
  for (const command of accepted) {
    events.push(...recorded(decide(command, fold(events)), command.now, events.length + 1));
  }
  const state = fold(events);
  return {
    events,
    state,
    when: (command: Command) => ({
      gives: (...facts: ClientFact[]) => expect(decide(command, state)).toEqual(facts),
      /** Types only, for cases about which facts there are. */
      givesTypes: (...types: ClientFact['type'][]) =>
        expect(decide(command, state).map(({ type }) => type)).toEqual(types),
      refuses: (refusal: RefusalName, message: RegExp) => {
        let refused: unknown;
        try {
          decide(command, state);
        } catch (error) {
          refused = error;
        }
        expect(refused).toBeInstanceOf(RegistrationError);
        expect(refused).toMatchObject({ refusal, message: expect.stringMatching(message) as string });
      },
    }),
  };
}
