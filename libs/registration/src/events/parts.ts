import { Type } from '@sinclair/typebox';
import type { ClientMetadata } from '@rollbook/client-metadata';
import type { SecretRecord } from '@rollbook/credentials';

/** RFC 3339 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const INSTANT_PATTERN = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$';
/** base64url(SHA-256): 43 characters. */
export const DIGEST_PATTERN = '^[A-Za-z0-9_-]{43}$';
/** Longest `reason` an event keeps, in characters. */
export const MAX_REASON_CHARACTERS = 1024;

export const instant = (description: string) => Type.String({ pattern: INSTANT_PATTERN, description });
export const digest = (description: string) => Type.String({ pattern: DIGEST_PATTERN, description });
export const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(shape: T, description: string) =>
  Type.Union([shape, Type.Null()], { description });
export const reasonText = (description: string) =>
  nullable(Type.String({ minLength: 1, maxLength: MAX_REASON_CHARACTERS }), description);

/** The rules for members change with policy and release; what an event promises about them does not. */
export const clientMetadata = Type.Unsafe<ClientMetadata>(
  Type.Record(Type.String({ minLength: 1 }), Type.Unknown(), {
    description:
      'Client metadata as accepted and normalised, under their registered names, stored defaults included; ' +
      'human-readable members may carry a language tag (`client_name#fr`). No member is null. Personal members ' +
      '(contacts, software_statement) are in `personal`. RFC 7591 §2, OIDC Registration §2, docs/metadata-rules.md',
  }),
);

export const clientSecret = Type.Object(
  {
    secretId: Type.String({
      minLength: 1,
      description: 'Names the secret in later events; says nothing about it.',
    }),
    digest: digest(
      'base64url(SHA-256(UTF-8 octets of client_secret)). How to check a presented secret: docs/verifying-secrets.md',
    ),
    client_secret_jwe: Type.Optional(
      Type.Unsafe<NonNullable<SecretRecord['client_secret_jwe']>>(
        Type.Object(
          {
            protected: Type.Optional(Type.String({ description: 'base64url of the protected header.' })),
            recipients: Type.Array(
              Type.Object({
                header: Type.Optional(
                  Type.Record(Type.String(), Type.Unknown(), { description: 'alg, kid, epk.' }),
                ),
                encrypted_key: Type.Optional(Type.String({ description: 'base64url.' })),
              }),
              { minItems: 1, description: 'One per recipient.' },
            ),
            iv: Type.String({ description: 'base64url.' }),
            ciphertext: Type.String({ description: 'base64url.' }),
            tag: Type.String({ description: 'base64url.' }),
          },
          {
            description:
              'The secret sealed to the configured recipients (JWE general serialisation, RFC 7516 §7.2.1), present ' +
              'exactly when it works as a key: client_secret_jwt, HS*, symmetric JWE (OIDC Core §10).',
          },
        ),
      ),
    ),
    issuedAt: instant('When it was issued.'),
    client_secret_expires_at: Type.Integer({
      minimum: 0,
      description: 'Seconds since the epoch; 0 = never. RFC 7591 §3.2.1',
    }),
  },
  { description: 'A client_secret as the log knows it: never in clear.' },
);
