import fc from 'fast-check';
import { MEMBERS } from '@rollbook/client-metadata';
import { everySystem, type RunningSystem } from '../../support/systems.js';
import {
  type Answer,
  ask,
  bearer,
  expectErrorShape,
  expectNoEmptyMember,
  type Json,
  post,
  put,
  VALID,
} from './ask.js';
import { exchange, HALF_CLOSE } from './raw-http.js';
import { SIGNING_KEY } from './keys.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  beforeAll(async () => {
    service = await startSystem({ projectors: 0 });
  });
  afterAll(async () => {
    expect(service.alive()).toBe(true);
    expect(service.output()).not.toMatch(/"level":"error"/);
    await service.stop();
  });

  const BASES: readonly Json[] = [
    VALID,
    {
      redirect_uris: ['com.example.app:/cb'],
      application_type: 'native',
      token_endpoint_auth_method: 'none',
    },
    {
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [SIGNING_KEY] },
    },
    {
      ...VALID,
      token_endpoint_auth_method: 'client_secret_jwt',
      'client_name#fr': 'x',
      contacts: ['a@example.com'],
      default_max_age: 0,
    },
  ];
  const names = fc.oneof(
    fc.constantFrom(...Object.keys(MEMBERS)),
    fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      'client_name#ja',
      'keywords#fr-CA',
      'client_name#',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.array(fc.oneof(fc.webUrl(), fc.string({ maxLength: 10 })), { maxLength: 4 }),
    fc.constantFrom(
      '',
      'none',
      'RS256',
      'HS256',
      'dir',
      'ECDH-ES',
      'pairwise',
      'native',
      'private_key_jwt',
      'poll',
      true,
      0,
      -0,
      1e21,
      '\ud800',
      '\u202e',
    ),
    fc.webUrl(),
  );
  const records = fc
    .tuple(
      fc.constantFrom(...BASES),
      fc.array(fc.tuple(names, values), { maxLength: 4 }),
      fc.subarray(Object.keys(VALID), { maxLength: 2 }),
    )
    .map(([base, added, left]): Json => {
      const record: Json = Object.assign(Object.create(null) as Json, base);
      for (const name of left) delete record[name];
      for (const [name, value] of added) record[name] = value;
      return record;
    });

  const WRITTEN_ONCE = ['client_secret', 'client_secret_expires_at'];
  const without = (body: Json, left: readonly string[]) =>
    Object.fromEntries(Object.entries(body).filter(([name]) => !left.includes(name)));

  function expectSane(answer: Answer): void {
    expect(answer.status).toBeLessThan(500);
    if (answer.status >= 400) expectErrorShape(answer);
    else expectNoEmptyMember(answer.body);
  }

  test('S15 · mutated records: 201 or a refusal in our shape; what is accepted reads back equal and can be sent back', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(records, async (record) => {
        const answer = await post(service, record);
        expectSane(answer);
        if (answer.status !== 201) return;
        accepted += 1;
        const { body } = answer;
        const client = {
          uri: String(body['registration_client_uri']),
          token: String(body['registration_access_token']),
          client_id: String(body['client_id']),
          client_secret: '',
          body,
        };
        const again = await ask(client.uri, { headers: bearer(client.token) });
        expect(again.body).toEqual(without(body, WRITTEN_ONCE));
        const metadata = without(body, [
          ...WRITTEN_ONCE,
          'client_id',
          'client_id_issued_at',
          'registration_access_token',
          'registration_client_uri',
        ]);
        const same = await put(client, metadata);
        expect({ status: same.status, text: same.text }).toEqual({ status: 200, text: again.text });
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(40);
  });

  test('S15 · mutated updates: 200 or a refusal in our shape, and a refused one changes nothing', async () => {
    const { body } = await post(service, VALID);
    const client = {
      uri: String(body['registration_client_uri']),
      token: String(body['registration_access_token']),
      client_id: String(body['client_id']),
      client_secret: '',
      body,
    };
    let before = (await ask(client.uri, { headers: bearer(client.token) })).text;
    await fc.assert(
      fc.asyncProperty(records, async (record) => {
        const answer = await put(client, record);
        expectSane(answer);
        const now = (await ask(client.uri, { headers: bearer(client.token) })).text;
        if (answer.status !== 200) expect(now).toBe(before);
        before = now;
      }),
      { numRuns: 150 },
    );
  });

  const octets = Buffer.from(JSON.stringify(VALID));
  test('S15 · damaged octets of a valid body', async () => {
    const places = fc.nat({ max: octets.length - 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(places, fc.nat({ max: 255 })), { minLength: 1, maxLength: 5 }),
        places,
        async (changes, end) => {
          const damaged = Buffer.from(octets);
          for (const [at, octet] of changes) damaged[at] = octet;
          expectSane(await post(service, changes.length > 3 ? damaged.subarray(0, end) : damaged));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('S15 · random bodies of any type', async () => {
    const types = fc.oneof(
      fc.constant('application/json'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 30 }).filter((type) => !/[^\t\x20-\x7e]/.test(type)),
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), types, async (body, type) => {
        expectSane(
          await ask(`${service.url}/connect/register`, {
            method: 'POST',
            body,
            headers: { 'content-type': type },
          }),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('random header values, paths and queries never give a 5xx', async () => {
    const ascii = fc
      .string({ unit: 'binary-ascii', maxLength: 60 })
      .map((text) => text.replace(/[\r\n\0]/g, ''));
    const fields = fc.constantFrom(
      'Authorization',
      'Content-Type',
      'Content-Length',
      'Transfer-Encoding',
      'Host',
      'Origin',
      'Expect',
      'Cookie',
      'Access-Control-Request-Method',
      'X-Forwarded-For',
      'Accept',
      'Content-Encoding',
      'Connection',
      'Upgrade',
    );
    const methods = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'QUERY');
    const targets = fc.oneof(
      fc.constant('/connect/register'),
      ascii.map((text) => `/connect/register?client_id=${text}`),
      ascii.map((text) => `/${text}`),
    );
    await fc.assert(
      fc.asyncProperty(
        methods,
        targets,
        fc.array(fc.tuple(fields, ascii), { maxLength: 4 }),
        async (method, target, headers) => {
          const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
          const text = `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}\r\n`;
          const { answers } = await exchange(service, [Buffer.from(text, 'latin1'), HALF_CLOSE], {
            isHead: method === 'HEAD',
          });
          for (const answer of answers) expect(answer.status).toBeLessThan(500);
          for (const { status, body } of answers)
            if (status >= 400 && method !== 'HEAD') expect(JSON.parse(body)).toHaveProperty('error');
        },
      ),
      { numRuns: 300 },
    );
  });
});
