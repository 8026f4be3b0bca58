// `npm run golden:add -- <Type> […]` (or `--all`): for the version in which an event type is written today, adds the golden file
// (the exact stored text of its example) and the published copy of its schema. A golden that exists is never touched;
// a copy that exists is only replaced by a compatible schema (new optional members).
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  EVENT_TYPES,
  eventExample,
  eventSchema,
  incompatibilities,
  schemaVersionOf,
} from '../dist/libs/registration/src/index.js';
import { recordFacts } from '../dist/libs/event-log/src/index.js';

const LIBRARY = 'libs/registration';
const SUMS = `${LIBRARY}/golden/SHA256SUMS`;
/** Everything that is random or of the moment elsewhere is fixed here; no key of a golden protects anything. */
const NOW = new Date('2026-10-31T10:00:00.000Z');
const EVENT_ID = '019a3a0f-5d00-7c3e-9b1a-2f4d6e8a0c11';
const KEY = { kid: 'k-golden', key: Buffer.alloc(32, 7) };
const PERSONAL = { ip: '192.0.2.7', userAgent: 'example-client/1.0' };
const CONTACTS = { metadata: { contacts: ['admin@example.org'] }, ...PERSONAL };

function goldenText(type) {
  const data = eventExample(type);
  const byOperator = ['ClientSuspended', 'ClientReinstated', 'ClientDeleted'].includes(type);
  const { texts } = recordFacts({
    facts: [{ type, data, personal: byOperator ? null : 'metadata' in data ? CONTACTS : PERSONAL }],
    streamId: 'client-SJRTnSg4zLB9Rjw0F1BhVg',
    expectedVersion: type === 'ClientRegistered' ? 0 : 4,
    previousRecordedAt: null,
    now: NOW,
    actor:
      type === 'ClientRegistered'
        ? { kind: 'anonymous', ref: null }
        : byOperator
          ? { kind: 'operator', ref: 'admin' }
          : { kind: 'client', ref: 'SJRTnSg4zLB9Rjw0F1BhVg' },
    policyVersion: '5b1f0c9e7a3d2468',
    correlationId: 'golden-1',
    causationId: null,
    personalKey: KEY,
    random: (octets) => Buffer.alloc(octets, 3),
    newEventId: () => EVENT_ID,
  });
  return texts[0];
}

function add(type) {
  const version = schemaVersionOf(type);
  const name = `${type}.v${version}.json`;
  const golden = `${LIBRARY}/golden/${name}`;
  if (existsSync(golden)) console.log(`kept ${golden}`);
  else {
    const text = goldenText(type);
    writeFileSync(golden, text);
    appendFileSync(SUMS, `${createHash('sha256').update(text).digest('hex')}  ${name}\n`);
    console.log(`wrote ${golden}`);
  }

  const copy = `${LIBRARY}/schemas/${type}.v${version}.json`;
  const schema = eventSchema(type, version);
  const reasons = existsSync(copy) ? incompatibilities(JSON.parse(readFileSync(copy, 'utf8')), schema) : [];
  if (reasons.length > 0) {
    console.error(
      `${type}: the schema of version ${version} is published and may only gain optional members; make version ${version + 1}`,
    );
    for (const reason of reasons) console.error(`  ${reason}`);
    process.exitCode = 1;
    return;
  }
  writeFileSync(copy, `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`wrote ${copy}`);
}

const asked = process.argv.slice(2);
const types = asked[0] === '--all' ? EVENT_TYPES : asked;
const unknown = types.filter((type) => !EVENT_TYPES.includes(type));
if (types.length === 0 || unknown.length > 0) {
  console.error(`usage: npm run golden:add -- <Type> […] | --all\ntypes: ${EVENT_TYPES.join(', ')}`);
  process.exit(2);
}
for (const type of types) add(type);
