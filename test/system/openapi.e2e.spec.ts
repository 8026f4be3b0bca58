import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { everySystem, type RunningSystem } from '../support/systems.js';
import { call, type Call, caughtUp, register, type Registered } from '../support/staff.js';

everySystem((startSystem) => {
  type Response = { content?: Record<string, { schema: object }> };
  type Document = {
    paths: Record<string, Record<string, { security: object[]; responses: Record<string, Response> }>>;
    components: object;
  };

  let service: RunningSystem;
  let document: Document;
  let client: Registered;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);

  beforeAll(async () => {
    service = await startSystem();
    document = (await call(service, 'GET', '/docs/openapi.json')).json as Document;
    ajv.addSchema({ $id: 'openapi', components: document.components });
    client = await register(service, { contacts: ['a@app.example'] });
    await caughtUp(service);
  });
  afterAll(() => service.stop());

  /** The schema that the document gives for an answer; null: it says that there is no body. */
  function documented(method: string, path: string, status: number): ValidateFunction | null {
    const response = document.paths[path]?.[method.toLowerCase()]?.responses[String(status)];
    if (response === undefined) throw new Error(`${method} ${path} has no documented ${status}`);
    const [content] = Object.values(response.content ?? {});
    if (content === undefined) return null;
    return ajv.compile(JSON.parse(JSON.stringify(content.schema).replaceAll('"#/', '"openapi#/')) as object);
  }

  const WHO = {
    nobody: () => ({}),
    admin: () => ({ token: service.adminToken() }),
    auditor: () => ({ token: service.auditorToken() }),
    client: () => ({ token: client.registration_access_token }),
  };
  const METADATA = { redirect_uris: ['https://app.example/cb'], client_name: 'App' };

  describe('OpenAPI · real answers are what the document says', () => {
    test.each<[string, string, number, keyof typeof WHO, Call?]>([
      ['POST', '/connect/register', 201, 'nobody', { body: METADATA }],
      ['POST', '/connect/register', 400, 'nobody', { body: { redirect_uris: ['javascript:1'] } }],
      ['POST', '/connect/register/validate', 200, 'nobody', { body: METADATA }],
      ['GET', '/connect/register?client_id={client_id}', 200, 'client'],
      ['GET', '/connect/register?client_id={client_id}', 401, 'nobody'],
      ['POST', '/connect/register/secret?client_id={client_id}', 200, 'client'],
      ['GET', '/.well-known/oauth-authorization-server', 200, 'nobody'],
      ['GET', '/.well-known/openid-configuration', 200, 'nobody'],
      ['GET', '/admin/clients', 200, 'admin'],
      ['GET', '/admin/clients?limit=x', 400, 'admin'],
      ['GET', '/admin/clients', 401, 'auditor'],
      ['GET', '/admin/clients/{client_id}', 200, 'admin'],
      ['GET', '/admin/clients/nobody', 404, 'admin'],
      ['POST', '/admin/clients/{client_id}/suspend', 200, 'admin', { body: { reason: 'x' } }],
      ['POST', '/admin/clients/{client_id}/suspend', 409, 'admin', { body: { reason: 'x' } }],
      ['POST', '/admin/clients/{client_id}/reinstate', 200, 'admin', { body: { reason: 'x' } }],
      ['POST', '/admin/clients/{client_id}/secret', 200, 'admin'],
      ['GET', '/admin/statistics', 200, 'admin'],
      ['GET', '/admin/projections', 200, 'admin'],
      ['POST', '/admin/projections/clients/rebuild', 202, 'admin'],
      ['GET', '/admin/projections/clients/parked', 200, 'admin'],
      ['GET', '/audit/events', 200, 'auditor'],
      ['GET', '/audit/clients/{client_id}', 200, 'auditor'],
      ['GET', '/audit/clients/{client_id}/history', 200, 'auditor'],
      ['GET', '/schemas/events', 200, 'nobody'],
      ['GET', '/health/live', 200, 'nobody'],
      ['GET', '/health/ready', 200, 'nobody'],
      ['POST', '/admin/clients/{client_id}/registration-access-token', 200, 'admin'],
      ['DELETE', '/admin/clients/{client_id}', 204, 'admin'],
    ])('%s %s: %i', async (method, at, status, who, sent = {}) => {
      const answer = await call(service, method, at.replace('{client_id}', client.client_id), {
        ...WHO[who](),
        ...sent,
      });
      expect([answer.status, answer.text]).toEqual([status, answer.text]);
      const path = (at.split('?')[0] ?? '')
        .replace('/clients/nobody', '/clients/{client_id}')
        .replace(/projections\/clients/, 'projections/{name}');
      const validate = documented(method, path, status);
      if (validate === null) expect(answer.text).toBe('');
      else expect([validate(answer.json), validate.errors]).toEqual([true, null]);
    });

    test('lines of streams', async () => {
      const token = service.auditorToken();
      for (const [at, name] of [
        ['/audit/events.ndjson', 'ExportEnd'],
        ['/audit/replay', 'ReplayReport'],
      ] as const) {
        const last = (await call(service, 'GET', at, { token })).text.trimEnd().split('\n').at(-1) ?? '';
        const validate = ajv.compile({ $ref: `openapi#/components/schemas/${name}` });
        expect([validate(JSON.parse(last)), validate.errors]).toEqual([true, null]);
      }
    });
  });

  test('OpenAPI · every documented path is served with its methods and no others', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const { status, headers } = await call(service, 'PATCH', path.replace(/\{\w+\}/g, 'x'));
      const documentedMethods = Object.keys(methods).map((method) => method.toUpperCase());
      const expected = [
        ...documentedMethods,
        ...(documentedMethods.includes('GET') ? ['HEAD'] : []),
        'OPTIONS',
      ];
      expect([path, status, headers.get('allow')]).toEqual([path, 405, expected.sort().join(', ')]);
    }
  });

  test('OpenAPI · who needs a token is told so, who needs none is not', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        const { status } = await call(service, method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'));
        expect([method, path, status === 401]).toEqual([method, path, security.length > 0]);
      }
    }
  });

  describe('docs · the page', () => {
    test('brings everything from this host, and nothing inline', async () => {
      const { status, headers, text } = await call(service, 'GET', '/docs');
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(headers.get('content-security-policy')).toMatch(
        /default-src 'none'; script-src 'self'; style-src 'self'/,
      );
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|https?:/);
      expect(text).not.toMatch(/https?:\/\/|<style|style=|<script>| on\w+=/);
      const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
      expect(files).toHaveLength(4);
      for (const file of files) {
        const answer = await call(service, 'GET', `/${file}`);
        expect([file, answer.status, answer.text.length > 100]).toEqual([file, 200, true]);
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      }
    });

    test.each(['package.json', 'index.html', 'swagger-ui.css.map', '..%2Fpackage.json', '%2e%2e'])(
      'has no file %s',
      async (file) => {
        expect((await call(service, 'GET', `/docs/${file}`)).status).toBe(404);
      },
    );
  });

  describe('schemas', () => {
    test('each event that is stored fits its published schema', async () => {
      const { text } = await call(service, 'GET', '/audit/events.ndjson', { token: service.auditorToken() });
      const events = text
        .trimEnd()
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { type: string; schemaVersion: number });
      expect(events.length).toBeGreaterThan(5);
      const schemas = new Map<string, ValidateFunction>();
      for (const event of events) {
        const at = `/schemas/events/${event.type}/${event.schemaVersion}`;
        if (!schemas.has(at)) {
          const { status, headers, json } = await call(service, 'GET', at);
          expect([status, headers.get('content-type')]).toEqual([
            200,
            'application/schema+json; charset=utf-8',
          ]);
          schemas.set(at, ajv.compile(json));
        }
        const validate = schemas.get(at);
        expect([event.type, validate?.(event), validate?.errors]).toEqual([event.type, true, null]);
      }
    });

    test('the index lists them', async () => {
      const { json } = await call(service, 'GET', '/schemas/events');
      for (const { url } of json['items'] as { url: string }[])
        expect((await call(service, 'GET', url)).status).toBe(200);
    });

    test.each(['/schemas/policy', '/schemas/client-metadata'])('%s', async (at) => {
      const { status, headers, json } = await call(service, 'GET', at);
      expect([status, headers.get('content-type')]).toEqual([200, 'application/schema+json; charset=utf-8']);
      expect(() => ajv.compile(json)).not.toThrow();
    });

    test.each([
      'ClientMoved/1',
      'ClientRegistered/2',
      'ClientRegistered/0',
      'ClientRegistered/01',
      'ClientRegistered/x',
      '__proto__/1',
      'constructor/1',
    ])('/schemas/events/%s does not exist', async (name) => {
      expect((await call(service, 'GET', `/schemas/events/${name}`)).status).toBe(404);
    });
  });
});
