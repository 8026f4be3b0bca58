import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  type ClientEvent,
  EVENT_TYPES,
  eventSchema,
  evolve,
  incompatibilities,
  initialState,
  schemaVersionOf,
  upcast,
} from '@rollbook/registration';

const folder = (name: string) => fileURLToPath(new URL(`../${name}/`, import.meta.url));
const read = (name: string) => readFileSync(folder('golden') + name, 'utf8');
const jsonFiles = (name: string) =>
  readdirSync(folder(name))
    .filter((file) => file.endsWith('.json'))
    .sort();
const versions = EVENT_TYPES.flatMap((type) =>
  Array.from({ length: schemaVersionOf(type) }, (_, index) => ({ type, version: index + 1 })),
);
const files = versions.map(({ type, version }) => `${type}.v${version}.json`).sort();
const toVersion = (file: string) => {
  const [, type = '', version = ''] = /^(\w+)\.v(\d+)\.json$/.exec(file) ?? [];
  return { type, version: Number(version) };
};

test('design §3 · every type and version has a golden file and a published schema, and there are no others', () => {
  expect(jsonFiles('golden')).toEqual(files);
  expect(jsonFiles('schemas')).toEqual(files);
});

test('design §3 · golden files are added, never edited', () => {
  const sums = read('SHA256SUMS').trimEnd().split('\n').sort();
  const present = jsonFiles('golden').map(
    (file) => `${createHash('sha256').update(read(file)).digest('hex')}  ${file}`,
  );
  expect(sums).toEqual(present.sort());
});

describe.each(jsonFiles('golden').map((file) => [file]))('%s', (file) => {
  const { type, version } = toVersion(file);
  const stored = JSON.parse(read(file)) as ClientEvent;

  test('design §3 · is valid against its schema', () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
      eventSchema(type, version) ?? false,
    );
    expect([validate(stored), validate.errors]).toEqual([true, null]);
  });

  test('design §3 · is the text as first serialised, members in the order of the schema', () => {
    expect(JSON.stringify(stored)).toBe(read(file));
    const { properties } = eventSchema(type, version) as { properties: object };
    expect(Object.keys(stored)).toEqual(Object.keys(properties));
  });

  test('design §3 · is lifted to today’s shape and folds', () => {
    const event = { ...stored, data: upcast(type, version, stored.data) } as ClientEvent;
    expect(evolve(initialState(), event).streamVersion).toBe(stored.streamVersion);
  });
});

describe.each(versions.map(({ type, version }) => [type, version] as const))(
  '%s version %i',
  (type, version) => {
    const published: unknown = JSON.parse(
      readFileSync(`${folder('schemas')}${type}.v${version}.json`, 'utf8'),
    );

    test('design §3 · its schema only ever gains optional members', () => {
      expect(incompatibilities(published, eventSchema(type, version))).toEqual([]);
    });

    test('the published copy is today’s (else: npm run golden:add -- <Type>)', () => {
      expect(eventSchema(type, version)).toEqual(published);
    });
  },
);
