import { type Static, type TObject, Type } from '@sinclair/typebox';
import { instant, nullable } from './events/parts.js';

const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';

export const ACTOR_KINDS = ['anonymous', 'client', 'initial_access_token', 'operator', 'system'] as const;

const actor = Type.Object(
  {
    kind: Type.Union(
      ACTOR_KINDS.map((kind) => Type.Literal(kind)),
      { description: 'What kind of caller.' },
    ),
    ref: nullable(Type.String(), 'client_id of a client, or the name of the operator’s token entry.'),
  },
  { description: 'Who did it.' },
);

const personal = Type.Object({
  kid: Type.String({ minLength: 1, description: 'Names the key of this client.' }),
  nonce: Type.String({ minLength: 1, description: 'base64url, 96 bits.' }),
  ciphertext: Type.String({
    minLength: 1,
    description: 'base64url; AES-256-GCM with the tag appended, additional data = eventId.',
  }),
  keyCommit: Type.String({
    minLength: 1,
    description: 'base64url(HMAC-SHA-256(key, "commit")): fixes the key.',
  }),
});

/** What goes before `type`, and what comes after it, in the order of the stored text. */
export const ENVELOPE = {
  eventId: Type.String({ pattern: UUID_PATTERN, description: 'UUID version 7 (RFC 9562 §5.7).' }),
  streamId: Type.String({ pattern: '^client-.+$', description: '`client-` and the client_id.' }),
  streamVersion: Type.Integer({ minimum: 1, description: 'Place in the stream: 1, 2, 3 … without gaps.' }),
  recordedAt: instant('When it was recorded; never goes back within a stream. RFC 3339, UTC, milliseconds.'),
  correlationId: Type.String({ minLength: 1, description: 'The request that led to it.' }),
  causationId: nullable(Type.String({ minLength: 1 }), 'The event that led to it, if one did.'),
  actor,
  policyVersion: Type.String({ minLength: 1, description: 'The policy under which it was accepted.' }),
  personal: nullable(
    personal,
    'Personal facts, encrypted under a key that can be erased; null when there are none. Decrypted: an object with ' +
      '`metadata` (personal members of the client metadata), `ip`, `userAgent`, each only where known.',
  ),
};

export type Actor = { kind: (typeof ACTOR_KINDS)[number]; ref: string | null };

const fields = Type.Object(ENVELOPE);
/** The envelope without what differs per type. */
export type Envelope = Omit<Static<typeof fields>, 'actor'> & { actor: Actor };

/** The whole event as stored, for one type and version; members in the order of the stored text. */
export function eventShape(type: string, schemaVersion: number, data: TObject) {
  const { eventId, personal: encrypted, ...rest } = ENVELOPE;
  return Type.Object({
    eventId,
    type: Type.Literal(type, { description: 'The event type.' }),
    schemaVersion: Type.Literal(schemaVersion, { description: 'Version of the shape of `data`.' }),
    ...rest,
    data: { ...data, description: 'The public facts.' },
    personal: encrypted,
  });
}
