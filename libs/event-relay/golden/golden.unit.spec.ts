import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readEvent } from '@rollbook/event-log';
import { fold, incompatibilities } from '@rollbook/registration';
import { clientStateSchema, clientStateSchemaPath } from '@rollbook/event-relay';
import { lifeEvent } from '../testing/event-texts.js';
import { CLIENT_STATE_VERSION, clientStateRecord } from '../src/state/client-state-record.js';

const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string) => readFileSync(file(name), 'utf8');
const jsonFiles = (folder: string) => readdirSync(file(folder)).filter((name) => name.endsWith('.json'));
const versions = Array.from({ length: CLIENT_STATE_VERSION }, (_, index) => [index + 1] as const);
const validator = (schema: unknown) =>
  new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema as object);
const life = (...types: string[]) =>
  fold(types.map((type, version) => readEvent(lifeEvent('client-a', version, type).events[0] ?? '')));

test('design §7 · every version of a state has a golden file and a published schema, and there are no others', () => {
  const files = versions.map(([version]) => `ClientState.v${version}.json`);
  expect([jsonFiles('golden'), jsonFiles('schemas')]).toEqual([files, files]);
  expect(clientStateSchema(CLIENT_STATE_VERSION + 1)).toBeNull();
  expect(clientStateSchema(0)).toBeNull();
});

test('design §7 · golden files are added, never edited', () => {
  const present = jsonFiles('golden').map(
    (name) =>
      `${createHash('sha256')
        .update(read(`golden/${name}`))
        .digest('hex')}  ${name}`,
  );
  expect(read('golden/SHA256SUMS').trimEnd().split('\n')).toEqual(present);
});

test.each(versions)('design §7 · the golden state of version %i is valid against its schema', (version) => {
  const golden: unknown = JSON.parse(read(`golden/ClientState.v${version}.json`));
  const schema = clientStateSchema(version) as { properties: object; $id: string };
  const validate = validator(schema);
  expect([validate(golden), validate.errors]).toEqual([true, null]);
  expect(Object.keys(golden as object)).toEqual(Object.keys(schema.properties));
  expect(schema.$id).toBe(clientStateSchemaPath(version));
});

test.each(versions)('design §7 · the schema of version %i only ever gains optional members', (version) => {
  const published: unknown = JSON.parse(read(`schemas/ClientState.v${version}.json`));
  expect(incompatibilities(published, clientStateSchema(version))).toEqual([]);
  expect(clientStateSchema(version)).toEqual(published);
});

test.each([
  ['registered', ['ClientRegistered']],
  ['suspended', ['ClientRegistered', 'ClientUpdated', 'ClientSuspended']],
  ['deleted', ['ClientRegistered', 'ClientDeleted']],
])('design §7 · a client that was %s is valid against the published schema', (_, types) => {
  const validate = validator(JSON.parse(read(`schemas/ClientState.v${CLIENT_STATE_VERSION}.json`)));
  const record: unknown = JSON.parse(JSON.stringify(clientStateRecord(life(...types))));
  expect([validate(record), validate.errors]).toEqual([true, null]);
});
