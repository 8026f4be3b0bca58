import { RULES, validateClientMetadata, WARNINGS, type Validation } from '@rollbook/client-metadata';
import {
  BACKEND_CLIENT,
  CASES,
  EVERYTHING,
  KEYED_WEB_CLIENT,
  SPA_CLIENT,
  WEB_CLIENT,
  type Case,
} from '@rollbook-testing/client-metadata';
import { INPUT_RULES } from './input-rules.js';
import { SHAPE_RULES } from './shape-rules.js';

const ALL = Object.values(CASES).flat();

function validate({
  input,
  policy,
  operation = { kind: 'register' },
}: Pick<Case, 'input' | 'policy' | 'operation'>): Validation {
  return validateClientMetadata(input, { policy: { ...EVERYTHING, ...policy }, operation });
}

describe.each(Object.entries(CASES))('%s', (_subject, cases) => {
  test.each(cases.map((row) => [row.name, row] as const))('%s', (_name, row) => {
    const result = validate(row);
    if ('refused' in row) {
      expect(result).toMatchObject({ ok: false, error: row.refused.error });
      const found = result.ok ? [] : result.violations;
      expect(found.map(({ rule, members }) => ({ rule, members }))).toContainEqual({
        rule: row.refused.rule,
        members: row.refused.members,
      });
    } else {
      expect(result).toMatchObject({ ok: true });
      const stored: { readonly [member: string]: unknown } = result.ok ? result.metadata : {};
      for (const [member, value] of Object.entries(row.accepted)) {
        const own = Object.hasOwn(stored, member) ? stored[member] : undefined;
        expect([member, own]).toEqual([member, value]);
      }
      const warned = result.ok ? result.warnings.map(({ rule }) => rule) : [];
      expect(warned).toEqual(expect.arrayContaining([...(row.warns ?? [])]));
    }
  });
});

describe('completeness', () => {
  test('case names are distinct', () => {
    const names = ALL.map(({ name, input }) => `${name} ${JSON.stringify(input)}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  const refusing = new Set(ALL.flatMap((row) => ('refused' in row ? [row.refused.rule] : [])));
  const rules = [...Object.keys(SHAPE_RULES), ...Object.keys(INPUT_RULES), ...RULES.map(({ id }) => id)];
  test.each([...new Set(rules)])('rule %s has a refusing case', (rule) => {
    expect(refusing.has(rule)).toBe(true);
  });

  test.each(RULES.map((rule) => [`${rule.id} ${rule.members.join(' ')}`, rule] as const))(
    'rule %s has an accepting case that looks at its members',
    (_name, rule) => {
      const accepting = ALL.some((row) => {
        const result = 'refused' in row ? null : validate(row);
        return result?.ok === true && rule.members.some((member) => result.metadata[member] !== undefined);
      });
      expect(accepting).toBe(true);
    },
  );

  test.each(WARNINGS.map(({ id }) => id))('warning %s has a case', (id) => {
    expect(ALL.some((row) => 'accepted' in row && row.warns?.includes(id))).toBe(true);
  });

  test('a rule reads only the members that it declares', () => {
    const undeclared = ALL.flatMap((row) => {
      const result = validate(row);
      if (!result.ok) return [];
      return RULES.flatMap((rule) => {
        const declared: readonly string[] = [...rule.members, ...(rule.reads ?? [])];
        const read = new Set<string>();
        const watched = new Proxy(result.metadata, {
          get: (target, name, receiver) => {
            read.add(String(name));
            return Reflect.get(target, name, receiver) as unknown;
          },
        });
        rule.holds(watched, { ...EVERYTHING, ...row.policy });
        return [...read].filter((name) => !declared.includes(name)).map((name) => `${rule.id} reads ${name}`);
      });
    });
    expect([...new Set(undeclared)]).toEqual([]);
  });
});

describe('the guide', () => {
  test('its example request gives its members and no others, and no warning', () => {
    expect(validate({ input: WEB_CLIENT })).toStrictEqual({
      ok: true,
      metadata: WEB_CLIENT,
      warnings: [],
      sectorDocument: null,
    });
  });

  test.each([
    ['web application', KEYED_WEB_CLIENT],
    ['single page application', SPA_CLIENT],
    ['backend service', BACKEND_CLIENT],
  ])('%s is accepted as it is', (_type, input) => {
    expect(validate({ input })).toMatchObject({ ok: true, metadata: input, warnings: [] });
  });
});

describe('H16 · order of report', () => {
  const rulesOf = (input: unknown): [string, string[]] => {
    const result = validate({ input });
    return result.ok ? ['', []] : [result.error, result.violations.map(({ rule }) => rule)];
  };

  test('types, then redirect URIs, then single members, then cross-field', () => {
    const input = {
      ...WEB_CLIENT,
      jwks_uri: 'http://example.com/',
      require_auth_time: 'yes',
      redirect_uris: ['http://example.com/'],
      dpop_bound_access_tokens: true,
      tls_client_certificate_bound_access_tokens: true,
    };
    expect(rulesOf(input)).toEqual([
      'invalid_client_metadata',
      ['wrong-type', 'redirect-uri-http-remote', 'uri-scheme', 'one-token-binding'],
    ]);
    expect(rulesOf({ ...input, require_auth_time: true })[0]).toBe('invalid_redirect_uri');
  });

  test('RFC 7592 §2.2 · what an update must and must not have is its form, not a value', () => {
    const operation = { kind: 'update', client_id: 'a', isCurrentSecret: () => false } as const;
    const result = validate({
      input: { client_name: 1, client_secret: 'b', client_id_issued_at: 1, default_max_age: -1 },
      operation,
    });
    expect(result.ok ? [] : [result.error, ...result.violations.map(({ rule }) => rule)]).toEqual([
      'invalid_client_metadata',
      'wrong-type',
      'client-id-required',
      'client-secret-mismatch',
      'server-written',
      'redirect-uris-required',
      'not-seconds',
    ]);
  });

  test('within a group the order of the table', () => {
    expect(rulesOf({ contacts: 1, grant_types: 1, redirect_uris: 1 })).toEqual([
      'invalid_redirect_uri',
      ['wrong-type', 'wrong-type', 'wrong-type'],
    ]);
    expect(rulesOf({ contacts: 1, grant_types: 1 })[0]).toBe('invalid_client_metadata');
  });

  test('every bad entry of a list is named', () => {
    const result = validate({
      input: { ...WEB_CLIENT, redirect_uris: ['/a', 'https://ok.example/', 'x:y#'] },
    });
    expect(result.ok ? [] : result.violations.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^redirect_uris\[0\] /),
      expect.stringMatching(/^redirect_uris\[2\] /),
    ]);
  });

  test('a member that is wrong in itself does not break rules as well', () => {
    expect(
      rulesOf({ ...WEB_CLIENT, redirect_uris: undefined, grant_types: 1, response_types: undefined })[1],
    ).toEqual(['wrong-type']);
  });
});

describe('H15 · messages', () => {
  test('only printable ASCII without quotation mark and backslash, and nothing of the input', () => {
    const refusals = ALL.map(validate).flatMap((result) => (result.ok ? [] : result.violations));
    for (const { message, section, rule } of refusals) {
      expect(message).toMatch(/^[ !#-[\]-~]+$/);
      expect(section).not.toBe('');
      expect(rule).toMatch(/^[a-z-]+$/);
      expect(message).not.toMatch(/evil|magic|chosen|alert|%zz/);
    }
  });
});
