import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { REFUSALS } from '@rollbook/protocol';
import { openApiDocument } from './document.js';
import { PATH_PARAMETERS } from './route.js';
import { ROUTES } from './routes.js';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Operation = {
  operationId: string;
  security: object[];
  parameters?: { name: string; in: string; required: boolean; description?: string; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: object }>; headers?: object }
  >;
};
type Document = {
  openapi: string;
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
};
const document = openApiDocument({ publicUrl: 'http://localhost:3000' }) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Every value of a member called `name`, anywhere. */
function* valuesOf(name: string, json: Json): Generator<Json> {
  if (typeof json !== 'object' || json === null) return;
  if (Array.isArray(json)) for (const item of json) yield* valuesOf(name, item);
  else {
    for (const [member, value] of Object.entries(json)) {
      if (member === name) yield value;
      yield* valuesOf(name, value);
    }
  }
}
const asJson = JSON.parse(JSON.stringify(document)) as Json;
const targets = () => [...valuesOf('$ref', asJson)].filter((target) => typeof target === 'string');

describe('OpenAPI 3.1 · the document', () => {
  test('is JSON and says its version', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(asJson).toEqual(document);
  });

  test('every $ref resolves', () => {
    const refs = targets();
    expect(refs.length).toBeGreaterThan(20);
    for (const target of refs) {
      const found = target
        .replace(/^#\//, '')
        .split('/')
        .reduce<Json | undefined>(
          (at, step) =>
            typeof at === 'object' && at !== null && !Array.isArray(at)
              ? at[step.replaceAll('~1', '/').replaceAll('~0', '~')]
              : undefined,
          asJson,
        );
      expect([target, found !== undefined]).toEqual([target, true]);
    }
  });

  test('component names are what the specification allows, and each is used', () => {
    const used = new Set(targets().map((target) => target.split('/')[3]));
    // Lines of a stream: no answer as a whole has such a shape.
    const lines = ['ExportEnd', 'ReplayReport'];
    for (const name of Object.keys(document.components.schemas)) {
      expect(name).toMatch(/^[\w.-]+$/);
      expect([name, used.has(name) || lines.includes(name)]).toEqual([name, true]);
    }
  });

  test('operationIds are unique, and no two routes are the same', () => {
    expect(new Set(ROUTES.map(({ operationId }) => operationId)).size).toBe(ROUTES.length);
    expect(operations).toHaveLength(ROUTES.length);
  });

  test('every schema is a JSON Schema', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'openapi', components: document.components });
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `openapi#/components/schemas/${name}` })).not.toThrow();
    }
  });

  test.each([
    ['http://localhost:3000', '/'],
    ['https://id.example/', '/'],
    ['https://id.example/clients', '/clients'],
    ['https://id.example/clients/', '/clients'],
  ])('requests of the page go to the path of %s', (publicUrl, url) => {
    expect((openApiDocument({ publicUrl }) as Document).servers).toEqual([{ url }]);
  });
});

describe.each(operations.map((found) => [`${found.method} ${found.path}`, found] as const))(
  'OpenAPI 3.1 · %s',
  (_name, { path, operation }) => {
    test('names each parameter of its path, with a description', () => {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => name)).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      );
      for (const { name, required, description } of inPath) {
        expect([required, description]).toEqual([true, PATH_PARAMETERS[name]]);
        expect(description).toBeDefined();
      }
    });

    test('has answers with descriptions, exactly one of them good', () => {
      const statuses = Object.keys(operation.responses);
      expect(statuses.filter((status) => status.startsWith('2'))).toHaveLength(1);
      expect(statuses).toContain('500');
      for (const response of Object.values(operation.responses)) expect(response.description).not.toBe('');
    });

    test('RFC 6750 §3.1 · who needs a token can be told so', () => {
      const names = operation.security.flatMap((scheme) => Object.keys(scheme));
      for (const name of names) expect(document.components.securitySchemes).toHaveProperty([name]);
      if (names.length > 0) expect(operation.responses['401']?.headers).toHaveProperty('WWW-Authenticate');
    });
  },
);

test('every status of the refusals stands somewhere', () => {
  const documented = new Set(operations.flatMap(({ operation }) => Object.keys(operation.responses)));
  // 403 insufficient_scope needs initial access tokens; 405 is said once, in the description.
  const elsewhere = new Set([405]);
  for (const { status } of Object.values(REFUSALS)) {
    expect([status, elsewhere.has(status) || documented.has(String(status))]).toEqual([status, true]);
  }
});
