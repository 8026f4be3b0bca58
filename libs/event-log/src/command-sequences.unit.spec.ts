import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { readEvent, recordFacts } from '@rollbook/event-log';
import { secretNeed } from '@rollbook/client-metadata';
import {
  isLiveSecret,
  issueClientSecret,
  newRegistrationAccessToken,
  type Random,
  secretDigest,
} from '@rollbook/credentials';
import { RegistrationError } from '@rollbook/protocol';
import {
  type ClientState,
  type Command,
  decide,
  evolve,
  fold,
  initialState,
  lintFacts,
  secretAfterUpdate,
  streamIdOf,
} from '@rollbook/registration';
import { CLIENT, metadataOf, sealedSecretRecord } from '@rollbook-testing/registration';

/** What happens next in a client's life; credentials are drawn when its turn comes, as a handler does. */
type Step = {
  kind: 'register' | 'update' | 'rotate' | 'token' | 'suspend' | 'reinstate' | 'delete';
  method: string;
  name: string;
  contacts: string[] | null;
  secondsLater: number;
  overlapSeconds: number;
  lifetimeSeconds: number;
  graceSeconds: number | null;
};
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom(
      'update',
      'update',
      'rotate',
      'rotate',
      'token',
      'suspend',
      'reinstate',
      'reinstate',
      'delete',
      'register',
    ),
    method: fc.constantFrom('none', 'client_secret_basic', 'client_secret_jwt', 'private_key_jwt'),
    name: fc.constantFrom('a', 'b', 'ü \u{1F511}'),
    contacts: fc.constantFrom(null, ['a@example.org']),
    // Clocks go back, too.
    secondsLater: fc.integer({ min: -100, max: 300 }),
    overlapSeconds: fc.constantFrom(0, 60, 600),
    lifetimeSeconds: fc.constantFrom(0, 120),
    graceSeconds: fc.constantFrom(null, 60),
  }),
  { maxLength: 25 },
);
const FIRST: Step = {
  kind: 'register',
  method: 'client_secret_basic',
  name: 'a',
  contacts: null,
  secondsLater: 0,
  overlapSeconds: 0,
  lifetimeSeconds: 120,
  graceSeconds: null,
};

/** Random in look, the same in every run. */
function counted(): Random {
  let n = 0;
  return (octets) => createHash('sha512').update(String(n++)).digest().subarray(0, octets);
}

