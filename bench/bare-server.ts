import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { isPublicClient, splitPersonal, type ClientMetadata } from '@rollbook/client-metadata';
import {
  bufferedRandom,
  issueClientSecret,
  newClientId,
  newRegistrationAccessToken,
  secretDigest,
} from '@rollbook/credentials';
import { openSqliteEventLog, recordFacts, uuidV7 } from '@rollbook/event-log';
import { openSqliteKeyStore } from '@rollbook/personal-data';
import { streamIdOf } from '@rollbook/registration';
import fastify from 'fastify';

// The floor of the comparison: a bare Fastify handler that makes the same credentials, encrypts the same personal data
// and writes the same event bytes durably through the same log, without Nest, validation, decision, limits or metrics.
// Prints its port and serves until its stdin closes.
const directory = process.argv[2] ?? '.';
const log = await openSqliteEventLog({ file: path.join(directory, 'log.sqlite') });
const keys = await openSqliteKeyStore({
  file: path.join(directory, 'keys.sqlite'),
  masterKey: Buffer.alloc(32, 7),
});
const random = bufferedRandom();
const app = fastify({ logger: false });

app.post('/connect/register', async (request, reply) => {
  const metadata = request.body as ClientMetadata;
  const now = new Date();
  const client_id = newClientId(random);
  const registration_access_token = newRegistrationAccessToken(random);
  const issued = isPublicClient(metadata)
    ? null
    : issueClientSecret({ kind: 'digest', now, lifetimeSeconds: 0, random });
  const client_id_issued_at = Math.floor(now.getTime() / 1000);
  const { texts } = recordFacts({
    facts: [
      {
        type: 'ClientRegistered',
        data: {
          client_id,
          client_id_issued_at,
          metadata: splitPersonal(metadata).metadata,
          registrationAccessToken: { digest: secretDigest(registration_access_token) },
          secret: issued?.record ?? null,
        },
        personal: {
          ip: request.ip,
          ...(request.headers['user-agent'] === undefined
            ? {}
            : { userAgent: request.headers['user-agent'] }),
        },
      },
    ],
    streamId: streamIdOf(client_id),
    expectedVersion: 0,
    previousRecordedAt: null,
    now,
    actor: { kind: 'anonymous', ref: null },
    policyVersion: '0000000000000000',
    correlationId: randomUUID(),
    causationId: null,
    personalKey: await keys.take(),
    random,
    newEventId: uuidV7,
  });
  await log.append({
    streamId: streamIdOf(client_id),
    expectedVersion: 0,
    events: texts,
    commitId: client_id,
  });
  return reply
    .code(201)
    .header('cache-control', 'no-store')
    .send({
      client_id,
      ...(issued === null ? {} : { client_secret: issued.client_secret, client_secret_expires_at: 0 }),
      client_id_issued_at,
      registration_access_token,
      registration_client_uri: `http://localhost/connect/register?client_id=${client_id}`,
      ...metadata,
    });
});

const address = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${new URL(address).port}\n`);
process.stdin.resume().on('end', () => {
  void app.close().then(() => process.exit(0));
});
