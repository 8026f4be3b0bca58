import { flowInMemory } from '../../testing/flow-in-memory.js';
import { partsInMemory } from '../../testing/parts-in-memory.js';
import { clientActor } from './caller.js';
import { RotateSecretHandler, RotateSecretRequest } from './rotate-secret.js';
import { UpdateClientHandler, UpdateClientRequest } from './update-client.js';

const METADATA = { redirect_uris: ['https://app.example/callback'] };
const START = Date.parse('2026-01-01T00:00:00.000Z');
const LIFETIME_SECONDS = 60;
const OVERLAP_SECONDS = 10;

type Secret = 'first' | 'second' | 'foreign';
type Case = [
  claim: string,
  options: { rotated: boolean; afterSeconds: number; presented: Secret },
  accepted: boolean,
];
const cases: Case[] = [
  ['the current one', { rotated: false, afterSeconds: 1, presented: 'first' }, true],
  [
    'H45 · an expired one is still the current one',
    { rotated: false, afterSeconds: 61, presented: 'first' },
    true,
  ],
  ['another one', { rotated: false, afterSeconds: 1, presented: 'foreign' }, false],
  ['another one, after the expiry', { rotated: false, afterSeconds: 61, presented: 'foreign' }, false],
  ['after a rotation, the new one', { rotated: true, afterSeconds: 1, presented: 'second' }, true],
  [
    'after a rotation, the old one within the overlap',
    { rotated: true, afterSeconds: 9, presented: 'first' },
    true,
  ],
  [
    'after a rotation, the old one past the overlap',
    { rotated: true, afterSeconds: 11, presented: 'first' },
    false,
  ],
  [
    'after a rotation, the old one long past both',
    { rotated: true, afterSeconds: 61, presented: 'first' },
    false,
  ],
  [
    'after a rotation, the new one past its expiry',
    { rotated: true, afterSeconds: 61, presented: 'second' },
    true,
  ],
];

describe('RFC 7592 §2.2 · client_secret in a PUT must be the current one', () => {
  test.each(cases)('%s', async (_claim, { rotated, afterSeconds, presented }, accepted) => {
    let now = START;
    const base = partsInMemory();
    const parts = {
      ...base,
      clock: () => new Date(now),
      config: {
        ...base.config,
        secretLifetimeSeconds: LIFETIME_SECONDS,
        secretOverlapSeconds: OVERLAP_SECONDS,
      },
    };
    const { clients, append, anonymous, registered, client_id } = await flowInMemory(parts, METADATA);
    const caller = { ...anonymous, actor: clientActor(client_id) };
    const rotation = rotated
      ? await new RotateSecretHandler(parts, append).execute(
          new RotateSecretRequest(client_id, undefined, 'client', caller),
        )
      : null;
    const secrets: Record<Secret, string | null> = {
      first: registered.client_secret,
      second: rotation?.client_secret ?? null,
      foreign: 'A'.repeat(43),
    };
    now += afterSeconds * 1000;

    const update = { ...METADATA, client_id, client_name: 'Later', client_secret: secrets[presented] };
    const answer = new UpdateClientHandler(parts, clients, append).execute(
      new UpdateClientRequest(client_id, registered.registration_access_token, update, caller),
    );
    if (accepted) {
      // Matching proves nothing about the expiry: no new secret comes of it (H45).
      await expect(answer).resolves.toMatchObject({ client_secret: null });
    } else {
      await expect(answer).rejects.toMatchObject({
        refusal: 'invalid_client_metadata',
        violations: [{ members: ['client_secret'], rule: 'client-secret-mismatch' }],
      });
    }
    const { state } = await clients.load(client_id);
    expect(state.metadata.client_name).toBe(accepted ? 'Later' : undefined);
  });
});