function live(life: Step[]) {
  const random = counted();
  const secretsInPlay: string[] = [];
  let clock = Date.parse('2026-11-01T00:00:00.000Z');
  let state = initialState();
  let contacts: string[] | null = null;
  const texts: string[] = [];
  const afterEach: { state: ClientState; at: string }[] = [];

  const draw = (kind: 'none' | 'digest' | 'key', lifetimeSeconds: number) => {
    if (kind === 'none') return null;
    const { client_secret, record } = issueClientSecret({
      kind,
      now: new Date(clock),
      lifetimeSeconds,
      random,
    });
    secretsInPlay.push(client_secret);
    return kind === 'digest' ? record : sealedSecretRecord(record.secretId, record);
  };
  const drawToken = () => {
    const token = newRegistrationAccessToken(random);
    secretsInPlay.push(token);
    return secretDigest(token);
  };

  for (const step of [FIRST, ...life]) {
    clock += step.secondsLater * 1000;
    const command = commandOf(step);
    try {
      const facts = decide(command, state);
      expect(decide(command, state)).toEqual(facts);
      lintFacts(facts, secretsInPlay);
      const { texts: stored, events } = recordFacts({
        facts,
        streamId: streamIdOf(CLIENT),
        expectedVersion: state.streamVersion,
        previousRecordedAt: state.recordedAt,
        now: new Date(clock),
        actor: { kind: 'system', ref: null },
        policyVersion: '0123456789abcdef',
        correlationId: 'c',
        causationId: null,
        personalKey: { kid: 'k1', key: Buffer.alloc(32, 1) },
        random,
        newEventId: () => `${texts.length}-${random(4).toString('hex')}`,
      });
      for (const event of events) {
        state = evolve(state, event);
        afterEach.push({ state, at: event.recordedAt });
      }
      texts.push(...stored);
      if (command.type === 'UpdateClient' && facts.length > 0) contacts = step.contacts;
      if (command.type === 'RegisterClient') contacts = step.contacts;
    } catch (error) {
      // A refusal changes nothing; anything else is a defect.
      if (!(error instanceof RegistrationError)) throw error;
    }
  }
  return { texts, state, afterEach, secretsInPlay };

  function commandOf(step: Step): Command {
    const now = new Date(clock).toISOString();
    const origin = { ip: '192.0.2.1' };
    const metadata = metadataOf({
      token_endpoint_auth_method: step.method,
      client_name: step.name,
      ...(step.contacts === null ? {} : { contacts: step.contacts }),
    });
    const previousValidUntil =
      step.graceSeconds === null ? null : new Date(clock + step.graceSeconds * 1000).toISOString();
    switch (step.kind) {
      case 'register':
        return {
          type: 'RegisterClient',
          now,
          origin,
          client_id: CLIENT,
          metadata,
          registrationAccessTokenDigest: drawToken(),
          secret: draw(secretNeed(metadata), step.lifetimeSeconds),
        };
      case 'update': {
        const outcome = secretAfterUpdate(state, metadata);
        const issued = outcome === 'issue-key' ? 'key' : outcome === 'issue-digest' ? 'digest' : 'none';
        return {
          type: 'UpdateClient',
          now,
          origin,
          metadata,
          currentPersonalMetadata: contacts === null ? null : { contacts },
          secret: draw(issued, step.lifetimeSeconds),
          registrationAccessToken: { digest: drawToken(), previousValidUntil },
        };
      }
      case 'rotate': {
        const secret = draw(secretNeed(state.metadata), step.lifetimeSeconds) ?? draw('digest', 0);
        if (secret === null) throw new Error('no secret drawn');
        return {
          type: 'RotateSecret',
          now,
          origin,
          by: 'client',
          secret,
          overlapSeconds: step.overlapSeconds,
        };
      }
      case 'token':
        return {
          type: 'RotateRegistrationAccessToken',
          now,
          origin,
          digest: drawToken(),
          previousValidUntil,
        };
      case 'suspend':
        return { type: 'SuspendClient', now, origin, reason: null };
      case 'reinstate':
        return { type: 'ReinstateClient', now, origin, reason: 'r' };
      default:
        return { type: 'DeleteClient', now, origin, by: 'operator', reason: null };
    }
  }
}

test('design §§3, 5 · whatever happens to a client, what must hold holds', () => {
  fc.assert(
    fc.property(steps, (life) => {
      const { texts, state, afterEach, secretsInPlay } = live(life);
      const events = texts.map(readEvent);
      // Folded from the texts, the state is the one that was kept up event by event.
      expect(fold(events)).toEqual(state);
      // Versions are dense, time never goes back.
      expect(events.map(({ streamVersion }) => streamVersion)).toEqual(events.map((_, index) => index + 1));
      const times = events.map(({ recordedAt }) => recordedAt);
      expect(times).toEqual([...times].sort());
      // No credential in clear.
      const everything = texts.join('\n');
      for (const secret of secretsInPlay) expect(everything).not.toContain(secret);
      for (const { state: then, at } of afterEach) {
        expect(then.secrets.length).toBeLessThanOrEqual(2);
        expect(
          then.secrets.filter((secret) => isLiveSecret(secret, new Date(at))).length,
        ).toBeLessThanOrEqual(2);
        // Only the newest token has no end, and there is one exactly while the client is there.
        const endless = then.registrationAccessTokens.filter(({ validUntil }) => validUntil === null);
        expect(endless.length).toBe(then.status === 'deleted' ? 0 : 1);
      }
      // A secret is listed exactly when the record needs one.
      if (state.status !== 'deleted') {
        expect(state.secrets.length > 0).toBe(secretNeed(state.metadata) !== 'none');
      }
    }),
    { numRuns: 300 },
  );
});
